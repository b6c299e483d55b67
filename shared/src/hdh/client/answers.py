"""Answers as tables: Arrow, pandas, polars."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
from pyarrow import ipc

from hdh.client.errors import BrokenOff

if TYPE_CHECKING:
    import polars as pl

PLACE = ("project", "house", "room", "device", "quantity")
"""The names that make a series."""

_TIMES = frozenset({"time", "first", "last", "start", "stop"})
_QUERY, _ROWS, _COMPLETE = b"hdh.query", b"hdh.rows", b"hdh.complete"


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading, as `live` gives it.

    Attributes:
        time: in UTC.
        value: in `unit`; text where the quantity ends in `_text`.
        unit: UCUM code, None for text and where it is not known.
    """

    time: datetime
    project: str
    house: str
    room: str
    device: str
    quantity: str
    value: float | str
    unit: str | None


@dataclass(frozen=True, slots=True)
class Completeness:
    """How complete series are.

    Attributes:
        series: a row a series: the five names, interval (timedelta), interval_source, expected, actual.
        windows: a row a series and window: index time (UTC), the five names, expected, actual.
        gaps: a row a gap, the longest of a series first: the five names, start, stop (UTC), missing.
    """

    series: pd.DataFrame
    windows: pd.DataFrame
    gaps: pd.DataFrame


def table_of(body: bytes) -> pa.Table:
    """An Arrow stream as one table; its schema's metadata holds the query, rows and units.

    Raises:
        BrokenOff: it does not end as a whole answer does.
    """
    batches: list[pa.RecordBatch] = []
    end: Mapping[bytes, bytes] = {}
    try:
        with ipc.open_stream(pa.BufferReader(body)) as reader:
            schema = reader.schema
            for batch, metadata in reader.iter_batches_with_custom_metadata():
                batches.append(batch)
                end = metadata or {}
    except (pa.ArrowInvalid, OSError) as error:
        raise BrokenOff(f"The answer broke off: {error}.") from error
    table = pa.Table.from_batches(batches, schema).unify_dictionaries()
    if end.get(_COMPLETE) != b"true" or int(end.get(_ROWS, -1)) != table.num_rows:
        raise BrokenOff("The answer broke off: it does not say that it is complete.")
    return table.replace_schema_metadata({**(schema.metadata or {}), **end})


def query_of(table: pa.Table) -> dict[str, Any]:
    """What was asked for, with every default and relative time filled in."""
    query: dict[str, Any] = json.loads((table.schema.metadata or {}).get(_QUERY, b"{}"))
    return query


def frame_of(table: pa.Table) -> pd.DataFrame:
    """Readings as a frame, its index the time: as the table has them, with units and query in `attrs`."""
    frame: pd.DataFrame = table.to_pandas().set_index("time")
    frame.attrs = {"units": _units(table, frame), "query": query_of(table)}
    return frame


def _units(table: pa.Table, frame: pd.DataFrame) -> dict[str, str]:
    """The UCUM codes by quantity; in the wide layout, where each series has a column, by column."""
    if "quantity" not in frame:
        found = {field.name: (field.metadata or {}).get(b"unit") for field in table.schema}
        return {name: unit.decode() for name, unit in found.items() if unit}
    known = frame[["quantity", "unit"]].drop_duplicates().dropna()
    return dict(zip(known["quantity"].astype(str), known["unit"].astype(str), strict=True))


def polars_of(table: pa.Table) -> "pl.DataFrame":
    """A table as a frame of polars.

    Raises:
        ModuleNotFoundError: polars is not installed.
    """
    try:
        import polars as pl  # noqa: PLC0415 (optional)
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError("polars is not installed. Install hdh[polars].", name="polars") from error

    frame = pl.from_arrow(table)
    assert isinstance(frame, pl.DataFrame)  # noqa: S101 (a table never becomes a series)
    return frame


def frame_of_rows(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Entries of an answer, a row each; times in UTC."""
    frame = pd.DataFrame(rows)
    for name in _TIMES & set(frame.columns):
        frame[name] = pd.to_datetime(frame[name], unit="ms", utc=True)
    return frame


def completeness_of(document: Mapping[str, Any]) -> Completeness:
    """The answer of `/v1/completeness` as three frames."""
    series, windows, gaps = [], [], []
    for entry in document["series"]:
        place = {name: entry[name] for name in PLACE}
        counts = {name: entry[name] for name in ("interval_source", "expected", "actual")}
        series.append({**place, "interval": entry["interval_ms"], **counts})
        rows = zip(*(entry["windows"][name] for name in ("time", "expected", "actual")), strict=True)
        windows += [{**place, "time": time, "expected": expected, "actual": actual} for time, expected, actual in rows]
        gaps += [{**place, **gap} for gap in entry["gaps"]]
    frame = pd.DataFrame(series, columns=[*PLACE, "interval", "interval_source", "expected", "actual"])
    frame["interval"] = pd.to_timedelta(frame["interval"], unit="ms")
    counted = frame_of_rows(windows) if windows else pd.DataFrame(columns=[*PLACE, "time", "expected", "actual"])
    missing = frame_of_rows(gaps) if gaps else pd.DataFrame(columns=[*PLACE, "start", "stop", "missing"])
    return Completeness(frame, counted.set_index("time"), missing)


def reading_of(entry: Mapping[str, Any]) -> Reading:
    """A reading as `/v1/live` tells it."""
    return Reading(
        time=datetime.fromtimestamp(entry["time"] / 1000, UTC),
        project=entry["project"],
        house=entry["house"],
        room=entry["room"],
        device=entry["device"],
        quantity=entry["quantity"],
        value=entry["value"],
        unit=entry["unit"],
    )
