"""Columns of Arrow and of numpy: what goes in comes out."""

from typing import Any

import numpy as np
import pytest

from hdh.arrow import column_of, numpy_of, texts_of


@pytest.mark.parametrize("kind", [np.float64, np.int64, np.int32, np.uint64, np.bool_])
@pytest.mark.parametrize("size", [0, 1, 9])
def test_numbers_and_flags(kind: Any, size: int) -> None:
    """Also of every second row, which do not lie side by side."""
    values = (np.arange(2 * size) % 3).astype(kind)[::2]
    column = column_of(values)
    assert (column.to_pylist(), numpy_of(column).tolist()) == (values.tolist(), values.tolist())
    assert numpy_of(column).dtype == kind


def test_what_is_missing_is_null() -> None:
    """Of numbers by their flags, of texts None."""
    values, missing = np.arange(10.0), np.arange(10) % 4 == 1
    there = [None if flag else value for value, flag in zip(values.tolist(), missing.tolist(), strict=True)]
    assert column_of(values, missing).to_pylist() == there
    assert texts_of(["ä", None, ""]).to_pylist() == ["ä", None, ""]


def test_a_column_with_nulls_is_no_array() -> None:
    """A number that is not there would be anything."""
    with pytest.raises(ValueError, match="1 nulls in a column of 2"):
        numpy_of(column_of(np.arange(2.0), np.array([True, False])))
