"""The points of messages that were written, by journal position: decoded and placed once more, alike.

Only what lanes have passed is handed out, so that nobody sees a reading before the store has it, and none that was
rejected. Nothing is kept for it: whoever knows a cursor goes on from there, also after a restart.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from hdh.model import Point
from ingest.cursor import Cursor, here, identity
from ingest.journal import Batch, Journal, Lane
from ingest.message import Message
from ingest.part import spell
from ingest.place import Placer, place
from ingest.placers import Placers

MOST_BEHIND = 200_000
"""How many messages a cursor may be behind: what is further back is read from the store instead."""
_MESSAGES = 5_000
_BYTES = 4 * 1024 * 1024
_WARM_UP = 1_000
_TOO_FAR = f"more than {MOST_BEHIND} messages came since"


@dataclass(frozen=True, slots=True)
class Written:
    """Some points, with their projects, up to a cursor.

    Attributes:
        missed: why what came before cannot be handed out any more, a sentence; empty when nothing lacks.
    """

    cursor: Cursor
    points: list[tuple[str, Point]]
    missed: str = ""


class Tail:
    """Reads on behind a cursor. For one thread at a time.

    Args:
        journal: what was received, and how far it is done.
        after: the cursor; None begins where the lanes stand now.
        until: where to end; None never ends.
    """

    def __init__(self, journal: Journal, after: Cursor | None, until: Cursor | None = None) -> None:
        self._journal = journal
        self._until = until
        self._reader = journal.reader()
        self._placers = Placers(self._reader)
        self._id = identity(journal)
        self._ahead: dict[str, dict[str, int]] = {}
        self._placer_of: dict[str, Placer] = {}
        lanes = journal.lanes()
        self._missed = "" if after is None else self._why_not(after, lanes)
        if after is None or self._missed:
            after = here(self._id, lanes)
        elif _is_ahead(after, lanes):
            # A kill or a power cut took back how far the lanes were: what is written again is told again.
            after = Cursor(self._id, {name: min(after.of(name), lane.position) for name, lane in lanes.items()})
        self._positions = dict(after.positions)
        self._remember(lanes)

    def _why_not(self, after: Cursor, lanes: dict[str, Lane]) -> str:
        """Why a cursor cannot be gone on from, or nothing."""
        if after.journal != self._id or max(after.positions.values()) > self._journal.last:
            return "the journal was begun anew since"
        behind = max(lane.position - after.of(name) for name, lane in lanes.items())
        return _TOO_FAR if behind > MOST_BEHIND else ""

    def _remember(self, lanes: dict[str, Lane]) -> None:
        """What placing must know of the messages before: the lanes' own notes, else read from some way back."""
        behind = set()
        for name, lane in lanes.items():
            if self._at(name) == lane.position:
                self._ahead[name] = lane.ahead
            else:
                behind.add(name)
        for position in {self._at(name) for name in behind}:
            group = {name for name in behind if self._at(name) == position}
            for _ in self._points(group, max(0, position - _WARM_UP), position, lanes):
                pass

    def _at(self, name: str) -> int:
        return self._positions.get(name, self._positions[""])

    @property
    def cursor(self) -> Cursor:
        """How far it is."""
        return Cursor(self._id, dict(self._positions))

    def first(self) -> Written:
        """Where it begins, without points; tells what was missed."""
        return Written(self.cursor, [], self._missed)

    def read(self) -> Iterator[Written]:
        """What was written meanwhile, a bounded part at a time.

        Raises:
            Retryable: the journal cannot be read now.
        """
        lanes = self._journal.lanes()
        goals = {name: lane.position if self._until is None else self._until.of(name) for name, lane in lanes.items()}
        # One that has got a lane of its own since stood where the others stood.
        self._positions |= {name: self._at(name) for name in goals}
        for position, goal in sorted({(self._positions[name], goal) for name, goal in goals.items()}):
            group = {name for name in goals if (self._positions[name], goals[name]) == (position, goal)}
            at = position
            while at < goal:
                batches = self._reader.read(at, until=goal, messages=_MESSAGES, size=_BYTES)
                points = [found for batch in batches for found in self._place(batch, group, lanes)]
                missed = " ".join(f"Positions {b.first} to {b.last}: {b.damage}." for b in batches if b.damage)
                at = batches[-1].last
                self._positions |= dict.fromkeys(group, at)
                yield Written(self.cursor, points, missed)

    @property
    def ended(self) -> bool:
        """Whether `until` is reached."""
        return self._until is not None and all(self._at(name) >= self._until.of(name) for name in self._positions)

    def _points(self, group: set[str], after: int, until: int, lanes: dict[str, Lane]) -> Iterator[tuple[str, Point]]:
        while after < until:
            for batch in self._reader.read(after, until=until, messages=_MESSAGES, size=_BYTES):
                yield from self._place(batch, group, lanes)
                after = batch.last

    def _place(self, batch: Batch, group: set[str], lanes: dict[str, Lane]) -> Iterator[tuple[str, Point]]:
        if not batch.messages:
            return
        placer = self._placers.of(batch)
        rejected = self._journal.refused(batch.first, batch.last)
        for position, message in enumerate(batch.messages, batch.first):
            project = placer.project_of(message.topic)
            if project is None or (project if project in lanes else "") not in group:
                continue
            if self._placer_of.get(project) is not placer:
                placer.restore(project, self._ahead_of(project))
                self._placer_of[project] = placer
            for point in _written(placer, message, rejected.get(position, ())):
                yield project, point

    def _ahead_of(self, project: str) -> dict[str, int]:
        if project in self._placer_of:
            return self._placer_of[project].ahead(project)
        return self._ahead.get(project, {})

    def close(self) -> None:
        """Give back what is held open."""
        self._reader.close()


def _written(placer: Placer, message: Message, details: object) -> list[Point]:
    """A message's points; none of one of which the store refused some, as it is not known which."""
    placed = place(placer, message)
    if details and details != [spell(placed.faults)]:
        return []
    return placed.points


def _is_ahead(after: Cursor, lanes: dict[str, Lane]) -> bool:
    return any(after.of(name) > lane.position for name, lane in lanes.items())
