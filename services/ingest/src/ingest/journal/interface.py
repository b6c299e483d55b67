"""The journal as the stages see it: append a batch, read on from a position, mark as done.

Positions number the messages, dense from 1, in the order in which they were received. A *lane* is the way of one
project's messages to the store: each has its own position, so that one that must wait does not hold up the others. The
lane "" takes what belongs to no listed project.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from ingest.message import Ignored, Message, Messages, Reason


@dataclass(frozen=True, slots=True)
class Batch:
    """Messages that were appended together, or a range of positions that can no longer be read.

    Attributes:
        first: the position of its first message.
        last: the position of its last message.
        site_version: the version of the site file under which it came.
        messages: the messages, in order; empty where damaged.
        damage: what is wrong with it, a sentence; empty when it is whole.
    """

    first: int
    last: int
    site_version: str
    messages: Messages
    damage: str = ""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A message that was rejected, as it is kept.

    Attributes:
        payload_bytes: how long the payload is where `payload` holds only its beginning, else None.
    """

    id: int
    position: int
    time: int
    project: str
    topic: str
    payload: bytes
    reason: Reason
    detail: str
    site_version: str
    packet_id: int = 0
    retain: bool = False
    payload_bytes: int | None = None

    @property
    def message(self) -> Message:
        """The message as it was journaled."""
        return Message(self.topic, self.payload, self.time, self.packet_id, self.retain)


@dataclass(frozen=True, slots=True)
class Lane:
    """How far a project's messages are done, and what placing them needs to remember (see `ingest.place`)."""

    position: int
    ahead: dict[str, int]


@dataclass(slots=True)
class Move:
    """What became of one project's messages up to a position: counts, and the rejected messages themselves."""

    written: int = 0
    points: int = 0
    ignored: dict[Ignored, int] = field(default_factory=dict)
    rejected: list[Rejected] = field(default_factory=list)
    ahead: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Done:
    """What is marked as done together, all or nothing.

    Attributes:
        position: up to where the lanes in `moves` are done now.
        moves: per project; every lane that moves on is named.
        stays: projects that could not be written and had no lane of their own yet, with the position they stay at.
        damaged: ranges that could not be read.
    """

    position: int
    moves: dict[str, Move]
    stays: dict[str, int] = field(default_factory=dict)
    damaged: Sequence[Batch] = ()


@dataclass(frozen=True, slots=True)
class Totals:
    """The counters, all of one moment. `received = written + rejected + ignored + pending`.

    Attributes:
        written: messages by project.
        rejected: messages by project and reason.
        ignored: messages by project and reason.
        points: points written, by project.
        received: messages ever appended.
    """

    written: dict[str, int]
    rejected: dict[tuple[str, str], int]
    ignored: dict[tuple[str, str], int]
    points: dict[str, int]
    received: int

    @property
    def pending(self) -> int:
        """Messages that have not come to an end yet."""
        done = (self.written, self.rejected, self.ignored)
        return self.received - sum(sum(counts.values()) for counts in done)


class Reader(Protocol):
    """Reads a journal on. For one thread at a time; may raise `Retryable` as the journal does."""

    def read(self, after: int, *, until: int, messages: int, size: int) -> list[Batch]:
        """Read on: batches behind `after` and up to `until`, until there are so many messages or bytes, at least one.

        A damaged range is a batch that says so; the batches behind it follow as usual. `until` is a position that the
        journal has reached.
        """

    def site_text(self, batch: Batch) -> str:
        """The site file under which a batch came."""

    def packets(self, after: int, newest: int) -> list[tuple[int, Sequence[int]]]:
        """The batches behind `after`, in order: first position, and packet ids (0, if anything, at QoS 0).

        The newest batches only, until they hold so many messages with a packet id.
        """

    def close(self) -> None:
        """Give back what is held open."""


class Journal(Reader, Protocol):
    """What a journal does. `append` is called by one thread, `read` and `mark` by another one, the rest by any.

    Every method may raise `Retryable`: the journal cannot be written or read now; nothing was done.
    """

    @property
    def last(self) -> int:
        """The position of the newest message, 0 when there is none."""

    def check(self) -> None:
        """Raise `Retryable` if its files were removed or replaced, so that what is appended would be lost."""

    def append(self, messages: Messages, site_version: str, site_text: str) -> int:
        """Append messages as one batch; it is fsynced when this returns. Returns the position of its last message."""

    def reader(self) -> Reader:
        """What reads on in another thread than the one that calls `mark`."""

    def refused(self, first: int, last: int) -> dict[int, list[str]]:
        """The details of rejected messages by their positions, `first` to `last`."""

    def lanes(self) -> dict[str, Lane]:
        """The lanes; a project without one stands where the lane "" stands."""

    def mark(self, done: Done) -> None:
        """Mark as done: positions, counters and rejected messages, all or nothing.

        It counts at once, but need not be on disk yet: a kill or a power cut may take back the last marks, each as a
        whole, and the same is then done once more. A mark with rejected, damaged or staying messages survives a kill.
        """

    def totals(self) -> Totals:
        """The counters."""

    def rejected(self, *, project: str | None, reason: str | None, before: int | None, limit: int) -> list[Rejected]:
        """Rejected messages, newest first, from ids below `before`; of long payloads only the beginning."""

    def newest(self, since: int, until: int) -> list[Message]:
        """The newest messages that came at or after `since` (epoch ms); asked before the first append.

        Batches that end after `until` (epoch ms) are left out: where the clock was set back, they may be very many.
        """

    def note(self, name: str) -> str | None:
        """A small text that was remembered."""

    def set_note(self, name: str, text: str) -> None:
        """Remember a small text."""

    def prune(self, before: int) -> list[str]:
        """Remove closed segments that are done and older than `before` (epoch ms); the names of what was removed."""

    def size(self) -> int:
        """Its bytes on disk."""

    def close(self) -> None:
        """Give back what is held open."""
