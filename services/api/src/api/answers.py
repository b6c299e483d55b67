"""An answer full of readings, before it takes a form: data only."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

UTC = ZoneInfo("UTC")

Times: TypeAlias = NDArray[np.int64]
Values: TypeAlias = NDArray[np.float64] | NDArray[np.object_]


class TimeStyle(StrEnum):
    """How a time is written: epoch milliseconds, or ISO 8601 with offset."""

    MS = "ms"
    ISO = "iso"


@dataclass(frozen=True, slots=True)
class Head:
    """A series as it is shown.

    Attributes:
        unit: UCUM code of the values, None where it is not known (text has none).
        zone: the zone of its house, or the one asked for.
    """

    project: str
    house: str
    room: str
    device: str
    quantity: str
    unit: str | None
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Block:
    """Readings of one series, ascending; blocks of one series follow each other."""

    head: Head
    time: Times
    value: Values


@dataclass(frozen=True, slots=True)
class Answer:
    """The resolved query and its readings, series by series.

    Attributes:
        query: what was asked for, after every default and relative time.
        blocks: read from the store as they are taken.
        style: how times are written, where the format lets one choose.
        zone: of times where the whole answer can have one only: the one that was asked for or used, else UTC.
        has_text: whether text may be among the values.
        rows: how many readings there are, None where that is known at the end only.
        has_end: whether a last line says so, in formats of lines.
    """

    query: Mapping[str, object]
    blocks: Iterator[Block]
    style: TimeStyle
    zone: ZoneInfo = UTC
    has_text: bool = True
    rows: int | None = None
    has_end: bool = False
