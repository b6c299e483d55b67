"""What the routes share: the store, the keys, the site file and the rest, made in `main`, closed at the end."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from api.access import Openness
from api.ahead import Ahead
from api.directory import Directories
from api.ingest import Ingest
from api.keys import Keys
from api.live.audience import Audiences
from api.live.hub import Hub
from api.metrics import Metrics
from api.permits import Permits
from hdh.errors import HdhError
from hdh.site import SiteFile
from hdh.store.interface import Reader


@dataclass(frozen=True, slots=True)
class Services:
    """What the routes share.

    Attributes:
        now: epoch milliseconds.
        json_readings: the most readings of one answer in JSON.
        permits: for long answers.
        wide_readings: the most readings of one wide answer.
        folder: for files that live as long as an answer.
        answer_seconds: how long an answer may take to begin.
        key_rate: requests a minute of one key, 0: any number.
        public_rate: the same for one address without a key.
        hub: all who listen for what is written.
        audiences: what each kind of them hears.
        latest: the answers of `/v1/latest`.
    """

    reader: Reader
    keys: Keys
    site_file: SiteFile
    directories: Directories
    ingest: Ingest
    openness: Openness
    now: Callable[[], int]
    json_readings: int
    permits: Permits
    wide_readings: int
    folder: Path
    answer_seconds: float
    key_rate: int
    public_rate: int
    hub: Hub
    audiences: Audiences
    latest: Ahead[bytes]
    metrics: Metrics = field(default_factory=Metrics)

    def ready(self) -> list[str]:
        """Why the api is not ready, a sentence each."""
        self.site_file.fresh()
        reasons = [problem] if (problem := self.site_file.problem) else []
        for check in (self.reader.health, self.keys.any_valid):
            try:
                check()
            except HdhError as error:
                reasons.append(str(error))
        return reasons

    def close(self) -> None:
        """Give back what is held open."""
        self.ingest.close()
        self.reader.close()
        self.keys.close()
