"""Gaps: what stands for the windows in which nothing was measured."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hdh.windows import Gap


def fill(starts: NDArray[np.int64], values: NDArray[Any], gap: Gap) -> tuple[NDArray[np.int64], NDArray[Any]]:
    """Apply a gap policy to one value a window.

    Args:
        starts: the windows' starts, epoch ms, ascending, shape (w,).
        values: float64 with NaN, or text as object with None, where there is no value, shape (w,).
        gap: the policy. Text knows only null and skip: for it the others are null.

    Returns:
        Times and values; fewer than were given only for `skip`. What is before the first value (and, for `linear`,
        after the last) stays NaN.
    """
    is_text = values.dtype == np.object_
    known = np.array([value is not None for value in values], np.bool_) if is_text else ~np.isnan(values)
    if gap is Gap.SKIP:
        return starts[known], values[known]
    if gap is Gap.NULL or is_text or not known.any():
        return starts, values
    if gap is Gap.PREVIOUS:
        newest = np.maximum.accumulate(np.where(known, np.arange(len(values)), 0))
        return starts, values[newest]
    between = np.interp(starts, starts[known], values[known], left=np.nan, right=np.nan)
    return starts, np.where(known, values, between)
