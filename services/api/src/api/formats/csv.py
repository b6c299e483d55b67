"""Readings as CSV: one line a reading, as RFC 4180 has it or as a Finnish spreadsheet opens it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from api.answers import Answer, Block, Times, TimeStyle, Values
from api.formats.buffers import iso_texts, joined, local_texts, number_texts, pieces, slices
from api.wide import TIME_COLUMNS, Table
from hdh.arrow import glued, text_of, texts_of

# What a spreadsheet would take for a formula: names and texts come from whoever may publish.
_FORMULA = r"^[=+\-@\t\r]"
_NAMES = ("project", "house", "room", "device", "quantity")


@dataclass(frozen=True, slots=True)
class Dialect:
    """How cells are written.

    Attributes:
        separator: between cells.
        decimal: the sign before the decimals of a number.
        end: of a line.
        mark: what the file begins with.
        is_spreadsheet: whether times are those of the local clock, with the offset in a column of its own, since no
            spreadsheet reads ISO 8601 with an offset; and whether texts that look like formulas are marked as text.
    """

    separator: str = ","
    decimal: str = "."
    end: str = "\n"
    mark: bytes = b""
    is_spreadsheet: bool = False

    @property
    def time_columns(self) -> tuple[str, ...]:
        """The names of the columns that say when."""
        return TIME_COLUMNS if self.is_spreadsheet else TIME_COLUMNS[:1]

    def line(self, *cells: str) -> str:
        """A line of texts."""
        return self.separator.join(map(self.cell, cells)) + self.end

    def cell(self, text: str) -> str:
        """A text, quoted where it must be."""
        if self.is_spreadsheet and re.match(_FORMULA, text):
            text = f"'{text}"
        return '"' + text.replace('"', '""') + '"' if re.search(self.special, text) else text

    @property
    def special(self) -> str:
        """A pattern that finds what a cell may hold within quotes only."""
        return rf'["\r\n{self.separator}]'


PLAIN = Dialect()
# Excel takes a file without the mark for one in an 8-bit code, and RFC 4180 ends lines as Windows does.
FINNISH = Dialect(separator=";", decimal=",", end="\r\n", mark=b"\xef\xbb\xbf", is_spreadsheet=True)


def encode(answer: Answer, dialect: Dialect = PLAIN) -> Iterator[bytes]:
    """The answer in pieces, the header line first."""
    return pieces(_parts(answer, dialect))


def encode_wide(table: Table, dialect: Dialect = PLAIN) -> Iterator[bytes]:
    """The table in pieces, the header line first: time and the names of the columns."""
    return pieces(_wide_parts(table, dialect))


encode_finnish = partial(encode, dialect=FINNISH)
encode_wide_finnish = partial(encode_wide, dialect=FINNISH)


def _parts(answer: Answer, dialect: Dialect) -> Iterator[bytes | pa.Buffer]:
    yield dialect.mark + dialect.line(*dialect.time_columns, *_NAMES, "value", "unit").encode()
    count = 0
    for block in answer.blocks:
        count += block.time.size
        for rows in slices(block.time.size):
            yield _lines(Block(block.head, block.time[rows], block.value[rows]), answer.style, dialect)
    if answer.has_end:
        yield _end(count, dialect)


def _wide_parts(table: Table, dialect: Dialect) -> Iterator[bytes | pa.Buffer]:
    yield dialect.mark + dialect.line(*dialect.time_columns, *(column.name for column in table.columns)).encode()
    separator, end = text_of(dialect.separator), text_of(dialect.end)
    count = 0
    for rows in table.rows:
        count += rows.time.size
        for cut in slices(rows.time.size, len(table.columns)):
            cells = [time_cells(rows.time[cut], table.zone, table.style, dialect)]
            for values in rows.values:
                cells += [separator, value_cells(values[cut], dialect)]
            yield joined(glued(*cells, end))
    if table.has_end:
        yield _end(count, dialect)


def _end(rows: int, dialect: Dialect) -> bytes:
    """The last line, where one was asked for."""
    return f"# rows={rows} complete=true{dialect.end}".encode()


def _lines(block: Block, style: TimeStyle, dialect: Dialect) -> pa.Buffer:
    head = block.head
    separator = dialect.separator
    names = separator.join(dialect.cell(getattr(head, name)) for name in _NAMES)
    before, after = f"{separator}{names}{separator}", separator + dialect.line(head.unit or "")
    times = time_cells(block.time, head.zone, style, dialect)
    return joined(glued(times, text_of(before), value_cells(block.value, dialect), text_of(after)))


def time_cells(times: Times, zone: ZoneInfo, style: TimeStyle, dialect: Dialect) -> pa.Array:
    """The column of times; with that of the offsets, where the dialect has one."""
    if style is TimeStyle.MS:
        texts = number_texts(times)
        return glued(texts, text_of(f"{dialect.separator}UTC")) if dialect.is_spreadsheet else texts
    if not dialect.is_spreadsheet:
        return iso_texts(times, zone)
    local, offsets = local_texts(times, zone)
    local = pc.replace_substring(pc.replace_substring(local, "T", " "), ".", dialect.decimal)
    return glued(local, text_of(f"{dialect.separator}UTC"), offsets)


def value_cells(values: Values, dialect: Dialect) -> pa.Array:
    """A column of values; what stands for no value is null."""
    if values.dtype != object:
        texts = number_texts(values)
        return texts if dialect.decimal == "." else pc.replace_substring(texts, ".", dialect.decimal)
    # Text: what stands for no value (None, NaN) stays null, and an empty text is told from it by its quotes.
    texts = texts_of([value if isinstance(value, str) else _other(value, dialect) for value in values.tolist()])
    if dialect.is_spreadsheet:
        texts = pc.replace_substring_regex(texts, f"({_FORMULA})", r"'\1")
    quoted = glued(text_of('"'), pc.replace_substring(texts, '"', '""'), text_of('"'))
    needs = pc.or_(pc.match_substring_regex(texts, dialect.special), pc.equal(texts, text_of("")))
    return pc.if_else(needs, quoted, texts)


def _other(value: object, dialect: Dialect) -> str | None:
    """A number in a column of objects, such as a count."""
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return None
    return str(value).replace(".", dialect.decimal)
