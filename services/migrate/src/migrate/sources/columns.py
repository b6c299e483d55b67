"""From texts as files spell them to typed columns."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from migrate.batch import Column


def integers(texts: Sequence[bytes]) -> NDArray[np.int64] | None:
    """Whole numbers, or None if one of the texts is none of 64 bits."""
    try:
        return _numpy(_strings(texts).cast(pa.int64()))
    except pa.ArrowInvalid:
        return None


def floats(texts: Sequence[bytes]) -> NDArray[np.float64] | None:
    """Numbers, or None if one of the texts is none."""
    try:
        return _numpy(_strings(texts).cast(pa.float64()))
    except pa.ArrowInvalid:
        return None


def suffixed_integers(texts: Sequence[bytes]) -> NDArray[np.int64] | None:
    """Whole numbers with an `i` behind them, or None if one of the texts is none."""
    strings = _strings(texts)
    if not pc.all(pc.ends_with(strings, "i")).as_py():
        return None
    try:
        return _numpy(pc.utf8_rtrim(strings, "i").cast(pa.int64()))
    except pa.ArrowInvalid:
        return None


def spread(column: Column, positions: Sequence[int] | NDArray[np.int64], rows: int) -> Column:
    """A column for so many rows, whose values stand at some of them."""
    if len(positions) == rows:
        return column
    values = np.zeros(rows, column.values.dtype)
    values[positions] = column.values
    present = np.zeros(rows, np.bool_)
    present[positions] = True
    return Column(column.kind, values, present)


def texts_column(texts: Sequence[str]) -> Column:
    """Texts as a column."""
    values = np.empty(len(texts), np.object_)
    values[:] = texts
    return Column("text", values)


def _strings(texts: Sequence[bytes]) -> Any:  # noqa: ANN401 (pyarrow ships no types)
    try:
        return pa.array(texts, pa.binary()).cast(pa.string())
    except pa.ArrowInvalid:  # no UTF-8
        return pa.array([text.decode(errors="replace") for text in texts], pa.string())


def _numpy(array: Any) -> NDArray[Any]:  # noqa: ANN401 (as above)
    # Not `to_numpy`, which imports pandas where it is: that takes a second.
    return np.from_dlpack(array)
