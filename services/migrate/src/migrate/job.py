"""One migration: a mapping file with its source, destination and ledger, and what can be done with it."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event

from hdh.errors import Misconfigured
from hdh.mqtt.pace import parse_speed
from hdh.site import Site, load_site, parse_site
from hdh.times import iso, now_ms
from migrate.ahead import Ahead
from migrate.bulk import publishing
from migrate.convert import CHANGES, LEFT, Converter
from migrate.destination import Destination, Patience
from migrate.intake import Intake
from migrate.ledger import Ledger
from migrate.mapping.load import Mapping, check_decided, check_projects, load_mapping, parse_mapping
from migrate.progress import Progress
from migrate.rejects import write_rejects
from migrate.replay import Replayer
from migrate.report import Report, make_report, write_html, write_json
from migrate.run import Outcome, Runner
from migrate.settings import MigrateSettings
from migrate.sources import open_source
from migrate.verify import Verifier

_STARTED = "started"
_MAPPING = "mapping"
_DESTINATION = "destination"
_SITE = "site"
_CHUNKS = "chunks"
_REPLAYED = ".replay.db"


@dataclass(frozen=True, slots=True)
class Result:
    """How a run went, in a sentence, and how many readings were written and rejected so far."""

    sentence: str
    written: int
    rejected: int


class Job:
    """What is opened for one mapping file. Made by `open_job`.

    Attributes:
        rejects: the reject file.
    """

    def __init__(self, mapping: Mapping, settings: MigrateSettings, site: Site, ledger: Ledger, stop: Event) -> None:
        self.rejects = mapping.beside(".rejected.csv")
        self._mapping = mapping
        self._settings = settings
        self._site = site
        self._ledger = ledger
        self._stop = stop
        self._source: Ahead | None = None
        self._destination: Destination | None = None
        self._url = mapping.entry.destination.store or settings.store_url

    def beside(self, suffix: str) -> Path:
        """A file that belongs to the mapping file."""
        return self._mapping.beside(suffix)

    def run(self, progress: Progress, limit: float | None) -> Result:
        """Move all that is not moved yet."""
        check_decided(self._mapping)
        self._check_settled()
        try:
            intake = self._intake(self._ledger, progress)
            destination = self._open_destination(progress)
            outcome = Runner(intake, destination, self._ledger, progress, self._stop, limit=limit).run()
            if outcome.moved:
                self._ledger.forget_note("verified")
            self._ledger.set_note(_CHUNKS, str(outcome.chunks))
        finally:
            write_rejects(self._ledger, self.rejects)
        return Result(_told(outcome), outcome.counts["written"], outcome.counts["rejected"])

    def verify(self, progress: Progress) -> Report:
        """Read both sides again and compare them.

        Raises:
            Misconfigured: nothing was moved yet.
        """
        self._check_begun()
        self._check_settled()
        intake = self._intake(self._ledger, progress)
        Verifier(intake, self._open_destination(progress), self._ledger, progress).run()
        self._ledger.set_note("verified", iso(now_ms() // 1000 * 1000))
        return self.report()

    def replay(self, progress: Progress, speed: str) -> str:
        """Publish what is not published yet; a sentence about it."""
        check_decided(self._mapping)
        pace = parse_speed(speed)
        settings = self._settings
        if broker := self._mapping.entry.destination.broker:
            settings = settings.model_copy(update={"broker_url": broker})
        ledger = Ledger(self.beside(_REPLAYED))
        try:
            intake = self._intake(ledger, progress)
            with publishing(settings, settings.migrate_client_id, settings.migrate_inflight, self._stop) as publisher:
                Replayer(intake, publisher, ledger, progress, self._stop).run(pace)
                published = publisher.published
            write_rejects(ledger, self.beside(".replay-rejected.csv"))
            rejected = sum(ledger.rejected().values())
        finally:
            ledger.close()
        left = f" {rejected:,} readings were rejected: {self.beside('.replay-rejected.csv')}." if rejected else ""
        return f"{published:,} messages published and acknowledged.{left}"

    def report(self) -> Report:
        """Write the report in both forms."""
        source = self._open_source()
        chunks = len(Patience(self._stop).keep_trying(source.chunks))
        made = make_report(self._ledger, self._source_name(), self._url or "the broker", self.rejects, chunks)
        write_json(made, self.beside(".report.json"))
        write_html(made, self.beside(".report.html"))
        return made

    def close(self) -> None:
        """Give back what is held open."""
        for part in (self._source, self._destination, self._ledger):
            if part is not None:
                part.close()

    def _check_begun(self) -> None:
        """Refuse to compare with a destination that nothing was moved to, by whatever command."""
        is_run = self._ledger.done() or self._ledger.note(_CHUNKS) is not None
        if not is_run and not self.beside(_REPLAYED).exists():
            raise Misconfigured(
                f"Nothing was moved by {self._mapping.path} yet, so there is nothing to compare. "
                f"Move it first: migrate run {self._mapping.path}"
            )

    def _check_settled(self) -> None:
        """Refuse to go on with another mapping or destination than the one that the ledger is of."""
        settled: list[tuple[str, str, str, Callable[[str], object]]] = [
            (_MAPPING, "The mapping file was changed", self._mapping.text, _meaning_of_mapping),
            (_DESTINATION, "The destination is another one", self._url or "", str),
            (_SITE, "The site file was changed", self._site.text, _meaning_of_site),
        ]
        began = bool(self._ledger.done())
        for name, what, text, meaning in settled:
            known = self._ledger.note(name)
            if known is None or not began:
                self._ledger.set_note(name, text)
            elif not _same(known, text, meaning):
                raise Misconfigured(
                    f"{what} since this migration began, and what was moved went by the old one. "
                    f"Put it back; or move {self._ledger.path} away to move all again, which overwrites equal readings "
                    "(what went to other names or places before stays there until it is deleted)."
                )

    def _intake(self, ledger: Ledger, progress: Progress) -> Intake:
        return Intake(self._open_source(), self._converter(), ledger, progress, self._stop)

    def _converter(self) -> Converter:
        started = self._ledger.note(_STARTED)
        if started is None:
            started = str(now_ms())
            self._ledger.set_note(_STARTED, started)
        return Converter(self._mapping, self._site, int(started))

    def _open_source(self) -> Ahead:
        if self._source is None:
            source = open_source(self._mapping, self._site, self._settings.source_secret)
            self._source = Ahead(source, self._stop)
        return self._source

    def _open_destination(self, progress: Progress) -> Destination:
        if self._destination is None:
            if self._url is None:
                raise Misconfigured(
                    f"{self._mapping.path} names no destination.store and HDH_STORE_URL is not set. Set one of them."
                )
            patience = Patience(self._stop, progress.waiting)
            named = self._mapping.projects()
            self._destination = Destination(self._url, self._settings.store_secret, self._site, named, patience)
        return self._destination

    def _source_name(self) -> str:
        source = self._mapping.entry.source
        return f"{source.kind} {source.url or source.path}"


def _same(known: str, text: str, meaning: Callable[[str], object]) -> bool:
    """Whether two texts say the same: a comment, or an empty list that was removed, is no change."""
    if known == text:
        return True
    try:
        return meaning(known) == meaning(text)
    except Misconfigured:
        # One of them is none that this version reads: there may have been no site file.
        return False


def _meaning_of_mapping(text: str) -> object:
    return parse_mapping(text, Path()).entry


def _meaning_of_site(text: str) -> object:
    site = parse_site(text, "")
    return site.projects, [replace(route, line=0) for route in site.routes]


def open_job(path: Path, settings: MigrateSettings, stop: Event) -> Job:
    """Open what a mapping file names; source and destination are opened on use.

    Raises:
        Misconfigured: the mapping file, the site file or the ledger is wrong.
    """
    mapping = load_mapping(path)
    site = load_site(settings.site_file)
    check_projects(mapping, site)
    return Job(mapping, settings, site, Ledger(mapping.beside(".ledger.db")), stop)


def doubts_of(path: Path) -> list[str]:
    """What is in doubt in a mapping file, a line each."""
    try:
        check_decided(load_mapping(path))
    except Misconfigured as error:
        return str(error).splitlines()
    return []


def _told(outcome: Outcome) -> str:
    counts = Counter(outcome.counts)
    parts = [f"{counts['written']:,} readings written"]
    parts += [f"{counts[key]:,} {words}" for key, words in LEFT.items() if counts[key]]
    parts += [f"{counts['rejected']:,} rejected"] if counts["rejected"] else []
    changes = [f"{counts[key]:,} {words}" for key, words in CHANGES.items() if counts[key]]
    text = f"{', '.join(parts)}; {outcome.moved:,} of {outcome.chunks:,} parts were moved now."
    text += f" On the way: {'; '.join(changes)}." if changes else ""
    if outcome.changed:
        text += f" {len(outcome.changed):,} parts had changed since they were moved, and were moved again."
        text += " What was removed from them in the source stays in the destination."
    if outcome.missing:
        text += f" {len(outcome.missing):,} parts that were moved before are no longer in the source."
    return text
