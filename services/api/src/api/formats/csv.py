"""Readings as tidy CSV (RFC 4180): one line a reading, with its place, quantity and unit."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from api.answers import Answer, Block, Head, Times, TimeStyle, Values
from api.formats.buffers import glued, iso_texts, joined, number_texts, pieces, slices, text_of, texts_of

HEADER = b"time,project,house,room,device,quantity,value,unit\n"
_SPECIAL = r'[",\r\n]'


def encode(answer: Answer) -> Iterator[bytes]:
    """The answer in pieces, the header line first."""
    return pieces(_parts(answer))


def _parts(answer: Answer) -> Iterator[bytes | pa.Buffer]:
    yield HEADER
    for block in answer.blocks:
        for rows in slices(block.time.size):
            yield _lines(Block(block.head, block.time[rows], block.value[rows]), answer.style)


def _lines(block: Block, style: TimeStyle) -> pa.Buffer:
    head = block.head
    names = (head.project, head.house, head.room, head.device, head.quantity)
    before = "," + ",".join(map(_quoted, names)) + ","
    after = f",{_quoted(head.unit or '')}\n"
    return joined(glued(_times(block.time, head, style), text_of(before), _values(block.value), text_of(after)))


def _times(times: Times, head: Head, style: TimeStyle) -> pa.Array:
    return number_texts(times) if style is TimeStyle.MS else iso_texts(times, head.zone)


def _values(values: Values) -> pa.Array:
    if values.dtype != object:
        return number_texts(values)
    # Text: what stands for no value (None, NaN) stays null, and an empty text is told from it by its quotes.
    texts = texts_of([value if isinstance(value, str) else _other(value) for value in values.tolist()])
    quoted = glued(text_of('"'), pc.replace_substring(texts, '"', '""'), text_of('"'))
    needs = pc.or_(pc.match_substring_regex(texts, _SPECIAL), pc.equal(texts, text_of("")))
    return pc.if_else(needs, quoted, texts)


def _other(value: object) -> str | None:
    """A number in a column of objects, such as a count."""
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return None
    return str(value)


def _quoted(text: str) -> str:
    if any(character in text for character in '",\r\n'):
        return '"' + text.replace('"', '""') + '"'
    return text
