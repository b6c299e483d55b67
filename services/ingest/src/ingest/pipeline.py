"""From journal to store: read on, decode, place, write, mark as done."""

import time
from collections.abc import Callable
from random import Random
from threading import Event

import structlog

from hdh.errors import HdhError
from hdh.site import SiteFile
from ingest.clock import now_ms
from ingest.journal import Journal, Lane
from ingest.journal_pass import Pass
from ingest.placers import Placers
from ingest.progress import Progress
from ingest.reports import Reports
from ingest.store import Store
from ingest.waits import Waits
from ingest.worker import Worker

_MESSAGES_A_PASS = 8_000
_BYTES_A_PASS = 4 * 1024 * 1024
_MESSAGES_BEHIND = 4_000
_IDLE_SECONDS = 10.0
_GATHER_SECONDS = 0.05
_SET_UP = "/set-up"  # no project can be called so
_PRUNE_EVERY_SECONDS = 3_600.0
_DAY_MS = 86_400_000

_log = structlog.get_logger()


class Pipeline:
    """Moves the lanes on, for ever, in the thread that calls `run`.

    Args:
        journal: what was received, and how far it is done.
        sites: the site file in force.
        store: where points go.
        reports: where error reports are queued.
        random: for jitter.
        archive_days: how long done segments are kept, 0 for ever.
        clock: for waiting times, in seconds.

    Attributes:
        waits: the projects that wait after a failed write.
        oldest: the time (epoch ms) of the oldest message that is pending, None when there is none.
        progress: tells others that lanes moved.
    """

    def __init__(  # noqa: PLR0913 (the stages that it joins)
        self,
        journal: Journal,
        sites: SiteFile,
        store: Store,
        reports: Reports,
        random: Random,
        *,
        archive_days: int = 0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.oldest: int | None = None
        self.progress = Progress()
        self._archive_days = archive_days
        self._clock = clock
        self._prune_at = clock()
        self._journal = journal
        self._sites = sites
        self._store = store
        # What is written and what is placed meanwhile are two cores' work.
        self._worker = Worker("write")
        self._reports = reports
        self._placers = Placers(journal)
        self.waits = Waits(clock, random)
        self._trouble = Waits(clock, random)
        store.list_projects(sites.site.projects)

    def problems(self) -> list[str]:
        """Why messages stay pending, a sentence each."""
        found = {**self._trouble.problems(), **self.waits.problems()}
        if found.get(_SET_UP) in {text for name, text in found.items() if name != _SET_UP}:
            del found[_SET_UP]
        return [text if name in {"", _SET_UP} else f"Project {name}: {text}" for name, text in found.items()]

    def run(self, stop: Event, appended: Event) -> None:
        """Work until `stop` is set; `appended` tells of something new."""
        while not stop.is_set():
            appended.clear()
            try:
                worked = self.step()
                self._prune()
                self._trouble.succeeded("")
            except Exception as error:  # noqa: BLE001 (the top of a thread: told, tried again, nothing skipped)
                _log.warning("pipeline_failed", error=str(error), exc_info=not isinstance(error, HdhError))
                stop.wait(self._trouble.failed("", error))
                continue
            self._rest(stop, appended, worked=worked)
        self._worker.end()

    def _rest(self, stop: Event, appended: Event, *, worked: bool) -> None:
        """Wait for what is worth a pass: one costs as much as hundreds of messages, so what comes soon goes in one."""
        until = self._clock() + _GATHER_SECONDS
        positions = [lane.position for lane in self._journal.lanes().values()]
        if not worked or min(positions) == self._journal.last:
            appended.wait(self.waits.next_due(_IDLE_SECONDS))
        # Enough for a whole write is not waited for, even if only the lane that is furthest has it.
        behind = self._journal.last - max(positions)
        if worked and behind < _MESSAGES_BEHIND and (seconds := until - self._clock()) > 0:
            stop.wait(seconds)

    def step(self) -> bool:
        """One pass for each group of lanes that stand at the same position. Returns whether any lane moved."""
        self._set_up()
        lanes = self._journal.lanes()
        positions = sorted({lane.position for lane in lanes.values()})
        worked = False
        for index, position in enumerate(positions):
            until = positions[index + 1] if index + 1 < len(positions) else self._journal.last
            group = {name for name, lane in lanes.items() if lane.position == position and self.waits.is_due(name)}
            if position < until and group:
                # Behind a group that stays, those further on go on: only its own projects wait.
                worked |= self._pass(group, lanes, position, until)
        if all(lane.position == self._journal.last for lane in self._journal.lanes().values()):
            self.oldest = None
        return worked

    def _pass(self, group: set[str], lanes: dict[str, Lane], position: int, until: int) -> bool:
        batches = self._journal.read(position, until=until, messages=_MESSAGES_A_PASS, size=_BYTES_A_PASS)
        if position == min(lane.position for lane in lanes.values()):
            self.oldest = next((batch.messages.times[0] for batch in batches if batch.messages), self.oldest)
        moves = Pass(self._journal, self._placers, self._store, self._worker, self.waits, lanes).run(group, batches)
        for move in moves.values():
            self._reports.offer(move.rejected)
        if moves:
            self.progress.tell()
        return bool(moves)

    def _prune(self) -> None:
        """Remove what the archive need not keep any more."""
        if self._archive_days and self._clock() >= self._prune_at:
            self._prune_at = self._clock() + _PRUNE_EVERY_SECONDS
            if removed := self._journal.prune(now_ms() - self._archive_days * _DAY_MS):
                _log.info("archive_pruned", segments=removed)

    def _set_up(self) -> None:
        if self._sites.changed.is_set():
            self._sites.changed.clear()
            self._store.list_projects(self._sites.site.projects)
        if self._store.is_set_up():
            self.waits.succeeded(_SET_UP)
            return
        if not self.waits.is_due(_SET_UP):
            return
        try:
            self._store.create()
            self.waits.succeeded(_SET_UP)
        except HdhError as error:
            self.waits.failed(_SET_UP, error)
            _log.warning("store_not_set_up", error=str(error))
