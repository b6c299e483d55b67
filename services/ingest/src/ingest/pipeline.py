"""From journal to store: read on, decode, place, write, mark as done."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from functools import partial
from random import Random
from threading import Event

import structlog

from hdh.errors import HdhError
from hdh.model import Point
from hdh.site import SiteFile
from hdh.store.interface import Refusal
from ingest.clock import now_ms
from ingest.journal import Batch, Done, Journal, Lane, Move
from ingest.message import Fault, Message, Placed, Reason
from ingest.place import Placer
from ingest.placers import Placers
from ingest.progress import Progress
from ingest.reports import Reports
from ingest.short_way import ShortWay
from ingest.waits import Waits
from ingest.worker import Worker
from ingest.write import POINTS_A_WRITE, Entry, Part, Store

_MESSAGES_A_PASS = 8_000
_BYTES_A_PASS = 4 * 1024 * 1024
_MESSAGES_BEHIND = 4_000
_IDLE_SECONDS = 10.0
_GATHER_SECONDS = 0.05
_NOWHERE = ""
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
        moves = _Pass(self._journal, self._placers, self._store, self._worker, self.waits, lanes).run(group, batches)
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


class _Pass:
    """One group of lanes on its way through the next batches."""

    def __init__(
        self, journal: Journal, placers: Placers, store: Store, worker: Worker, waits: Waits, lanes: dict[str, Lane]
    ) -> None:
        self._journal = journal
        self._placers = placers
        self._store = store
        self._worker = worker
        self._waits = waits
        self._lanes = lanes
        self._parts: dict[str, Part] = {}
        self._placer_of: dict[str, Placer] = {}
        self._placer: Placer | None = None
        self._ways: dict[str, tuple[Part, ShortWay | None] | None] = {}
        self._failed: set[str] = set()
        self._find: Callable[[int], Entry] = partial(_entry, ())

    def run(self, group: set[str], batches: Sequence[Batch]) -> dict[str, Move]:
        """Take batches to their end and mark them as done. Returns what became of them, of each lane that moved."""
        # Not a method: parts that lead back to this object would keep all of it in memory until a late collection.
        self._find = partial(_entry, batches)
        try:
            for batch in batches:
                self._place(batch, group)
        except BaseException:
            # What is being written must not go on beside the next pass.
            self._worker.submit(lambda: None).result()
            raise
        parts = list(self._parts.items())
        for name, part in parts:
            self._try(name, part.settle)
        for name, part in parts:
            # Nothing is being written any more: handing the rest over would take longer than a lone message does.
            self._try(name, partial(part.write, self._store.write))
        moves = {name: self._move(name) for name in {*group, *self._parts} - self._failed}
        stays = {name: batches[0].first - 1 for name in self._failed if name not in self._lanes}
        damaged = [batch for batch in batches if batch.damage]
        for batch in damaged:
            _log.error("journal_damaged", first=batch.first, last=batch.last, detail=batch.damage)
        if moves:
            self._journal.mark(Done(batches[-1].last, moves, stays, damaged))
        for name in moves:
            self._waits.succeeded(name)
        return moves

    def _place(self, batch: Batch, group: set[str]) -> None:
        messages = batch.messages
        if not messages:
            return
        placer = self._placers.of(batch)
        retained = frozenset([batch.first + index for index in messages.retained])
        ways = self._ways_of(placer)
        numbers = range(batch.first, batch.last + 1)
        for number, topic, payload, arrived in zip(
            numbers, messages.topics, messages.payloads, messages.times, strict=True
        ):
            try:
                way = ways[topic]
            except KeyError:
                way = ways[topic] = self._way(placer, topic, group)
            if way is None:
                continue
            part, short_way = way
            points = None
            if short_way is not None and number not in retained:
                try:
                    points = short_way.points(payload, arrived)
                except Exception:  # noqa: BLE001 (any bug: the long way is another one, and knows what to do if it fails, too)
                    _log.exception("short_way_failed", topic=topic, time=arrived)
            if points is None:
                part.add(number, place(placer, messages[number - batch.first]))
            else:
                part.add_points(number, points)
            if len(part.points) >= POINTS_A_WRITE:
                self._try(part.project, partial(part.write_later, self._write_later))
                # A lane that failed takes no more.
                ways.clear()

    def _ways_of(self, placer: Placer) -> dict[str, tuple[Part, ShortWay | None] | None]:
        """Where messages go by their topics, as far as is known yet under this version of the site file."""
        if placer is not self._placer:
            self._placer = placer
            self._ways.clear()
        return self._ways

    def _way(self, placer: Placer, topic: str, group: set[str]) -> tuple[Part, ShortWay | None] | None:
        """Where messages on a topic go and the short way there; None if none of this group's lanes takes them."""
        part = self._part(placer, topic, group)
        return None if part is None else (part, placer.short_way(topic))

    def _part(self, placer: Placer, topic: str, group: set[str]) -> Part | None:
        """The part that takes messages on a topic; None if none of this group's lanes does, or that one failed."""
        name = self._owner(placer, topic, group)
        if name is None or name in self._failed:
            return None
        if self._placer_of.get(name) is not placer:
            self._hand_over(name, placer)
        return self._parts.get(name) or self._parts.setdefault(name, Part(name, self._find))

    def _owner(self, placer: Placer, topic: str, group: set[str]) -> str | None:
        """The lane that a topic belongs to, if it is one of this group's: one without a position is where "" is."""
        name = placer.project_of(topic) or _NOWHERE
        lane = name if name in self._lanes else _NOWHERE
        return name if lane in group else None

    def _hand_over(self, name: str, placer: Placer) -> None:
        """What placing must remember of a project goes from one version of the site file to the next."""
        if name != _NOWHERE:
            placer.restore(name, self._ahead(name))
        self._placer_of[name] = placer

    def _ahead(self, name: str) -> dict[str, int]:
        if name == _NOWHERE:
            return {}
        if name in self._placer_of:
            return self._placer_of[name].ahead(name)
        return self._lanes[name].ahead if name in self._lanes else {}

    def _write_later(self, project: str, points: Sequence[Point]) -> Future[list[Refusal]]:
        return self._worker.submit(self._store.write, project, points)

    def _try(self, name: str, write: Callable[[], None]) -> None:
        if name in self._failed:
            return
        try:
            write()
        except Exception as error:  # noqa: BLE001 (a bug, too, must neither lose nor skip: the lane stays and says so)
            seconds = self._waits.failed(name, error)
            bug = not isinstance(error, HdhError)
            _log.warning("write_failed", project=name, error=str(error), again_in_seconds=seconds, exc_info=bug)
            self._failed.add(name)
            self._parts[name] = Part(name, self._find)

    def _move(self, name: str) -> Move:
        part = self._parts.get(name)
        move = Move() if part is None else part.move()
        move.ahead = self._ahead(name)
        return move


def _entry(batches: Sequence[Batch], position: int) -> Entry:
    batch = next(batch for batch in batches if batch.first <= position <= batch.last)
    return Entry(position, batch.messages[position - batch.first], batch.site_version)


def place(placer: Placer, message: Message) -> Placed:
    """What a message comes to; if a decoder fails on it, that is a fault of the message's, never the end of all."""
    try:
        return placer.place(message)
    except Exception as error:  # noqa: BLE001 (any bug)
        _log.exception("decoder_failed", topic=message.topic, time=message.time)
        detail = f"a decoder failed on it, which is a fault in ingest: {type(error).__name__}: {error}"
        return Placed([], [Fault(Reason.PAYLOAD, detail[:1000])])
