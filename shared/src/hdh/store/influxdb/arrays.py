"""Rows of CSV into arrays, and arrays of one series from several measurements into one."""

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import csv

from hdh.arrow import column_of, numpy_of
from hdh.store.influxdb.csv import Rows
from hdh.store.windowed import Readings


class Kind(StrEnum):
    """What a field holds. Booleans are a stranger's: they are read as 0 and 1."""

    NUMBER = "number"
    BOOLEAN = "boolean"
    TEXT = "text"


_TYPES = {Kind.NUMBER: pa.float64(), Kind.BOOLEAN: pa.bool_(), Kind.TEXT: pa.binary()}
_TIME = 2
_VALUE = 3
_FEW_BYTES = 2_000
_NO_NUMBER = column_of(np.array([np.nan]))[0]


def readings(rows: Rows, kind: Kind) -> Readings:
    """Times (epoch ms) and values of rows with the columns name, tags, time, value."""
    if kind is Kind.NUMBER and len(rows.data) < _FEW_BYTES:
        return _few(rows.data)
    columns = ["name", "tags", "time", "value"]
    table = csv.read_csv(
        pa.BufferReader(rows.data),
        csv.ReadOptions(use_threads=False, block_size=len(rows.data) + 1, column_names=columns),
        csv.ParseOptions(newlines_in_values=kind is Kind.TEXT),
        csv.ConvertOptions(
            include_columns=columns[_TIME:],
            column_types={"time": pa.int64(), "value": _TYPES[kind]},
            strings_can_be_null=False,
        ),
    )
    return _numpy(table["time"]), _values(table["value"], kind)


def merged(parts: Sequence[Iterator[Readings]]) -> Iterator[Readings]:
    """Readings of several measurements by time; of equal times the one of the earlier part."""
    held = [(number, part, chunk) for number, part in enumerate(parts) if (chunk := next(part, None))]
    while held:
        # No part may run ahead of what another may still bring.
        limit = min(int(time[-1]) for _, _, (time, _) in held)
        ready, rest = [], []
        for number, part, (time, value) in held:
            end = int(np.searchsorted(time, limit, "right"))
            ready.append((time[:end], value[:end]))
            left = (time[end:], value[end:]) if end < len(time) else next(part, None)
            if left:
                rest.append((number, part, left))
        yield _by_time(ready)
        held = rest


def _few(data: bytes) -> Readings:
    """As `readings`, in less time than it takes to set a parser up. Tags and names hold commas only in quotes."""
    cells = [line.rsplit(b",", 2) for line in data.splitlines()]
    time = np.array([int(cell[1]) for cell in cells], np.int64)
    return time, np.array([float(cell[2]) if cell[2] else np.nan for cell in cells], np.float64)


def _values(column: pa.ChunkedArray, kind: Kind) -> NDArray[Any]:
    if kind is Kind.TEXT:
        texts = np.empty(len(column), np.object_)
        texts[:] = [each.decode(errors="replace") for each in column.to_pylist()]
        return texts
    if kind is Kind.BOOLEAN:
        return _numpy(column).astype(np.float64)
    return _numpy(column.fill_null(_NO_NUMBER) if column.null_count else column)


def _numpy(column: pa.ChunkedArray) -> NDArray[Any]:
    parts = [numpy_of(chunk) for chunk in column.chunks]
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def _by_time(parts: list[Readings]) -> Readings:
    if len(parts) == 1:
        return parts[0]
    time = np.concatenate([time for time, _ in parts])
    value = np.concatenate([value for _, value in parts])
    order = np.argsort(time, kind="stable")
    time, value = time[order], value[order]
    first = np.diff(time, prepend=time[:1] - 1) > 0
    return time[first], value[first]
