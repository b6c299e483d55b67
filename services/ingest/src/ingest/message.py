"""A message on its way: as it was journaled, and what became of it. Data only."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

import msgspec

from hdh.model import Point


class Message(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One MQTT publish as the journal keeps it.

    Attributes:
        topic: as published.
        payload: as published.
        time: when it was journaled, epoch ms.
        packet_id: the broker's packet id, 0 at QoS 0.
        retain: whether the broker sent it because it was retained, not because it was just published.
    """

    topic: str
    payload: bytes
    time: int
    packet_id: int = 0
    retain: bool = False


class Messages(msgspec.Struct):
    """Messages in the order in which they came, in columns: thousands of them cost no object each.

    Attributes:
        topics: see `Message`, as all the others.
        payloads: as published.
        times: when they were journaled, epoch ms.
        packet_ids: the broker's, 0 at QoS 0.
        retained: the indices of those that the broker sent because they were retained.
    """

    topics: list[str] = []
    payloads: list[bytes] = []
    times: list[int] = []
    packet_ids: Sequence[int] = []
    retained: list[int] = []

    @classmethod
    def of(cls, messages: Iterable[Message]) -> Self:
        """Messages that stand one by one, in columns."""
        given = list(messages)
        return cls(
            [message.topic for message in given],
            [message.payload for message in given],
            [message.time for message in given],
            [message.packet_id for message in given],
            [index for index, message in enumerate(given) if message.retain],
        )

    def without(self, indices: Iterable[int]) -> Self:
        """All but these."""
        left_out, retained = set(indices), set(self.retained)
        kept = [index for index in range(len(self)) if index not in left_out]
        return type(self)(
            [self.topics[index] for index in kept],
            [self.payloads[index] for index in kept],
            [self.times[index] for index in kept],
            [self.packet_ids[index] for index in kept],
            [number for number, index in enumerate(kept) if index in retained],
        )

    @property
    def size(self) -> int:
        """The bytes of all payloads and the characters of all topics."""
        return sum(map(len, self.payloads)) + sum(map(len, self.topics))

    def __len__(self) -> int:
        return len(self.topics)

    def __getitem__(self, index: int) -> Message:
        return Message(
            self.topics[index], self.payloads[index], self.times[index], self.packet_ids[index], index in self.retained
        )

    def __iter__(self) -> Iterator[Message]:
        retained = set(self.retained)
        columns = zip(self.topics, self.payloads, self.times, self.packet_ids, strict=True)
        return (Message(*fields, index in retained) for index, fields in enumerate(columns))


class Reason(StrEnum):
    """Why a message, or a part of it, was rejected."""

    TOPIC = "topic"  # no route takes this topic
    PROJECT = "project"  # its project is not listed
    PAYLOAD = "payload"  # unreadable: no JSON, not UTF-8, not what the decoder expects
    FIELD = "field"  # a field's name cannot be a quantity
    TYPE = "type"  # a value of the wrong type, or not finite
    TIME = "time"  # a time that cannot be read
    CLOCK = "clock"  # a time far outside reason
    EXPIRED = "expired"  # older than the project's retention
    STORE = "store"  # the store refused the point
    DAMAGED = "damaged"  # a disk destroyed the journal's bytes before it was written


class Ignored(StrEnum):
    """Why a message that is well was not written."""

    RETAINED = "retained"  # the broker's copy of an old message, without a time of its own
    ERROR_TOPIC = "error_topic"  # what we reported ourselves
    COMMAND = "command"  # to a device, or a device's answer to one
    EMPTY = "empty"  # holds no reading


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a message or a part of it: the reason, and a sentence with what, where and remedy."""

    reason: Reason
    detail: str


class Placed(msgspec.Struct, frozen=True, gc=False):
    """What a message came to: points to write, and faults if anything in it was wrong.

    Exactly one of these holds: `ignored` is set (then there are no points and no faults), there are faults (the
    message ends as rejected, its good points are written all the same), or there are points only.
    """

    points: list[Point] = []
    faults: list[Fault] = []
    ignored: Ignored | None = None
