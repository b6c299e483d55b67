"""Texts with line breaks: a file cut anywhere reads as the whole one, and as Python's csv module reads it."""

import csv
import io
import tracemalloc
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from migrate.batch import BadRow, Batch
from migrate.sources.csv import CsvSource
from migrate.sources.csv_form import Form
from migrate.sources.files import CHUNK_BYTES, Files
from migrate.sources.interface import Source
from migrate.sources.line_protocol import LineProtocolSource
from migrate.sources.texts import LINE_PROTOCOL, LONGEST_TEXT, find_records, table_quoting

SECOND = 1_500_000_000
CELLS = st.text(alphabet='x7",;\n\r ä', max_size=12)
TABLES = st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=12)
WHOLE = 1 << 30


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that each example writes anew."""
    return tmp_path_factory.mktemp("texts") / "table.csv"


def read(source: Source) -> tuple[dict[tuple[int, str], Any], list[tuple[int, str]]]:
    """All values of all chunks by line and field, and the lines of what could not be read, with the reason."""
    values: dict[tuple[int, str], Any] = {}
    bad: list[tuple[int, str]] = []
    for chunk in source.chunks():
        for item in source.read(chunk):
            if isinstance(item, BadRow):
                bad.append((item.row, item.reason))
                continue
            for name, column in item.fields.items():
                there = zip(item.rows.tolist(), column.values.tolist(), column.present_or_all().tolist(), strict=True)
                new = {(row, name): value for row, value, present in there if present}
                assert not new.keys() & values.keys()
                values |= new
    source.close()
    return values, sorted(bad)


def table(path: Path, chunk_bytes: int, longest: int = LONGEST_TEXT) -> CsvSource:
    """A table with a header whose first column is the time, in chunks of so many bytes."""
    files = Files([path], path, chunk_bytes=chunk_bytes)
    source = CsvSource(files, Form(time=("time",), time_format="seconds"))
    assert files.quoting is not None
    files.quoting = replace(files.quoting, longest=longest)
    return source


@given(TABLES, st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]), st.integers(1, 80))
def test_a_table_cut_anywhere_reads_as_python_reads_it(
    path: Path, cells: list[tuple[str, str]], quoting: int, cut: int
) -> None:
    """Each text whole, with the line in which its row begins, whichever border it crosses."""
    written = io.StringIO(newline="")
    writer = csv.writer(written, quoting=quoting)  # type: ignore[arg-type]
    writer.writerow(("time", "first\nof two", "second"))
    writer.writerows((SECOND + number, *pair) for number, pair in enumerate(cells))
    path.write_text(written.getvalue(), encoding="utf-8", newline="")
    (_, names), *rows = python_rows(written.getvalue())
    expected = {
        (line, name): _value(text) for line, row in rows for name, text in zip(names[1:], row[1:], strict=True) if text
    }
    assert read(table(path, cut)) == (expected, [])


def python_rows(text: str) -> list[tuple[int, list[str]]]:
    """The rows that Python's csv module reads, each with the number of the line in which it begins."""
    found, begin = [], 1
    reader = csv.reader(io.StringIO(text, newline="\n"))
    for row in reader:
        found.append((begin, row))
        begin = reader.line_num + 1
    return found


def _value(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


@given(st.text(alphabet='a",\n', max_size=60))
@example('a"b,"c\nd"\n"e""')
def test_records_end_where_python_says(text: str) -> None:
    """Also with quotes within cells and behind them."""
    records = find_records(text.encode(), table_quoting(",", 0))
    assume(not records.broken)
    within = {number for first, behind in records.joined for number in range(first + 1, behind)}
    lines = len(text.removesuffix("\n").split("\n")) if text else 0
    assert [number for number in range(lines) if number not in within] == [line - 1 for line, _ in python_rows(text)]


@given(st.text(alphabet='a",\n', max_size=60), st.integers(1, 20))
@example('aaaaaaaaa,"\na","\n"', 1)
def test_what_is_broken_is_so_wherever_it_is_cut(path: Path, text: str, cut: int) -> None:
    """The same rows are read and the same lines are named, in parts of any size."""
    path.write_text(f"time,a,b\n{text}")
    assert read(table(path, cut, longest=16)) == read(table(path, WHOLE, longest=16))


@given(st.text(alphabet='a= ,\\"\n', max_size=60), st.integers(1, 20))
@example('m a="\\"\n" 1\nm b=1 2\n', 3)
def test_line_protocol_cut_anywhere_reads_as_the_whole(path: Path, text: str, cut: int) -> None:
    """The same for texts in line protocol."""

    def lines(chunk_bytes: int) -> LineProtocolSource:
        files = Files([path], path, chunk_bytes=chunk_bytes)
        source = LineProtocolSource(files, "s")
        files.quoting = replace(LINE_PROTOCOL, longest=16)
        return source

    path.write_text(f'm v="one\ntwo",w=1 {SECOND}\n{text}\nm v="\\"three\\"\n\n" {SECOND + 1}\n')
    assert read(lines(cut)) == read(lines(WHOLE))


def test_a_text_crosses_the_border_of_two_parts(tmp_path: Path) -> None:
    """At the real size: the part before takes it whole, the one behind begins with the next record."""
    filler = f"m a=1 {SECOND}\n" * (CHUNK_BYTES // 17)
    text = "line\n" * 1000
    path = tmp_path / "lines.lp"
    path.write_text(f'{filler}m note="{text}",b=1 {SECOND + 1}\nm b=2 {SECOND + 2}\n')
    source = LineProtocolSource(Files([path], path), "s")
    assert len(source.chunks()) == 2
    first, last = (read_batches(source, number) for number in (0, 1))
    (note,) = [batch.fields["note"] for batch in first if "note" in batch.fields]
    assert (note.count(), note.values.tolist()[-1]) == (1, text)
    assert [batch.rows.tolist() for batch in last] == [[filler.count("\n") + 1002]]
    source.close()


def read_batches(source: Source, number: int) -> list[Batch]:
    """The batches of a chunk that has no bad rows."""
    found = list(source.read(source.chunks()[number]))
    batches = [item for item in found if isinstance(item, Batch)]
    assert len(batches) == len(found), [item for item in found if isinstance(item, BadRow)]
    return batches


@pytest.mark.parametrize("border", [0, CHUNK_BYTES - 1000])
def test_a_quote_that_is_never_closed_costs_its_line(border: int, tmp_path: Path) -> None:
    """It is named, all other rows are read, and no more than a part is held in memory."""
    row = f"{SECOND},1,\n"
    before = border // len(row)
    path = tmp_path / "open.csv"
    path.write_text(f'time,a,b\n{row * before}{SECOND},2,"open\n{row * (4 * CHUNK_BYTES // len(row))}')
    source = table(path, CHUNK_BYTES)
    tracemalloc.start()
    rows, bad = 0, []
    for chunk in source.chunks():
        for item in source.read(chunk):
            if isinstance(item, BadRow):
                bad.append((item.row, item.reason))
            else:
                rows += len(item.rows)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    source.close()
    assert bad == [(before + 2, "quotes")]
    assert rows == before + 4 * CHUNK_BYTES // len(row)
    assert peak < 12 * CHUNK_BYTES
