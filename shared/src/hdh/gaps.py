"""Gaps: what stands for the windows in which nothing was measured."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hdh.windows import Gap


def fill(
    times: NDArray[np.int64], values: NDArray[Any], gap: Gap, limit: int | None = None
) -> tuple[NDArray[np.int64], NDArray[Any]]:
    """Apply a gap policy to one value a window.

    Args:
        times: the windows' labels, epoch ms, ascending, shape (w,).
        values: float64 with NaN, or text as object with None, where there is no value, shape (w,).
        gap: the policy. Text knows only null and skip: for it the others are null.
        limit: of the windows in a row without a value so many are filled, the first ones; None: all.

    Returns:
        Times and values; fewer than were given only for `skip`. What is before the first value (and, for `linear`,
        after the last) stays NaN.
    """
    is_text = values.dtype == np.object_
    known = np.array([value is not None for value in values], np.bool_) if is_text else ~np.isnan(values)
    if gap is Gap.SKIP:
        return times[known], values[known]
    if gap is Gap.NULL or is_text or not known.any():
        return times, values
    number = np.arange(len(values))
    newest = np.maximum.accumulate(np.where(known, number, 0))
    if gap is Gap.PREVIOUS:
        filled = values[newest]
    else:
        filled = np.interp(times, times[known], values[known], left=np.nan, right=np.nan)
    if limit is not None:
        filled = np.where(number - newest <= limit, filled, np.nan)
    return times, np.where(known, values, filled)
