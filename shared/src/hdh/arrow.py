"""Columns of Arrow from numpy's and from texts, and back, without pandas.

pyarrow's own ways (`pa.array`, `pa.scalar`, `to_numpy`, a Python value among the arguments of a function of
`pyarrow.compute`) import pandas wherever it is installed: a second of CPU in a program that needs none of it.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

_LONGEST = 2**31 - 1


def column_of(values: NDArray[Any], missing: NDArray[np.bool_] | None = None) -> pa.Array:
    """Numbers as a column; null where `missing` says so. It shares their memory: they may not be changed afterwards.

    Raises:
        ValueError: their bytes are not in this machine's order.
    """
    if not values.dtype.isnative:
        raise ValueError(f"numbers in {values.dtype.str} are not in this machine's order of bytes")
    valid = None if missing is None else _bits(~missing)
    if values.dtype == np.bool_:
        return pa.Array.from_buffers(pa.bool_(), len(values), [valid, _bits(values)])
    data = pa.py_buffer(np.ascontiguousarray(values))
    return pa.Array.from_buffers(pa.from_numpy_dtype(values.dtype), len(values), [valid, data])


def numpy_of(column: pa.Array) -> NDArray[Any]:
    """A column as numpy's, of numbers in the same memory.

    Raises:
        ValueError: it has nulls, which numpy's have not.
    """
    if column.null_count:
        raise ValueError(f"{column.null_count} nulls in a column of {len(column)}")
    if pa.types.is_boolean(column.type):
        return np.from_dlpack(column.cast(pa.uint8())).view(np.bool_)
    found: NDArray[Any] = np.from_dlpack(column)
    return found


def texts_of(texts: Sequence[str | None]) -> pa.Array:
    """Texts as a column; None is null.

    Raises:
        ValueError: one of them is no Unicode, or all of them are more than 2 GiB.
    """
    encoded = [b"" if text is None else text.encode() for text in texts]
    if sum(map(len, encoded)) > _LONGEST:
        raise ValueError("a column of texts holds 2 GiB at most")
    offsets = np.zeros(len(encoded) + 1, np.int32)
    np.cumsum(np.fromiter(map(len, encoded), np.int32, len(encoded)), out=offsets[1:])
    valid = _bits(np.array([text is not None for text in texts])) if None in texts else None
    return pa.StringArray.from_buffers(len(encoded), pa.py_buffer(offsets), pa.py_buffer(b"".join(encoded)), valid)


def text_of(text: str | None) -> pa.Scalar:
    """One text for all rows of a column."""
    return texts_of([text])[0]


def glued(*parts: pa.Array | pa.Scalar) -> pa.Array:
    """Columns and texts side by side as one column; null is nothing."""
    return pc.binary_join_element_wise(*parts, text_of(""), null_handling="replace", null_replacement="")


def _bits(flags: NDArray[np.bool_]) -> pa.Buffer:
    return pa.py_buffer(np.packbits(flags, bitorder="little"))
