"""From texts as files spell them to typed columns."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from migrate.batch import Column


def integers(texts: Sequence[bytes]) -> NDArray[np.int64] | None:
    """Whole numbers, or None if one of the texts is none of 64 bits."""
    try:
        return None if _grouped(texts) else np.array(list(map(int, texts)), np.int64)
    except (ValueError, OverflowError):
        return None


def floats(texts: Sequence[bytes]) -> NDArray[np.float64] | None:
    """Numbers, or None if one of the texts is none."""
    try:
        return None if _grouped(texts) else np.array(list(map(float, texts)), np.float64)
    except ValueError:
        return None


def suffixed_integers(texts: Sequence[bytes]) -> NDArray[np.int64] | None:
    """Whole numbers with an `i` behind them, or None if one of the texts is none."""
    return integers([text[:-1] for text in texts]) if all(text.endswith(b"i") for text in texts) else None


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


def _grouped(texts: Sequence[bytes]) -> bool:
    """Whether a text has an underscore, which Python reads within numbers and no server does."""
    return b"_" in b" ".join(texts)
