"""Summaries of neighbouring readings: what is known of the parts of a window is enough to know it of the whole."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from hdh.store.windowed import Grid
from hdh.windows import Aggregate

Times: TypeAlias = NDArray[np.int64]
Numbers: TypeAlias = NDArray[np.float64]

_SCALE = 2.0**-54
"""Milliseconds of any length become a share below 1 by it, without rounding: a sum over time cannot pass a float."""


@dataclass(frozen=True, slots=True)
class Summaries:
    """Summaries of groups of neighbouring readings of one series, ascending.

    Attributes:
        at: a time of each group, not after its first reading and after the last of the group before, shape (n,).
        numbers: what its part knows in values, shape (numbers of the part, n).
        wholes: what its part knows in whole numbers, shape (wholes of the part, n).
    """

    at: Times
    numbers: Numbers
    wholes: Times

    def __len__(self) -> int:
        return len(self.at)

    def __getitem__(self, chosen: slice | Times) -> "Summaries":
        return Summaries(self.at[chosen], self.numbers[:, chosen], self.wholes[:, chosen])


@dataclass(frozen=True, slots=True)
class Part:
    """One of the things that can be known of readings, and how it is found.

    Attributes:
        column: where it is kept.
        numbers: how many values it takes; the first is never NaN.
        wholes: how many whole numbers.
        of_times: whether the whole numbers are times.
        of: the summaries of single readings.
        join: one summary of each run of neighbours, which begin at the given places.
    """

    column: str
    numbers: int
    wholes: int
    of_times: bool
    of: Callable[[Times, Numbers], Summaries]
    join: Callable[[Summaries, NDArray[np.intp]], Summaries]


def concatenated(summaries: Sequence[Summaries], part: Part) -> Summaries:
    """Summaries of one series one after the other, ascending."""
    summaries = [each for each in summaries if len(each)]
    if len(summaries) == 1:
        return summaries[0]
    if not summaries:
        return Summaries(np.empty(0, np.int64), np.empty((part.numbers, 0)), np.empty((part.wholes, 0), np.int64))
    at = np.concatenate([each.at for each in summaries])
    numbers = np.concatenate([each.numbers for each in summaries], axis=1)
    wholes = np.concatenate([each.wholes for each in summaries], axis=1)
    whole = Summaries(at, numbers, wholes)
    return whole if (np.diff(at) >= 0).all() else whole[np.argsort(at, kind="stable")]


def _moments_of(time: Times, value: Numbers) -> Summaries:
    return Summaries(time, np.stack((value, np.zeros(len(time)))), np.ones((1, len(time)), np.int64))


def _join_moments(parts: Summaries, first: NDArray[np.intp]) -> Summaries:
    (total, squares), (count,) = parts.numbers, parts.wholes
    joined_count, joined_total = np.add.reduceat(count, first), np.add.reduceat(total, first)
    mean = np.repeat(joined_total / joined_count, np.diff(first, append=len(parts)))
    away = total / count - mean
    joined_squares = np.add.reduceat(squares + count * away * away, first)
    return Summaries(parts.at[first], np.stack((joined_total, joined_squares)), joined_count[np.newaxis])


def _extremes_of(time: Times, value: Numbers) -> Summaries:
    return Summaries(time, np.stack((value, value)), np.stack((time, time)))


def _join_extremes(parts: Summaries, first: NDArray[np.intp]) -> Summaries:
    (least, greatest), (least_at, greatest_at) = parts.numbers, parts.wholes
    lows = _places(np.minimum.reduceat(least, first), least, first)
    highs = _places(np.maximum.reduceat(greatest, first), greatest, first)
    numbers, wholes = (least[lows], greatest[highs]), (least_at[lows], greatest_at[highs])
    return Summaries(parts.at[first], np.stack(numbers), np.stack(wholes))


def _places(wanted: Numbers, values: Numbers, first: NDArray[np.intp]) -> NDArray[np.intp]:
    """Of each run the place of the first value that equals the wanted one."""
    run = np.repeat(np.arange(len(first)), np.diff(first, append=len(values)))
    found = np.flatnonzero(values == wanted[run])
    return found[np.diff(run[found], prepend=-1) > 0]


def _ends_of(time: Times, value: Numbers) -> Summaries:
    nothing = np.zeros(len(time))
    return Summaries(time, np.stack((value, value, nothing, nothing)), np.stack((time, time)))


def _join_ends(parts: Summaries, first: NDArray[np.intp]) -> Summaries:
    (begun, ended, gained, area), (begun_at, ended_at) = parts.numbers, parts.wholes
    last = np.append(first[1:], len(parts)) - 1
    # From each summary to the next within the run; the run's own first has none before it.
    between_gained, between_area = np.zeros(len(parts)), np.zeros(len(parts))
    between_gained[1:] = gain(ended[:-1], begun[1:])
    between_area[1:] = ended[:-1] * ((begun_at[1:] - ended_at[:-1]) * _SCALE)
    between_gained[first] = between_area[first] = 0.0
    numbers = (
        begun[first],
        ended[last],
        np.add.reduceat(gained + between_gained, first),
        np.add.reduceat(area + between_area, first),
    )
    return Summaries(parts.at[first], np.stack(numbers), np.stack((begun_at[first], ended_at[last])))


def gain(earlier: Numbers, later: Numbers) -> Numbers:
    """What a counter gained between two readings; a fall is a reset."""
    return np.asarray(np.where(later < earlier, later, later - earlier))


MOMENTS = Part("moments", 2, 1, of_times=False, of=_moments_of, join=_join_moments)
"""Total and squared distances from the mean; count."""

EXTREMES = Part("extremes", 2, 2, of_times=True, of=_extremes_of, join=_join_extremes)
"""Least and greatest value; the times of the first of each."""

ENDS = Part("ends", 4, 2, of_times=True, of=_ends_of, join=_join_ends)
"""First and last value, gain and area between them; their times."""

PARTS = (MOMENTS, EXTREMES, ENDS)

PART_OF = {
    **dict.fromkeys((Aggregate.MEAN, Aggregate.SUM, Aggregate.COUNT, Aggregate.STDDEV), MOMENTS),
    **dict.fromkeys((Aggregate.MIN, Aggregate.MAX), EXTREMES),
    **dict.fromkeys(
        (Aggregate.FIRST, Aggregate.LAST, Aggregate.DELTA, Aggregate.RATE, Aggregate.TIME_WEIGHTED_MEAN), ENDS
    ),
}
"""What an aggregate is computed from; the others need every reading."""


def aggregate_summaries(
    summaries: Summaries, grid: Grid, aggregate: Aggregate, before: tuple[int, float] | None = None
) -> Numbers | None:
    """As `hdh.store.windowed.aggregate_chunks`, from summaries of which none lies in two windows.

    Returns:
        One value a window, NaN where there is none; None where no window holds a reading.
    """
    bounds = np.searchsorted(summaries.at, grid.edges)
    held = bounds[1:] > bounds[:-1]
    if not held.any():
        return None
    within = summaries[slice(int(bounds[0]), int(bounds[-1]))]
    result = np.full(len(held), np.nan)
    with np.errstate(over="ignore", invalid="ignore"):
        joined = PART_OF[aggregate].join(within, bounds[:-1][held] - bounds[0])
        low, high = grid.limits[:-1][held], grid.limits[1:][held]
        result[held] = _value(joined, aggregate, low, high, before)
    return result


def _value(
    joined: Summaries, aggregate: Aggregate, low: Times, high: Times, before: tuple[int, float] | None
) -> Numbers:
    numbers, wholes = joined.numbers, joined.wholes
    match aggregate:
        case Aggregate.COUNT:
            return np.asarray(wholes[0], np.float64)
        case Aggregate.MEAN:
            return np.asarray(numbers[0] / wholes[0])
        case Aggregate.STDDEV:
            spare = np.where(wholes[0] > 1, wholes[0] - 1.0, np.nan)
            return np.asarray(np.sqrt(numbers[1] / spare))
        case Aggregate.MAX | Aggregate.LAST:
            return np.asarray(numbers[1])
        case Aggregate.DELTA | Aggregate.RATE | Aggregate.TIME_WEIGHTED_MEAN:
            return _looked_back(joined, aggregate, low, high, before)
        case _:
            return np.asarray(numbers[0])


def _looked_back(
    joined: Summaries, aggregate: Aggregate, low: Times, high: Times, before: tuple[int, float] | None
) -> Numbers:
    (begun, ended, gained, area), (begun_at, ended_at) = joined.numbers, joined.wholes
    # A first-ever reading stands before itself: it gained nothing in no time, and nothing was known until it came.
    earlier_at = np.concatenate(([begun_at[0] if before is None else before[0]], ended_at[:-1]))
    earlier = np.concatenate(([begun[0] if before is None else before[1]], ended[:-1]))
    if aggregate is Aggregate.TIME_WEIGHTED_MEAN:
        carried = begun_at - low
        if before is None:
            carried[0] = 0
        total = (high - begun_at + carried) * _SCALE
        whole = area + ended * ((high - ended_at) * _SCALE) + earlier * (carried * _SCALE)
        # A first-ever reading at the end of a window that holds its end has not held for any time.
        return np.asarray(np.divide(whole, total, out=ended.copy(), where=total > 0))
    elapsed = ended_at - earlier_at
    whole = gained + gain(earlier, begun)
    per = elapsed / 1000 if aggregate is Aggregate.RATE else np.ones(len(elapsed))
    return np.asarray(np.divide(whole, per, out=np.full(len(whole), np.nan), where=elapsed > 0))
