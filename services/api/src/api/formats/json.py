"""Readings as columnar JSON, series by series; `complete` comes last."""

from collections.abc import Generator, Iterable, Iterator
from itertools import groupby
from zoneinfo import ZoneInfo

import orjson
import pyarrow as pa

from api.answers import Answer, Block, Head, Times, TimeStyle, Values
from api.formats.buffers import iso_texts, joined, pieces, slices
from api.wide import Table
from hdh.arrow import glued, text_of

NAMES = ("project", "house", "room", "device", "quantity", "unit")
_NUMPY = orjson.OPT_SERIALIZE_NUMPY


def encode(answer: Answer) -> Iterator[bytes]:
    """The answer in pieces. An answer that does not end in `"complete":true}` is none."""
    return pieces(_parts(answer))


def _parts(answer: Answer) -> Iterator[bytes | pa.Buffer]:
    yield b'{"query":' + orjson.dumps(dict(answer.query)) + b',"series":['
    separator = b""
    rows = 0
    for head, blocks in groupby(answer.blocks, key=_head):
        yield separator
        rows += yield from _series(head, blocks, answer.style)
        separator = b","
    yield b'],"rows":%d,"complete":true}' % rows


def encode_wide(table: Table) -> Iterator[bytes]:
    """The table in pieces: `time` once, and of each series its `column` and as many values."""
    return pieces(_wide_parts(table))


def _wide_parts(table: Table) -> Iterator[bytes | pa.Buffer]:
    yield b'{"query":' + orjson.dumps(table.query) + b',"time":['
    # All times stand before the first value, so all rows are held; there are no more than the cap lets be.
    held = list(table.rows)
    yield from _separated(_times(rows.time, table.zone, table.style) for rows in held)
    yield b'],"series":['
    for number, column in enumerate(table.columns):
        names = {name: getattr(column.head, name) for name in NAMES} | {"column": column.name}
        yield (b"," if number else b"") + orjson.dumps(names)[:-1] + b',"value":['
        yield from _separated(_values(rows.values[number]) for rows in held)
        yield b"]}"
    yield b'],"rows":%d,"complete":true}' % sum(rows.time.size for rows in held)


def _separated(parts: Iterable[bytes | pa.Buffer]) -> Iterator[bytes | pa.Buffer]:
    for number, part in enumerate(parts):
        if number:
            yield b","
        yield part


def _head(block: Block) -> Head:
    return block.head


def _series(head: Head, blocks: Iterable[Block], style: TimeStyle) -> Generator[bytes | pa.Buffer, None, int]:
    """One series; returns how many readings it has."""
    names = {name: getattr(head, name) for name in NAMES}
    yield orjson.dumps(names)[:-1] + b',"time":['
    # All times stand before the first value: the values of one series wait as arrays, bounded by the cap on readings;
    # text, which is many times larger, is made a slice at a time.
    values: list[Values] = []
    separator = b""
    for block in blocks:
        for rows in slices(block.time.size):
            yield separator
            yield _times(block.time[rows], head.zone, style)
            separator = b","
        values.append(block.value)
    yield b'],"value":['
    separator = b""
    for value in values:
        for rows in slices(value.size):
            yield separator + _values(value[rows])
            separator = b","
    yield b"]}"
    return sum(value.size for value in values)


def _times(times: Times, zone: ZoneInfo, style: TimeStyle) -> bytes | pa.Buffer:
    if style is TimeStyle.MS:
        return orjson.dumps(times, option=_NUMPY)[1:-1]
    text = joined(glued(text_of('"'), iso_texts(times, zone), text_of('",')))
    return text.slice(0, text.size - 1)


def _values(values: Values) -> bytes:
    # Text columns are objects, which orjson does not take as they are; NaN becomes null either way.
    return orjson.dumps(values.tolist() if values.dtype == object else values, option=_NUMPY)[1:-1]
