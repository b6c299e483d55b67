"""Windows: how a range of time is cut, what is computed in each piece, what stands where nothing is."""

import re
from bisect import bisect_left
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np

from hdh.errors import Invalid
from hdh.model import Span
from hdh.times import UNIT_MS, from_ms, to_ms

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST_WINDOWS = 10_000_000
"""More in one answer are a mistake: a window a minute for nineteen years."""

# A month and a year by their mean length, to compare with.
_UNIT_MS = UNIT_MS | {"mo": 2_629_746_000, "y": 31_556_952_000}
_FIXED = {f"{n}{unit}": n * _UNIT_MS[unit] for unit in ("s", "m") for n in (1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30)} | {
    "1h": _UNIT_MS["h"]
}
_CLOCK_HOURS = {f"{n}h": n for n in (2, 3, 4, 6, 8, 12)}
_CALENDAR = {f"1{unit}": _UNIT_MS[unit] for unit in ("d", "w", "mo", "y")}
_LENGTHS = _FIXED | {text: n * _UNIT_MS["h"] for text, n in _CLOCK_HOURS.items()} | _CALENDAR
_SPELLING = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d|w|mo|y)")


class Aggregate(StrEnum):
    """What is computed from the readings of a window. `stddev` is of the sample (n - 1).

    `delta` is what a counter gained (a fall is a reset: it started again from 0), `rate` the same per second;
    both belong to the window of the later of two readings, and look back for the one before the span.
    `time_weighted_mean` lets each reading hold until the next, also across the window's edge.
    """

    MEAN = "mean"
    MIN = "min"
    MAX = "max"
    MEDIAN = "median"
    COUNT = "count"
    FIRST = "first"
    LAST = "last"
    SUM = "sum"
    STDDEV = "stddev"
    DELTA = "delta"
    RATE = "rate"
    TIME_WEIGHTED_MEAN = "time_weighted_mean"


class Gap(StrEnum):
    """What stands for a window without a value: null, nothing, the value before, or the line between its neighbours."""

    NULL = "null"
    SKIP = "skip"
    PREVIOUS = "previous"
    LINEAR = "linear"


class Side(StrEnum):
    """An end of a window: its start on the left, its end on the right."""

    LEFT = "left"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class Every:
    """The length of a window.

    Up to `1h` windows go by elapsed time, `2h` to `12h` and the calendar's (`1d`, `1w` from Monday, `1mo`, `1y`) by
    the local clock: on the days when it changes they are an hour shorter or longer.

    Attributes:
        text: as it was asked for, `5m`.
    """

    text: str

    @classmethod
    def parse(cls, text: str) -> "Every":
        """Read a window's length.

        Raises:
            Invalid: there is no such window; the remedy names the nearest ones.
        """
        if text in _LENGTHS:
            return cls(text)
        raise Invalid("no such window.", parameter="every", value=text, remedy=_nearest(text))

    @property
    def fixed_ms(self) -> int | None:
        """Its length in milliseconds where it goes by elapsed time, else None."""
        return _FIXED.get(self.text)

    @property
    def clock_hours(self) -> int | None:
        """Its length in hours of the local clock where it divides a day, else None."""
        return _CLOCK_HOURS.get(self.text)

    def edges(self, span: Span, zone: ZoneInfo) -> "NDArray[np.int64]":
        """The starts of all windows that overlap a (not empty) span, and the end of the last: shape (windows + 1,).

        Raises:
            Invalid: there would be more than MOST_WINDOWS, or the span reaches beyond the years that a calendar has.
        """
        if (span.stop - span.start) // _LENGTHS[self.text] >= MOST_WINDOWS:
            remedy = f"Give a longer window or a shorter span: at most {MOST_WINDOWS:,} windows."
            raise Invalid("too many windows in this span.", parameter="every", value=self.text, remedy=remedy)
        try:
            edges = self._edges(span, zone)
        except (OverflowError, ValueError) as error:
            given = f"{span.start} to {span.stop}"
            remedy = "Give a start and a stop in the years 2 to 9998."
            raise Invalid("no calendar reaches there.", parameter="start", value=given, remedy=remedy) from error
        first = np.searchsorted(edges, span.start, "right") - 1
        last = np.searchsorted(edges, span.stop, "left")
        return edges[first : last + 1]

    def _edges(self, span: Span, zone: ZoneInfo) -> "NDArray[np.int64]":
        """Starts of windows, ascending, from before the span to after it."""
        if (width := self.fixed_ms) is None:
            # The windows of hours that the clock skips all begin where it jumps to: they are one.
            return np.unique(np.array([_first_at(moment, zone) for moment in self._local_starts(span, zone)], np.int64))
        # Whole local hours and minutes also where a zone is off by half an hour.
        offset = _offset_ms(span.start, zone)
        first = (span.start + offset) // width * width - offset
        return np.arange(first, span.stop + width, width, dtype=np.int64)

    def _local_starts(self, span: Span, zone: ZoneInfo) -> list[datetime]:
        """Naive local starts of windows, from before the span to after it."""
        day = timedelta(days=1)
        start, stop = (from_ms(t, zone).replace(tzinfo=None) for t in (span.start, span.stop))
        midnight = datetime(start.year, start.month, start.day)  # noqa: DTZ001 (local on purpose)
        if hours := self.clock_hours:
            count = (stop - midnight) // timedelta(hours=hours) + 3
            return [midnight - day] + [midnight + timedelta(hours=hours) * n for n in range(count)]
        if self.text == "1d":
            return [midnight + day * n for n in range(-1, (stop - midnight).days + 3)]
        if self.text == "1w":
            monday = midnight - day * midnight.weekday()
            return [monday + 7 * day * n for n in range(-1, (stop - monday).days // 7 + 3)]
        if self.text == "1mo":
            months = range(start.year * 12 + start.month - 2, stop.year * 12 + stop.month + 2)
            return [datetime(m // 12, m % 12 + 1, 1) for m in months]  # noqa: DTZ001
        return [datetime(year, 1, 1) for year in range(start.year - 1, stop.year + 3)]  # noqa: DTZ001


@dataclass(frozen=True, slots=True)
class Window:
    """What to compute: windows of length `every` by the clock of `zone`.

    Attributes:
        closed: the end that belongs to a window: left, `start <= time < end`; right, `start < time <= end`.
        label: the end that names it.
        gap_limit: at most so many windows in a row are filled (previous, linear); None: all.
    """

    every: Every
    zone: ZoneInfo
    aggregate: Aggregate
    gap: Gap = Gap.NULL
    closed: Side = Side.LEFT
    label: Side = Side.LEFT
    gap_limit: int | None = None


def _first_at(local: datetime, zone: ZoneInfo) -> int:
    """Epoch milliseconds of the first instant at which the zone's clock shows this local time, or a later one."""

    def shown(time: int) -> datetime:
        return from_ms(time, zone).replace(tzinfo=None)

    time = to_ms(local.replace(tzinfo=zone))
    if shown(time) == local:
        return time
    # The clock skips it: before the jump it read less, after it reads more.
    earlier = to_ms(local.replace(tzinfo=zone, fold=1))
    return earlier + bisect_left(range(earlier, time), local, key=shown)


def _offset_ms(time: int, zone: ZoneInfo) -> int:
    offset = from_ms(time, zone).utcoffset() or timedelta(0)
    return offset // timedelta(milliseconds=1)


def _nearest(text: str) -> str:
    match = _SPELLING.fullmatch(text)
    if match is None:
        return "Give a number and a unit: 10s, 5m, 1h, 6h, 1d, 1w, 1mo or 1y."
    asked = float(match[1]) * _UNIT_MS[match[2]]
    shorter = max((e for e in _LENGTHS if _LENGTHS[e] <= asked), key=_LENGTHS.__getitem__, default=None)
    longer = min((e for e in _LENGTHS if _LENGTHS[e] >= asked), key=_LENGTHS.__getitem__, default=None)
    return f"The nearest are {' and '.join(e for e in dict.fromkeys((shorter, longer)) if e)}."
