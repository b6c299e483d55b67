"""Readings as JSON lines: one object a reading, with its place, quantity and unit."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

import numpy as np
import orjson
import pyarrow as pa

from api.answers import Answer, Block, Times, TimeStyle, Values
from api.formats.buffers import iso_texts, joined, number_texts, pieces, slices
from api.wide import Table
from hdh.arrow import glued, text_of, texts_of

_NAMES = ("project", "house", "room", "device", "quantity")
_NULL = "null"


def encode(answer: Answer) -> Iterator[bytes]:
    """The answer in pieces."""
    return pieces(_parts(answer))


def _parts(answer: Answer) -> Iterator[bytes | pa.Buffer]:
    count = 0
    for block in answer.blocks:
        count += block.time.size
        for rows in slices(block.time.size):
            yield _lines(Block(block.head, block.time[rows], block.value[rows]), answer.style)
    if answer.has_end:
        yield _end(count)


def encode_wide(table: Table) -> Iterator[bytes]:
    """The table in pieces: an object a time, with the names of the columns."""
    return pieces(_wide_parts(table))


def _wide_parts(table: Table) -> Iterator[bytes | pa.Buffer]:
    names = [text_of(f",{json_text(column.name)}:") for column in table.columns]
    count = 0
    for rows in table.rows:
        count += rows.time.size
        for cut in slices(rows.time.size, len(names)):
            cells = [text_of('{"time":'), time_texts(rows.time[cut], table.zone, table.style)]
            for name, values in zip(names, rows.values, strict=True):
                cells += [name, value_texts(values[cut])]
            yield joined(glued(*cells, text_of("}\n")))
    if table.has_end:
        yield _end(count)


def _end(rows: int) -> bytes:
    """The last line, where one was asked for."""
    return orjson.dumps({"rows": rows, "complete": True}) + b"\n"


def _lines(block: Block, style: TimeStyle) -> pa.Buffer:
    head = block.head
    names = orjson.dumps({name: getattr(head, name) for name in _NAMES}).decode()
    before = f',{names[1:-1]},"value":'
    after = f',"unit":{json_text(head.unit)}}}\n'
    times = time_texts(block.time, head.zone, style)
    return joined(glued(text_of('{"time":'), times, text_of(before), value_texts(block.value), text_of(after)))


def json_text(value: object) -> str:
    """A value as JSON."""
    return orjson.dumps(value).decode()


def time_texts(times: Times, zone: ZoneInfo, style: TimeStyle) -> pa.Array:
    """Each time as JSON."""
    if style is TimeStyle.MS:
        return number_texts(times)
    return glued(text_of('"'), iso_texts(times, zone), text_of('"'))


def value_texts(values: Values) -> pa.Array:
    """Each value as JSON."""
    if values.dtype != object:
        return number_texts(values).fill_null(text_of(_NULL))
    return texts_of([_NULL if _is_nothing(value) else json_text(value) for value in values.tolist()])


def _is_nothing(value: object) -> bool:
    return value is None or (isinstance(value, float) and np.isnan(value))
