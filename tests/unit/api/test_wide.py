"""The wide layout: an outer join of all series by time, in every format, in bounded memory."""

import csv
import io
import json
import math
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import ipc, parquet

from api.answers import Answer, Block, Head, TimeStyle
from api.formats import FORMATS
from api.spool import Spool
from api.wide import MOST_COLUMNS, Limits, Table, column_names, widen
from hdh.errors import Invalid

BERLIN = ZoneInfo("Europe/Berlin")
ENOUGH = Limits(10_000_000)
TIMES = st.lists(st.integers(0, 40), unique=True, max_size=30).map(sorted)


def head(quantity: str = "temperature", unit: str | None = "Cel", **place: str) -> Head:
    """A series' head, in one kitchen where nothing else is said."""
    names = {"project": "toe", "house": "koivula", "room": "kitchen", "device": "air-1"} | place
    return Head(quantity=quantity, unit=unit, zone=BERLIN, **names)


def block(of: Head, readings: dict[int, Any]) -> Block:
    """A block of numbers or of text."""
    is_text = any(isinstance(value, str) for value in readings.values())
    return Block(
        of, np.array(list(readings), np.int64), np.array(list(readings.values()), object if is_text else float)
    )


def widened(blocks: list[Block], spool: Spool, limits: Limits = ENOUGH) -> Table:
    """The table of some blocks."""
    return widen(Answer({"tz": None}, iter(blocks), TimeStyle.ISO, BERLIN), spool, limits)


def rows_of(table: Table) -> list[tuple[Any, ...]]:
    """The rows, one by one; nothing is None."""
    found: list[tuple[Any, ...]] = []
    for rows in table.rows:
        columns = [[None if v is None or v != v else v for v in values.tolist()] for values in rows.values]  # noqa: PLR0124 (NaN)
        found += zip(rows.time.tolist(), *columns, strict=True)
    return found


@settings(max_examples=60)
@given(st.lists(TIMES, max_size=5), st.integers(1, 7), st.integers(1, 20))
def test_wide_is_the_outer_join(times: list[list[int]], page: int, cells: int) -> None:
    """Whatever the pages of the spool and the size of the slices, each time comes once, with what each series has."""
    series = {head(device=f"d{n}"): {t: t + n / 10 for t in own} for n, own in enumerate(times) if own}
    every = sorted(set().union(*series.values()))

    with pytest.MonkeyPatch.context() as patch, Spool(Path()) as spool:
        patch.setattr("api.spool._PAGE_ROWS", page)
        patch.setattr("api.wide._CELLS", cells)
        table = widened([block(of, readings) for of, readings in series.items()], spool)

        assert [(t, *(readings.get(t) for readings in series.values())) for t in every] == rows_of(table)
        assert list(series) == [column.head for column in table.columns]


def test_a_spool_lies_on_disk_and_comes_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Numbers bit for bit and text, also where the file is no longer in memory."""
    monkeypatch.setattr("api.spool._IN_MEMORY", 10)
    numbers: dict[int, Any] = {n: n / 7 for n in range(5000)}
    texts: dict[int, Any] = {1: "ä\n", 3: "", 9: None}
    with Spool(tmp_path) as spool:
        table = widened([block(head(), numbers), block(head("note_text", None), texts)], spool)
        rows = rows_of(table)

    assert list(tmp_path.iterdir()) == []
    assert [(n, numbers[n], texts.get(n)) for n in range(5000)] == rows


@pytest.mark.parametrize(
    ("heads", "expected"),
    [
        ([head()], ["temperature [Cel]"]),
        ([head(), head("note_text", None)], ["temperature [Cel]", "note_text"]),
        ([head(room="hall"), head()], ["hall/temperature [Cel]", "kitchen/temperature [Cel]"]),
        (
            [head(house="a", device="x"), head(house="b", device="y")],
            ["a/x/temperature [Cel]", "b/y/temperature [Cel]"],
        ),
        ([head("time", None), head("time", "s")], ["time #2", "time [s]"]),
        (
            [head(house="a", room="b/c"), head(house="a/b", room="c")],
            ["a/b/c/temperature [Cel]", "a/b/c/temperature [Cel] #2"],
        ),
    ],
)
def test_columns_are_named_by_what_differs(heads: list[Head], expected: list[str]) -> None:
    """Short, unique, with the unit."""
    assert expected == column_names(heads)


def test_too_wide_is_told(tmp_path: Path) -> None:
    """The sentence says how much and what to do."""
    many = [block(head(device=f"d{n}"), {1: 1.0}) for n in range(MOST_COLUMNS + 1)]
    with Spool(tmp_path) as spool, pytest.raises(Invalid, match="more than 1000 columns") as caught:
        widened(many, spool)

    assert (caught.value.parameter, caught.value.value) == ("layout", "wide")
    assert "layout=tidy" in (caught.value.remedy or "")


@pytest.mark.parametrize(
    ("limits", "words"), [(Limits(99), "more than 99 readings"), (Limits(1000, 199), "more than 199 values")]
)
def test_too_long_is_told(tmp_path: Path, limits: Limits, words: str) -> None:
    """Readings are counted as they are read, values where a format has to hold them all."""
    spans = {"a": range(50), "b": range(-50, 0), "c": range(100, 101)}
    blocks = [block(head(device=device), dict.fromkeys(times, 1.0)) for device, times in spans.items()]
    with Spool(tmp_path) as spool, pytest.raises(Invalid, match=words):
        widened(blocks, spool, limits)


def encoded(name: str, style: TimeStyle, spool: Spool) -> bytes:
    """Two series of which one is text, as a body."""
    readings = {1490486399000: 20.5, 1490490000250: math.nan}
    blocks = [block(head(), readings), block(head("note_text", None), {1490490000250: "=a;b", 1490490000251: ""})]
    return b"".join(FORMATS[name].encode_wide(Table(**_fields(blocks, style, spool))))


def _fields(blocks: list[Block], style: TimeStyle, spool: Spool) -> dict[str, Any]:
    table = widened(blocks, spool)
    return {"query": table.query, "columns": table.columns, "rows": table.rows, "style": style, "zone": table.zone}


def test_wide_text_is_as_documented(tmp_path: Path) -> None:
    """CSV, Finnish CSV, JSON lines and JSON."""
    with Spool(tmp_path) as spool:
        plain = encoded("csv", TimeStyle.ISO, spool).decode()
    with Spool(tmp_path) as spool:
        finnish = encoded("csv-fi", TimeStyle.ISO, spool).decode()
    with Spool(tmp_path) as spool:
        lines = encoded("ndjson", TimeStyle.MS, spool).decode()
    with Spool(tmp_path) as spool:
        whole = json.loads(encoded("json", TimeStyle.MS, spool))

    assert plain == (
        "time,temperature [Cel],note_text\n"
        "2017-03-26T00:59:59+01:00,20.5,\n"
        "2017-03-26T03:00:00.250+02:00,,=a;b\n"
        '2017-03-26T03:00:00.251+02:00,,""\n'
    )
    assert finnish == (
        "\ufefftime;utc_offset;temperature [Cel];note_text\r\n"
        "2017-03-26 00:59:59;UTC+01:00;20,5;\r\n"
        '2017-03-26 03:00:00,250;UTC+02:00;;"\'=a;b"\r\n'
        '2017-03-26 03:00:00,251;UTC+02:00;;""\r\n'
    )
    assert lines == (
        '{"time":1490486399000,"temperature [Cel]":20.5,"note_text":null}\n'
        '{"time":1490490000250,"temperature [Cel]":null,"note_text":"=a;b"}\n'
        '{"time":1490490000251,"temperature [Cel]":null,"note_text":""}\n'
    )
    place = {"project": "toe", "house": "koivula", "room": "kitchen", "device": "air-1"}
    note = place | {"quantity": "note_text", "unit": None, "column": "note_text", "value": [None, "=a;b", ""]}
    temperature = place | {"quantity": "temperature", "unit": "Cel", "column": "temperature [Cel]"}
    assert whole == {
        "query": {"tz": None},
        "time": [1490486399000, 1490490000250, 1490490000251],
        "series": [temperature | {"value": [20.5, None, None]}, note],
        "rows": 3,
        "complete": True,
    }


@pytest.mark.parametrize("name", ["arrow", "parquet"])
def test_wide_tables_say_what_their_columns_are(tmp_path: Path, name: str) -> None:
    """Place, quantity and unit stand in the metadata of each column."""
    with Spool(tmp_path) as spool:
        body = pa.BufferReader(encoded(name, TimeStyle.MS, spool))
    table = ipc.open_stream(body).read_all() if name == "arrow" else parquet.read_table(body)

    told = table.schema.field("temperature [Cel]").metadata
    place = {b"project": b"toe", b"house": b"koivula", b"room": b"kitchen", b"device": b"air-1"}
    assert place | {b"quantity": b"temperature", b"unit": b"Cel"} == {k: v for k, v in told.items() if b":" not in k}
    assert table["temperature [Cel]"].to_pylist() == [20.5, None, None]
    assert table["note_text"].to_pylist() == [None, "=a;b", ""]
    assert str(table.schema.field("time").type) == "timestamp[ms, tz=Europe/Berlin]"


@pytest.mark.parametrize("name", FORMATS)
def test_no_series_are_a_table_too(tmp_path: Path, name: str) -> None:
    """A table with times, and none of them."""
    with Spool(tmp_path) as spool:
        body = b"".join(FORMATS[name].encode_wide(widened([], spool)))

    if name == "parquet":
        assert parquet.read_table(pa.BufferReader(body)).column_names == ["time"]
    elif name == "arrow":
        assert ipc.open_stream(body).read_all().column_names == ["time"]
    else:
        expected = {
            "json": '{"query":{"tz":null},"time":[],"series":[],"rows":0,"complete":true}',
            "csv": "time\n",
            "csv-fi": "\ufefftime;utc_offset\r\n",
            "ndjson": "",
        }
        assert expected[name] == body.decode()


def test_a_wide_csv_of_many_columns_is_cut_small(tmp_path: Path) -> None:
    """Text is made of few rows at a time, and joins without a seam."""
    blocks = [block(head(device=f"d{n}"), {t: t + n for t in range(600)}) for n in range(300)]
    with Spool(tmp_path) as spool:
        pieces = list(FORMATS["csv"].encode_wide(widened(blocks, spool)))

    rows = list(csv.reader(io.StringIO(b"".join(pieces).decode())))
    assert [[float(t + n) for n in range(300)] for t in range(600)] == [list(map(float, row[1:])) for row in rows[1:]]
    assert max(map(len, pieces)) < 1_000_000
