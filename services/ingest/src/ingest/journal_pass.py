"""One pass through the journal: place what its batches hold, write it, and mark it as done."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from functools import partial

import structlog

from hdh.errors import HdhError
from hdh.model import Point
from hdh.store.interface import Refusal
from ingest.journal import Batch, Done, Journal, Lane, Move
from ingest.part import POINTS_A_WRITE, Entry, Part
from ingest.place import Placer, place
from ingest.placers import Placers
from ingest.short_way import ShortWay
from ingest.store import Store
from ingest.waits import Waits
from ingest.worker import Worker

_NOWHERE = ""

_log = structlog.get_logger()


class Pass:
    """One group of lanes on its way through the next batches.

    Args:
        journal: where what became of them is marked.
        placers: find points by the site file of each batch.
        store: where points go.
        worker: writes some while the next are placed.
        waits: told of each project that was written, or could not be.
        lanes: all lanes as they stand.
    """

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
