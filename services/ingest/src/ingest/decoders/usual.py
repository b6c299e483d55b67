"""The short way of most messages: a flat payload of numbers, whose names alone tell what it comes to.

What a payload of these names comes to is worked out once, and remembered. Anything out of the ordinary (text, null, an
object, a name that is no field) goes the long way, which comes to the same where both can be gone.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

import msgspec

from hdh.quantities import catalogue
from ingest.decoders.fields import field_of

if TYPE_CHECKING:
    from ingest.decoders.decoded import Address

LONGEST = 1_024
"""Payloads of more bytes go the long way, as what is remembered of their names must be bounded."""
_REMEMBERED = 4_096

Numbers: TypeAlias = Callable[[bytes], dict[str, float]]
"""Payload to numbers by name. Raises ValueError where there is anything else in it."""

Reader: TypeAlias = "Callable[[Address], Numbers]"
"""What reads the payloads of a topic with this address."""

FindTime: TypeAlias = Callable[[tuple[str, ...]], str | None]
"""Which of a payload's names is its time; None where there is none."""

IsPlain: TypeAlias = Callable[[str], bool]
"""Whether a name stands for itself: what it means depends on no other name or value."""


Groups: TypeAlias = tuple[tuple[str, tuple[str, ...]], ...]
"""Measurements, each with its fields."""


class Plan(msgspec.Struct, frozen=True):
    """What payloads of the same names come to.

    Attributes:
        time: the name of their time, or None.
        fields: the fields of the other names, in their order; None where they are called alike.
        groups: measurements with their fields.
    """

    time: str | None
    fields: tuple[str, ...] | None
    groups: Groups


class Usual:
    """The short way of one convention.

    Args:
        reader: makes what reads the payloads of a topic.
        find_time: finds the time among its names.
        is_plain: tells which names may go this way.
    """

    def __init__(self, reader: Reader, find_time: FindTime, is_plain: IsPlain = lambda _: True) -> None:
        self.reader = reader
        self._find_time = find_time
        self._is_plain = is_plain
        self._plans: dict[tuple[str, ...], Plan | None] = {}

    def plan(self, names: tuple[str, ...]) -> Plan | None:
        """What payloads of these names come to; None where they have to go the long way."""
        try:
            return self._plans[names]
        except KeyError:
            if len(self._plans) >= _REMEMBERED:
                self._plans.clear()
            found = self._plans[names] = self._work_out(names)
            return found

    def _work_out(self, names: tuple[str, ...]) -> Plan | None:
        time = self._find_time(names)
        readings = [name for name in names if name != time]
        known = [field_of(name) for name in readings]
        fields = tuple(field.name for field in known)
        if not fields or len(set(fields)) < len(fields):
            return None
        if not all(self._is_plain(name) for name in readings) or not all(field.numeric for field in known):
            return None
        return Plan(time, None if list(fields) == readings else fields, group(fields))


def group(names: tuple[str, ...]) -> Groups:
    """Fields by their measurements."""
    groups: dict[str, list[str]] = {}
    for name in names:
        groups.setdefault(catalogue().measurement_of(name), []).append(name)
    return tuple((measurement, tuple(members)) for measurement, members in groups.items())
