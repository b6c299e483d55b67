"""Outlines: of a long series the few readings that its curve touches, for charts."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from hdh.store.windowed import Readings

FEWEST = 4
"""Readings of an outline for each point of the chart, where the series has so many; MinMaxLTTB asks no more."""

MOST = 2 * FEWEST


def outline(chunks: Iterable[Readings], points: int) -> Readings | None:
    """Thin a series out to the least and greatest readings of short buckets of time, in one pass.

    Args:
        chunks: times and values of one series of numbers, ascending within a chunk and from chunk to chunk.
        points: how many points the chart is to have, 1 or more.

    Returns:
        Readings of the series, ascending, the first and the last among them: all of them where they are at most
        MOST for each point; else those of buckets of which there are at least `FEWEST / 2` for each point between the
        first reading and the last. None for a series without readings.
    """
    most = MOST * points
    time, value, width = np.empty(0, np.int64), np.empty(0), 1
    for more_time, more_value in chunks:
        known = ~np.isnan(more_value)
        time, value = np.concatenate((time, more_time[known])), np.concatenate((value, more_value[known]))
        if len(time) > most:
            # Doubled and counted from the epoch, so that buckets become halves of buckets.
            while (time[-1] - time[0]) // width >= most // 2 - 1:
                width *= 2
            kept = _extremes(time // width, value)
            time, value = time[kept], value[kept]
    return (time, value) if len(time) else None


def _extremes(bucket: NDArray[np.int64], value: NDArray[np.float64]) -> NDArray[np.intp]:
    """The places of the first least and first greatest value of each bucket, and of the first and last of all."""
    first = np.flatnonzero(np.diff(bucket, prepend=bucket[0] - 1))
    count = np.diff(first, append=len(bucket))
    ends = np.array([0, len(bucket) - 1])
    return np.unique(
        np.concatenate(
            [ends, *(_places(ufunc.reduceat(value, first), value, count) for ufunc in (np.minimum, np.maximum))]
        )
    )


def _places(wanted: NDArray[np.float64], value: NDArray[np.float64], count: NDArray[np.intp]) -> NDArray[np.intp]:
    """Of each bucket the place of the first value that equals the wanted one."""
    found = np.flatnonzero(value == np.repeat(wanted, count))
    bucket = np.repeat(np.arange(len(count)), count)[found]
    return found[np.diff(bucket, prepend=-1) > 0]
