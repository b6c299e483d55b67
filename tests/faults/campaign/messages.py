"""What the gateways of a campaign send, by gateway and number: most of it good, with and without a time of its own."""

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

PROJECT = "campaign"
DEVICES = 5
_CYCLE = 20
_WITHOUT_TIME = 8
_BROKEN, _EMPTY = 18, 19


class Kind(IntEnum):
    """What must become of a message."""

    TIMED = 0  # a reading at the message's own time
    UNTIMED = 1  # a reading at the time of its arrival
    BROKEN = 2  # rejected
    EMPTY = 3  # ignored


def kind_of(number: int) -> Kind:
    """The kind of any gateway's message."""
    place = number % _CYCLE
    if place < _WITHOUT_TIME:
        return Kind.UNTIMED
    return {_BROKEN: Kind.BROKEN, _EMPTY: Kind.EMPTY}.get(place, Kind.TIMED)


_KINDS = np.array([kind_of(number) for number in range(_CYCLE)])


def numbers_of(kind: Kind, first: int, stop: int) -> NDArray[np.int64]:
    """The numbers of one kind in a range, ascending, of any gateway."""
    numbers = np.arange(first, stop)
    return numbers[_KINDS[numbers % _CYCLE] == kind]


def count_of(kind: Kind, first: int, stop: int) -> int:
    """How many of one kind there are in a range."""
    whole, rest = divmod(stop - first, _CYCLE)
    return whole * len(numbers_of(kind, 0, _CYCLE)) + len(numbers_of(kind, stop - rest, stop))


def message(gateway: int, number: int, start: int) -> tuple[str, bytes]:
    """Topic and payload.

    Args:
        gateway: which one sends it.
        number: which of its messages it is; also the value of its reading.
        start: the time (epoch ms) of message 0; each following is a millisecond later.
    """
    topic = f"{PROJECT}/g{gateway}/room"
    match kind_of(number):
        case Kind.UNTIMED:
            return f"{topic}/u{number % DEVICES}/temperature", b"%d" % number
        case Kind.BROKEN:
            return f"{topic}/broken", b'{"temperature": %d' % number
        case Kind.EMPTY:
            return f"{topic}/empty", b"{}"
        case _:
            return f"{topic}/t{number % DEVICES}", b'{"time":%d,"temperature":%d}' % (start + number, number)
