"""The data model: series, points and where things stand. Data only, no input or output."""

from dataclasses import dataclass

import msgspec

UNASSIGNED = "unassigned"
"""The house, room or device of a reading whose message does not say."""

TEXT_SUFFIX = "_text"
"""Ends the name of a field that holds text; a field never changes its type, so text has fields of its own."""

MEASUREMENTS = ("climate", "air", "energy", "water", "light", "presence", "device", "other")
"""The kinds of observation; `other` holds the quantities that the catalogue does not know."""

OTHER = "other"


class Place(msgspec.Struct, frozen=True, order=True, gc=False, cache_hash=True):
    """Where a reading comes from: the three tags that identify. A component is part of the device's name."""

    house: str
    room: str
    device: str


class Point(msgspec.Struct, gc=False):
    """The readings of one device at one time that share a measurement, as written to the store.

    Attributes:
        measurement: one of MEASUREMENTS.
        place: the tags.
        time: UTC in whole epoch milliseconds.
        fields: quantity to value in the catalogue's unit; text under `<quantity>_text`. Floats are finite.
    """

    measurement: str
    place: Place
    time: int
    fields: dict[str, float | str]


@dataclass(frozen=True, slots=True, order=True)
class Series:
    """What a reading belongs to. A text series has a quantity that ends in `_text`."""

    project: str
    house: str
    room: str
    device: str
    quantity: str

    @property
    def place(self) -> Place:
        """The tags."""
        return Place(self.house, self.room, self.device)

    @property
    def is_text(self) -> bool:
        """Whether its values are text, not numbers."""
        return self.quantity.endswith(TEXT_SUFFIX)


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open range of time, `start <= time < stop`, in epoch milliseconds."""

    start: int
    stop: int

    def __contains__(self, time: int) -> bool:
        return self.start <= time < self.stop


ALL_TIME = Span(-(2**53), 2**53)
"""Every time that a store holds."""
