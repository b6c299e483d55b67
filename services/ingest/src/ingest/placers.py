"""A placer for each version of the site file that journaled messages came under."""

from hdh.site import parse_site
from ingest.journal import Batch, Reader
from ingest.place import Placer

_KEPT = 4


class Placers:
    """Loads old versions of the site file from the journal; keeps the last few used.

    Args:
        journal: where the texts are.
    """

    def __init__(self, journal: Reader) -> None:
        self._journal = journal
        self._by_version: dict[str, Placer] = {}

    def of(self, batch: Batch) -> Placer:
        """The placer for a batch.

        Raises:
            Misconfigured: this ingest does not understand the site file of that time.
        """
        placer = self._by_version.pop(batch.site_version, None)
        if placer is None:
            name = f"site file {batch.site_version} of journal position {batch.first}"
            placer = Placer(parse_site(self._journal.site_text(batch), name))
        self._by_version[batch.site_version] = placer
        if len(self._by_version) > _KEPT:
            del self._by_version[next(iter(self._by_version))]
        return placer
