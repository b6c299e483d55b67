"""What a decoder gets and what it makes of it. Data only."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias
from zoneinfo import ZoneInfo

import msgspec

from ingest.decoders.usual import Usual
from ingest.message import Fault, Ignored


class Address(msgspec.Struct, frozen=True):
    """What the topic says. Texts that it does not say are empty.

    Attributes:
        project: the project's id.
        house: the house's id.
        room: the room's id.
        device: the device's name; a gateway may put `/` into it.
        quantity: the level with the quantity, else the last level.
        kind: the level with the kind of message, else the last level.
    """

    project: str
    house: str
    room: str
    device: str
    quantity: str
    kind: str


class Record(msgspec.Struct, gc=False):
    """The readings of one device or component at one time.

    Attributes:
        component: which part of the device measured it; empty for the device itself.
        time: epoch ms, None where the message does not say.
        fields: quantity to value in the catalogue's unit, text under `<quantity>_text`.
        second_time: what `time` may mean as well, in the hour that comes twice in autumn.
    """

    component: str
    time: int | None
    fields: dict[str, float | str]
    second_time: int | None = None


class Decoded(msgspec.Struct, gc=False):
    """All that is in a message: records, and what is wrong with the rest."""

    records: list[Record]
    faults: list[Fault]


Read: TypeAlias = Callable[[bytes, Address, ZoneInfo], Decoded]
"""Payload (not empty), address and the zone of local times to what is in the message. Pure, and never raises."""

Direct: TypeAlias = Callable[[Address], Address | Ignored]
"""Once per topic: the address with the device's real name, or why messages on this topic are ignored."""


def _as_it_is(address: Address) -> Address:
    return address


@dataclass(frozen=True, slots=True)
class Decoder:
    """One convention of payloads and the topics around them.

    Attributes:
        read: the long way, which takes everything.
        direct: what its topics mean.
        usual: the short way, if there is one.
    """

    read: Read
    direct: Direct = _as_it_is
    usual: Usual | None = None
