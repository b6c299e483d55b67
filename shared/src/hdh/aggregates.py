"""Aggregates: one value a window from the readings of one series, computed on whole arrays."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from hdh.windows import Aggregate

Times: TypeAlias = NDArray[np.int64]
Numbers: TypeAlias = NDArray[np.float64]

TEXT_AGGREGATES = frozenset({Aggregate.COUNT, Aggregate.FIRST, Aggregate.LAST})
"""What can be said of a series of text."""

LOOKS_BACK = frozenset({Aggregate.DELTA, Aggregate.RATE, Aggregate.TIME_WEIGHTED_MEAN})
"""The aggregates that need the last reading before the span."""


@dataclass(frozen=True, slots=True)
class _Windows:
    """The readings that lie in windows, and the windows that hold any.

    Attributes:
        time: of the readings, epoch ms, ascending.
        value: of the readings.
        first: index of each window's first reading; its last is the one before the next window's first.
        low: each window's start, epoch ms.
        high: each window's end.
        before: the last reading before the first window, or None.
    """

    time: Times
    value: NDArray[Any]
    first: NDArray[np.intp]
    low: Times
    high: Times
    before: tuple[int, Any] | None

    @property
    def count(self) -> NDArray[np.intp]:
        """How many readings each window holds."""
        return np.diff(self.first, append=len(self.time))

    def sums(self, per_reading: NDArray[Any]) -> NDArray[Any]:
        """The sum over each window of something that each reading has."""
        return np.asarray(np.add.reduceat(per_reading, self.first))


def aggregate_series(
    time: Times,
    value: NDArray[Any],
    edges: Times,
    aggregate: Aggregate,
    *,
    before: tuple[int, Any] | None = None,
    limits: Times | None = None,
) -> NDArray[Any]:
    """Compute one value for each window of a series.

    Args:
        time: times of the readings, epoch ms, strictly ascending, shape (n,).
        value: their values, float64, or text as object (then only TEXT_AGGREGATES), shape (n,).
        edges: starts of the windows and the end of the last, ascending, shape (w + 1,); readings outside are only
            looked back to.
        aggregate: what to compute.
        before: time and value of the last reading before the ones given, for the aggregates that LOOKS_BACK.
        limits: where the windows begin and end on the clock, shape (w + 1,); None: at the edges.

    Returns:
        Shape (w,): float64 with NaN, or for the first and last of text object with None, where a window has no value.
    """
    bounds = np.searchsorted(time, edges)
    begin, end = int(bounds[0]), int(bounds[-1])
    held = bounds[1:] > bounds[:-1]
    is_text = value.dtype == np.object_ and aggregate is not Aggregate.COUNT
    result = np.full(len(edges) - 1, None, np.object_) if is_text else np.full(len(edges) - 1, np.nan)
    if begin == end:
        return result
    if begin > 0:
        before = int(time[begin - 1]), value[begin - 1]
    low, high = (edges if limits is None else limits)[:-1][held], (edges if limits is None else limits)[1:][held]
    windows = _Windows(time[begin:end], value[begin:end], bounds[:-1][held] - begin, low, high, before)
    with np.errstate(over="ignore", invalid="ignore"):  # beyond the largest float a sum is infinite, as everywhere
        result[held] = _COMPUTE[aggregate](windows)
    return result


def _mean(windows: _Windows) -> Numbers:
    return np.asarray(windows.sums(windows.value) / windows.count)


def _median(windows: _Windows) -> Numbers:
    count = windows.count
    order = np.lexsort((windows.value, np.repeat(np.arange(len(count)), count)))
    ordered = windows.value[order]
    lower, upper = ordered[windows.first + (count - 1) // 2], ordered[windows.first + count // 2]
    return np.asarray(np.where(lower == upper, lower, (lower + upper) / 2))


def _last(windows: _Windows) -> NDArray[Any]:
    return np.asarray(windows.value[windows.first + windows.count - 1])


def _stddev(windows: _Windows) -> Numbers:
    count = windows.count
    away = windows.value - np.repeat(_mean(windows), count)
    squares = windows.sums(away * away)
    return np.asarray(np.sqrt(np.divide(squares, count - 1, out=np.full(len(count), np.nan), where=count > 1)))


def _increments(windows: _Windows) -> tuple[Numbers, Times]:
    """What each reading gained on the one before, and the ms since then; 0 and 0 for a first-ever reading."""
    time, value = windows.time, windows.value
    earlier_time, earlier = windows.before or (time[0], value[0])
    previous = np.concatenate(([earlier], value[:-1]))
    gained = np.where(value < previous, value, value - previous)
    return gained, np.diff(time, prepend=np.int64(earlier_time))


def _delta(windows: _Windows) -> Numbers:
    gained, elapsed = (windows.sums(each) for each in _increments(windows))
    return np.asarray(np.where(elapsed > 0, gained, np.nan))


def _rate(windows: _Windows) -> Numbers:
    gained, elapsed = (windows.sums(each) for each in _increments(windows))
    return np.asarray(np.divide(gained, elapsed / 1000, out=np.full(len(gained), np.nan), where=elapsed > 0))


def _time_weighted_mean(windows: _Windows) -> Numbers:
    time, value, first, count = windows.time, windows.value, windows.first, windows.count
    until = np.minimum(np.append(time[1:], windows.high[-1]), np.repeat(windows.high, count))
    held = until - time
    # What was known when the window began holds until its first own reading.
    carried = time[first] - windows.low
    earlier = value[first - 1]
    if first[0] == 0:
        if windows.before is None:
            carried[0], earlier[0] = 0, 0.0
        else:
            earlier[0] = windows.before[1]
    total = windows.sums(held) + carried
    # Shares of the whole rather than a sum to divide, which could pass the largest float.
    mean = windows.sums(value * (held / np.repeat(total, count))) + earlier * (carried / total)
    # A first-ever reading at the end of a window that holds its end has not held for any time.
    return np.asarray(np.where(total > 0, mean, _last(windows)))


_COMPUTE: dict[Aggregate, Callable[[_Windows], NDArray[Any]]] = {
    Aggregate.MEAN: _mean,
    Aggregate.MIN: lambda windows: np.minimum.reduceat(windows.value, windows.first),
    Aggregate.MAX: lambda windows: np.maximum.reduceat(windows.value, windows.first),
    Aggregate.MEDIAN: _median,
    Aggregate.COUNT: lambda windows: windows.count.astype(np.float64),
    Aggregate.FIRST: lambda windows: windows.value[windows.first],
    Aggregate.LAST: _last,
    Aggregate.SUM: lambda windows: windows.sums(windows.value),
    Aggregate.STDDEV: _stddev,
    Aggregate.DELTA: _delta,
    Aggregate.RATE: _rate,
    Aggregate.TIME_WEIGHTED_MEAN: _time_weighted_mean,
}
