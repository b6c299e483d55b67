"""Arrow, Parquet, JSON lines and the Finnish CSV: readings come back as they were, and say what they are."""

import csv
import io
import json
import math
import subprocess
import sys
from itertools import chain
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
from hdh.times import from_iso, from_ms, iso

BERLIN = ZoneInfo("Europe/Berlin")
HEAD = Head("toe", "koivula", "kitchen", "air-1", "temperature", "Cel", BERLIN)
QUERY = {"every": None, "tz": None}
TIMES = st.integers(from_iso("1971-01-01T00:00:00Z"), from_iso("2099-12-31T00:00:00Z"))
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
NUMBERS = st.floats(allow_infinity=False)


@st.composite
def blocks_of_any_kind(draw: st.DrawFn) -> list[Block]:
    """Some series, each in some blocks, of numbers or of text; None is no value."""
    found = []
    for _ in range(draw(st.integers(0, 4))):
        project, house, room, device, quantity = draw(st.lists(TEXTS, min_size=5, max_size=5))
        is_text = draw(st.booleans())
        head = Head(project, house, room, device, quantity, draw(st.none() | TEXTS), BERLIN)
        for _ in range(draw(st.integers(1, 3))):
            values: list[Any] = draw(st.lists(st.none() | TEXTS if is_text else NUMBERS, max_size=5))
            times = draw(st.lists(TIMES, min_size=len(values), max_size=len(values)))
            found.append(Block(head, np.array(times, np.int64), np.array(values, object if is_text else np.float64)))
    return found


def encoded(name: str, blocks: list[Block], style: TimeStyle = TimeStyle.ISO, *, has_text: bool = True) -> bytes:
    """The whole body."""
    return b"".join(FORMATS[name].encode(Answer(QUERY, iter(blocks), style, BERLIN, has_text=has_text)))


def rows_of(blocks: list[Block]) -> list[dict[str, Any]]:
    """What the blocks hold, a row a reading."""
    return [
        {
            "time": from_ms(time, BERLIN),
            **{name: getattr(b.head, name) for name in ("project", "house", "room", "device", "quantity", "unit")},
            "value": None if isinstance(value, str | None) or math.isnan(value) else value.hex(),
            "text": value if isinstance(value, str) else None,
        }
        for b in blocks
        for time, value in zip(b.time.tolist(), b.value.tolist(), strict=True)
    ]


def read_back(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows of a table, with numbers bit for bit."""
    return [row | {"value": None if row["value"] is None else row["value"].hex()} for row in rows]


@settings(max_examples=40)
@given(blocks_of_any_kind())
def test_arrow_gives_readings_back(blocks: list[Block]) -> None:
    """Names, times with their zone, numbers bit for bit, text in its own column, nothing as null."""
    table = ipc.open_stream(encoded("arrow", blocks)).read_all()

    assert rows_of(blocks) == read_back(table.to_pylist())


@settings(max_examples=40)
@given(blocks_of_any_kind())
def test_parquet_gives_readings_back(blocks: list[Block]) -> None:
    """As Arrow does; the footer says the number of rows and that it is complete."""
    file = parquet.ParquetFile(pa.BufferReader(encoded("parquet", blocks)))

    assert rows_of(blocks) == read_back(file.read().to_pylist())
    told = {name: file.metadata.metadata[name] for name in (b"hdh.rows", b"hdh.complete")}
    assert {b"hdh.rows": str(file.metadata.num_rows).encode(), b"hdh.complete": b"true"} == told


@pytest.mark.parametrize("name", ["arrow", "parquet"])
def test_a_schema_says_what_it_holds(name: str) -> None:
    """Zone in the type of time, names and unit as dictionaries, the query as JSON; no text where none is asked for."""
    body = encoded(name, [Block(HEAD, np.array([1]), np.array([2.5]))], has_text=False)
    source = pa.BufferReader(body)
    schema = ipc.open_stream(source).schema if name == "arrow" else parquet.ParquetFile(source).schema_arrow

    names = dict.fromkeys(("project", "house", "room", "device", "quantity", "unit"), "dictionary")
    kinds = {field.name: str(field.type).partition("<")[0] for field in schema}
    assert {"time": "timestamp[ms, tz=Europe/Berlin]", **names, "value": "double"} == kinds
    assert json.loads(schema.metadata[b"hdh.query"]) == QUERY


def test_an_arrow_stream_ends_in_a_batch_that_says_so() -> None:
    """It has no rows; its metadata says how many there were and that these are all."""
    many = Block(HEAD, np.arange(150_000), np.ones(150_000))
    reader = ipc.open_stream(encoded("arrow", [many]))
    found = []
    while True:
        try:
            batch, metadata = reader.read_next_batch_with_custom_metadata()
        except StopIteration:
            break
        found.append((batch.num_rows, metadata and dict(metadata)))

    end = {b"hdh.rows": b"150000", b"hdh.complete": b"true"}
    assert [(65_536, None), (65_536, None), (18_928, None), (0, end)] == found


def test_row_groups_are_bounded() -> None:
    """What is held while a file is written does not grow with it; many short series share a group."""
    short = [Block(Head("p", "h", "r", f"d{n}", "q", None, BERLIN), np.arange(500), np.ones(500)) for n in range(900)]
    file = parquet.ParquetFile(pa.BufferReader(encoded("parquet", [*short, Block(HEAD, np.arange(9), np.ones(9))])))

    groups = [file.metadata.row_group(n).num_rows for n in range(file.num_row_groups)]
    assert sum(groups) == 450_009
    assert len(groups) == 2
    assert file.read()["device"].unique().to_pylist() == [*(f"d{n}" for n in range(900)), "air-1"]


@pytest.mark.parametrize("name", ["arrow", "parquet", "ndjson", "csv-fi"])
def test_pieces_leave_while_the_store_is_read(name: str) -> None:
    """The first piece with readings is there long before the last block is read."""
    taken = []

    def blocks() -> chain[Block]:
        def one(n: int) -> Block:
            taken.append(n)
            return Block(HEAD, np.arange(n * 65_536, (n + 1) * 65_536), np.random.default_rng(n).random(65_536))

        return chain.from_iterable([one(n)] for n in range(12))

    sizes = []
    for piece in FORMATS[name].encode(Answer({}, blocks(), TimeStyle.ISO)):
        sizes.append(len(piece))
        if sum(sizes) > 100_000:
            break

    assert len(taken) < 8
    assert max(sizes) < 4_000_000


@settings(max_examples=40)
@given(blocks_of_any_kind(), st.sampled_from(list(TimeStyle)))
def test_each_line_of_ndjson_is_a_reading(blocks: list[Block], style: TimeStyle) -> None:
    """An object with time, place, quantity, value and unit."""
    body = encoded("ndjson", blocks, style).decode()

    expected = []
    for row in rows_of(blocks):
        value, text = row.pop("value"), row.pop("text")
        time = round(row["time"].timestamp() * 1000)
        row["time"] = time if style is TimeStyle.MS else iso(time, BERLIN)
        expected.append(row | {"value": text if value is None else float.fromhex(value)})
    assert expected == [json.loads(line) for line in body.split("\n")[:-1]]


def finnish(body: bytes) -> list[dict[str, str]]:
    """The lines as a spreadsheet reads them."""
    return list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline=""), delimiter=";"))


@given(st.lists(st.tuples(TIMES, NUMBERS), min_size=1, max_size=20))
def test_finnish_numbers_have_a_decimal_comma(readings: list[tuple[int, float]]) -> None:
    """They come back bit for bit; a time is the local clock's, with its offset beside it."""
    times, values = zip(*readings, strict=True)
    rows = finnish(encoded("csv-fi", [Block(HEAD, np.array(times), np.array(values))]))

    expected = [(iso(time, BERLIN), None if math.isnan(value) else value.hex()) for time, value in readings]
    back = [
        (
            row["time"].replace(" ", "T").replace(",", ".") + row["utc_offset"].removeprefix("UTC"),
            float(row["value"].replace(",", ".")).hex() if row["value"] else None,
        )
        for row in rows
    ]
    assert expected == back


@pytest.mark.parametrize("text", ["=1+1", "+358 40", "-", "@SUM(A1)", "\t=1"])
def test_nothing_is_a_formula_in_a_spreadsheet(text: str) -> None:
    """Names and texts come from whoever may publish: what would be computed is marked as text."""
    head = Head("toe", text, "kitchen", "air-1", "note_text", None, BERLIN)
    (row,) = finnish(encoded("csv-fi", [Block(head, np.array([1]), np.array([text], object))]))

    assert (f"'{text}", f"'{text}") == (row["house"], row["value"])


def test_finnish_csv_is_the_documented_table() -> None:
    """The mark by which Excel knows UTF-8, lines that end as Windows has them."""
    head = Head("toe", "mökki; vanha", "sauna", "air-1", "temperature", "Cel", BERLIN)
    body = encoded("csv-fi", [Block(head, np.array([1490486399000, 1490490000250]), np.array([-20.5, math.nan]))])

    expected = (
        "\ufefftime;utc_offset;project;house;room;device;quantity;value;unit\r\n"
        '2017-03-26 00:59:59;UTC+01:00;toe;"mökki; vanha";sauna;air-1;temperature;-20,5;Cel\r\n'
        '2017-03-26 03:00:00,250;UTC+02:00;toe;"mökki; vanha";sauna;air-1;temperature;;Cel\r\n'
    )
    assert expected == body.decode()


def test_encoding_does_not_import_pandas() -> None:
    """That takes a second or more, which the first answer would wait for; pyarrow does it here and there."""
    program = """
import sys
import numpy as np
from api.answers import UTC, Answer, Block, Head, TimeStyle
from api.formats import FORMATS
for name, form in FORMATS.items():
    head = Head("p", "h", "r", "d", "q", None, UTC)
    blocks = [Block(head, np.arange(2), np.array([1, np.nan])), Block(head, np.arange(1), np.array(["a"], object))]
    assert b"".join(form.encode(Answer({}, iter(blocks), TimeStyle.ISO)))
    assert "pandas" not in sys.modules, name
"""
    subprocess.run([sys.executable, "-c", program], check=True)
