"""Points in columns: where they go one by one after all, and whether names and values of a column fit."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from hdh.model import TEXT_SUFFIX, Point
from hdh.soundness import is_unicode
from hdh.store.interface import Columns

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from hdh.store.interface import Values

IndexedPoint = tuple[int, Point]
"""A row and its point."""


def points(part: Columns, start: int, stop: int) -> list[IndexedPoint]:
    """The points of the rows `start` to `stop`; a row without a reading is none."""
    found: list[IndexedPoint] = []
    for row in range(start, stop):
        fields = {
            name: value
            for name, values in part.fields.items()
            if (value := values[row] if is_text(values) else float(values[row])) is not None and value == value  # noqa: PLR0124 (NaN)
        }
        if fields:
            found.append((row, Point(part.measurement, part.place, int(part.time[row]), fields)))
    return found


def without(values: "Values", rows: Sequence[int]) -> "Values":
    """A copy of a column that holds no reading in some rows."""
    left = values.copy()
    left[rows] = None if is_text(values) else np.nan
    return left


def has(values: "Values") -> "NDArray[np.bool_]":
    """Which rows of a column hold a reading."""
    if is_text(values):
        return np.array([value is not None for value in values], np.bool_)
    there: NDArray[np.bool_] = ~np.isnan(values)
    return there


def is_text(values: "Values") -> bool:
    """Whether a column holds text, not numbers."""
    return values.dtype == np.object_


def fits(name: str, values: "Values") -> bool:
    """Whether a column may stand under this name; its values are not looked at."""
    return bool(name) and is_unicode(name) and is_text(values) == name.endswith(TEXT_SUFFIX)
