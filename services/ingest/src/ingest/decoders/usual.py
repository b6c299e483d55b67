"""The short way of most messages: a flat payload of numbers, whose names alone tell what it comes to.

What a payload of these names comes to is worked out once, and remembered. Anything out of the ordinary (text, null, an
object, a name that is no field) goes the long way, which comes to the same where both can be gone.
"""

from collections.abc import Callable
from keyword import iskeyword
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import msgspec
from msgspec.structs import asdict

from hdh.quantities import catalogue
from ingest.decoders.fields import field_of
from ingest.decoders.payload import MILLISECONDS_END

if TYPE_CHECKING:
    from ingest.decoders.decoded import Address

LONGEST = 1_024
"""Payloads of more bytes go the long way, as what is remembered of their names must be bounded."""
TIME = "time"
"""What a payload's time is called beside its fields, none of which may be called so."""
_Time = Annotated[int, msgspec.Meta(ge=0, lt=MILLISECONDS_END)] | float
_REMEMBERED = 4_096
_TYPES = 512
_MOST_NAMES = 32
"""So many kinds of payloads, the first that come and have no more names, get a type of their own: it takes 1 kB a name,
and is never given back, as topics hold on to it. Further kinds are read by their names, at twice the cost."""

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
        names: what each is called in the store; TIME where it is the payload's time.
        groups: measurements with their fields.
    """

    names: tuple[str, ...]
    groups: Groups


class Exact(msgspec.Struct, frozen=True):
    """What reads payloads of the same names, at half of what it costs to find out their names.

    Attributes:
        decode: payload to what `numbers` takes. Raises ValueError where there is anything else in it, or a time in
            whole numbers that is none.
        numbers: gives the numbers of what was decoded, called as in the plan.
        groups: as in the plan.
    """

    decode: Callable[[bytes], Any]
    numbers: Callable[[Any], dict[str, Any]]
    groups: Groups


class Usual:
    """The short way of one convention.

    Args:
        reader: makes what reads the payloads of a topic.
        find_time: finds the time among its names.
        is_plain: tells which names may go this way.
        objects: payloads are objects; else all of a topic have the same name.
    """

    def __init__(
        self,
        reader: Reader,
        find_time: FindTime,
        is_plain: IsPlain = lambda _: True,
        *,
        objects: bool = True,
    ) -> None:
        self.reader = reader
        self._find_time = find_time
        self._is_plain = is_plain
        self._objects = objects
        self._plans: dict[tuple[str, ...], Plan | None] = {}
        self._exact: dict[tuple[str, ...], Exact] = {}

    def plan(self, names: tuple[str, ...]) -> Plan | None:
        """What payloads of these names come to; None where they have to go the long way."""
        try:
            return self._plans[names]
        except KeyError:
            if len(self._plans) >= _REMEMBERED:
                self._plans.clear()
            found = self._plans[names] = self._work_out(names)
            return found

    def exact(self, names: tuple[str, ...], plan: Plan, read: Numbers) -> Exact | None:
        """What reads payloads of these very names, which `read` has read; None where there is no such thing."""
        found = self._exact.get(names)
        if found is None and len(names) <= _MOST_NAMES and len(self._exact) < _TYPES:
            if self._objects and all(map(_is_attribute, plan.names)):
                found = self._exact[names] = Exact(_decoder_of(names, plan), asdict, plan.groups)
            elif not self._objects and names == plan.names:
                found = self._exact[names] = Exact(read, dict, plan.groups)
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
        rest = iter(fields)
        return Plan(tuple(TIME if name == time else next(rest) for name in names), group(fields))


def _is_attribute(name: str) -> bool:
    return not name.startswith("_") and not iskeyword(name)


def _decoder_of(names: tuple[str, ...], plan: Plan) -> Callable[[bytes], msgspec.Struct]:
    attributes = [(name, _Time if name == TIME else float) for name in plan.names]
    rename = dict(zip(plan.names, names, strict=True))
    kind = msgspec.defstruct("Readings", attributes, rename=rename, forbid_unknown_fields=True, gc=False)
    return msgspec.json.Decoder(kind).decode


def group(names: tuple[str, ...]) -> Groups:
    """Fields by their measurements."""
    groups: dict[str, list[str]] = {}
    for name in names:
        groups.setdefault(catalogue().measurement_of(name), []).append(name)
    return tuple((measurement, tuple(members)) for measurement, members in groups.items())
