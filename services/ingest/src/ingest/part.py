"""One project's part of a pass through the journal: its points on their way to the store, and what was refused."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field

from hdh.model import Point
from hdh.store.interface import Refusal
from ingest.journal import Move, Rejected
from ingest.message import Fault, Ignored, Message, Placed, Reason

POINTS_A_WRITE = 4_000
"""With so many points it is time to write: a pass takes a bounded amount of memory."""
_MOST_DETAILS = 5

Write = Callable[[str, Sequence[Point]], list[Refusal]]
"""Writes points of a project; see `hdh.store.interface.Writer.write`."""

WriteLater = Callable[[str, Sequence[Point]], Future[list[Refusal]]]
"""The same, in a thread of its own."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A message, and where it stands in the journal."""

    position: int
    message: Message
    site_version: str


@dataclass(slots=True)
class Part:
    """One project's part of a pass through the journal: filled message by message, written piece by piece.

    Messages go by numbers, ascending, so that one with which all is well costs nothing but the number.

    Attributes:
        project: the project, "" for messages of no listed one.
        find: the message of a number.
        points: what is not written yet.
        owners: of each of these points, the message that it came from.
        messages: how many there are so far that were not ignored.
        faults: what is wrong with some of them.
        ignored: how many were ignored, and why.
        written: how many points the store has taken.
    """

    project: str
    find: Callable[[int], Entry]
    points: list[Point] = field(default_factory=list)
    owners: list[int] = field(default_factory=list)
    messages: int = 0
    faults: dict[int, list[Fault]] = field(default_factory=dict)
    ignored: dict[Ignored, int] = field(default_factory=dict)
    written: int = 0
    _writing: tuple[list[int], Future[list[Refusal]]] | None = None

    def add(self, number: int, placed: Placed) -> None:
        """Add what a message came to."""
        if placed.ignored is not None:
            self.ignored[placed.ignored] = self.ignored.get(placed.ignored, 0) + 1
            return
        if placed.faults:
            self.faults[number] = placed.faults
        self.add_points(number, placed.points)

    def add_points(self, number: int, points: list[Point]) -> None:
        """Add what a message with which all is well came to."""
        self.messages += 1
        self.points += points
        self.owners += [number] * len(points)

    def write(self, write: Write) -> None:
        """Write what is not written yet; the messages of refused points get their faults.

        Raises:
            Retryable: the store is away; nothing of this part may be marked as done.
            Misconfigured: the store does not take this project from us.
        """
        self.settle()
        points, owners = self._take()
        if points:
            self._note(owners, write(self.project, points))

    def write_later(self, submit: WriteLater) -> None:
        """Have written what is not written yet, once what went before is written. Raises what `write` does."""
        self.settle()
        points, owners = self._take()
        self._writing = (owners, submit(self.project, points))

    def settle(self) -> None:
        """Wait for what is being written, if anything is. Raises what `write` does."""
        if self._writing is not None:
            owners, writing = self._writing
            self._writing = None
            try:
                refusals = writing.result()
            finally:
                # An error leads to this frame: as long as that led to the error, both would stay in memory.
                del writing
            self._note(owners, refusals)

    def _take(self) -> tuple[list[Point], list[int]]:
        points, owners = self.points, self.owners
        self.points, self.owners = [], []
        return points, owners

    def _note(self, owners: list[int], refusals: list[Refusal]) -> None:
        for refusal in refusals:
            self.faults.setdefault(owners[refusal.index], []).append(Fault(Reason(refusal.reason), refusal.detail))
        self.written += len(owners) - len(refusals)

    def move(self) -> Move:
        """What became of the messages, once all is written."""
        rejected = [self._rejected(number) for number in sorted(self.faults)]
        written = self.messages - len(rejected)
        return Move(written=written, points=self.written, ignored=self.ignored, rejected=rejected)

    def _rejected(self, number: int) -> Rejected:
        entry, faults = self.find(number), self.faults[number]
        message = entry.message
        return Rejected(
            id=0,
            position=entry.position,
            time=message.time,
            project=self.project,
            topic=message.topic,
            payload=message.payload,
            reason=faults[0].reason,
            detail=spell(faults),
            site_version=entry.site_version,
            packet_id=message.packet_id,
            retain=message.retain,
        )


def spell(faults: list[Fault]) -> str:
    """The first few faults as one text."""
    details = list(dict.fromkeys(fault.detail for fault in faults))
    more = [f"and {len(details) - _MOST_DETAILS} more."] if len(details) > _MOST_DETAILS else []
    return " ".join(details[:_MOST_DETAILS] + more)
