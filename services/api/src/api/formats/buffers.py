"""Columns of numbers and times as columns of text, and text as the bytes to send: without a loop over readings."""

from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from api.answers import Times
from hdh.arrow import column_of, glued, text_of, texts_of
from hdh.times import from_ms

_PIECE = 64 * 1024
# About a megabyte of text: what one client that is slow to take it holds.
_ROWS = 16_384
_FEWEST_ROWS = 256
_DAY_MS = 86_400_000
_COMMA = ord(",")


def number_texts(numbers: NDArray[Any]) -> pa.Array:
    """Each number as its shortest text that reads back bit for bit; NaN is null."""
    encoded = np.frombuffer(orjson.dumps(numbers, option=orjson.OPT_SERIALIZE_NUMPY), np.uint8)[1:-1]
    if not numbers.size:
        return texts_of([])
    # The text between the commas, by its offsets: orjson is 20 times faster than a cast in Arrow.
    is_comma = encoded == _COMMA
    ends = np.append(np.flatnonzero(is_comma), encoded.size)
    offsets = np.zeros(numbers.size + 1, np.int32)
    offsets[1:] = ends - np.arange(numbers.size)
    texts = pa.StringArray.from_buffers(
        numbers.size, pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(encoded[~is_comma]))
    )
    if not np.isnan(numbers).any():
        return texts
    # "null" is what orjson writes for NaN, and what no number is.
    return pc.if_else(pc.equal(texts, text_of("null")), text_of(None), texts)


def iso_texts(times: Times, zone: ZoneInfo) -> pa.Array:
    """Each time (epoch ms) as ISO 8601 with the zone's offset, with milliseconds where there are any."""
    return glued(*local_texts(times, zone))


def local_texts(times: Times, zone: ZoneInfo) -> tuple[pa.Array, pa.Array]:
    """What the zone's clock shows at each time, as ISO 8601 writes it, and its offset."""
    if not times.size:
        return texts_of([]), texts_of([])
    offsets, texts = _offsets(times, zone)
    local = times + offsets
    days, milliseconds = np.divmod(local, _DAY_MS)
    seconds, milliseconds = np.divmod(milliseconds, 1000)
    parts = [_dates(days), _clock().take(column_of(seconds))]
    if milliseconds.any():
        parts.append(_thousandths().take(column_of(milliseconds)))
    return glued(*parts), texts


def joined(texts: pa.Array) -> pa.Buffer:
    """All texts of a column, one behind the other, as the bytes that they are."""
    _, offsets, data = texts.buffers()
    first, last = np.frombuffer(offsets, np.int32)[[texts.offset, texts.offset + len(texts)]]
    return data.slice(first, last - first)


def slices(size: int, columns: int = 1) -> Iterator[slice]:
    """Rows to make text of at a time: fewer of many columns, but never so few that each costs more than its text."""
    step = max(_FEWEST_ROWS, _ROWS // max(1, columns))
    return (slice(start, start + step) for start in range(0, size, step))


def pieces(parts: Iterable[bytes | pa.Buffer]) -> Iterator[bytes]:
    """The same bytes in pieces of at least 64 KiB: each costs the server a turn."""
    held: list[bytes] = []
    size = 0
    for part in parts:
        held.append(bytes(part) if isinstance(part, bytes) else part.to_pybytes())
        size += len(held[-1])
        if size >= _PIECE:
            yield b"".join(held)
            held, size = [], 0
    if held:
        yield b"".join(held)


def _dates(days: Times) -> pa.Array:
    found, index = np.unique(days, return_inverse=True)
    return texts_of(np.datetime_as_string(found.astype("datetime64[D]")).tolist()).take(column_of(index))


@cache
def _clock() -> pa.Array:
    return texts_of([f"T{s // 3600:02}:{s // 60 % 60:02}:{s % 60:02}" for s in range(86_400)])


@cache
def _thousandths() -> pa.Array:
    return texts_of([f".{n:03}" if n else "" for n in range(1000)])


def _offsets(times: Times, zone: ZoneInfo) -> tuple[Times, pa.Array]:
    """The zone's offset at each time, in milliseconds and as text."""
    starts, offsets = _changes(zone, *_years(times))
    index = np.searchsorted(starts, times, side="right") - 1
    texts = texts_of([_offset_text(offset) for offset in offsets.tolist()])
    return offsets[index], texts.take(column_of(index))


def _years(times: Times) -> tuple[int, int]:
    return from_ms(int(times.min())).year, from_ms(int(times.max())).year


@lru_cache(maxsize=256)
def _changes(zone: ZoneInfo, first: int, last: int) -> tuple[Times, Times]:
    """Since when (epoch ms) which offset (ms) holds, from before the first year to the end of the last."""
    begin = (np.datetime64(f"{first}-01-01") - np.timedelta64(2, "D")).astype("datetime64[ms]").astype(np.int64)
    end = (np.datetime64(f"{last + 1}-01-01") + np.timedelta64(2, "D")).astype("datetime64[ms]").astype(np.int64)
    starts, offsets = [int(begin)], [_offset_at(int(begin), zone)]
    for day in range(int(begin), int(end), _DAY_MS):
        _find(zone, day, day + _DAY_MS, starts, offsets)
    return np.array(starts, np.int64), np.array(offsets, np.int64)


def _find(zone: ZoneInfo, low: int, high: int, starts: list[int], offsets: list[int]) -> None:
    """Add the change between two times of which the first is known, if the offset changes."""
    after = _offset_at(high, zone)
    if after == offsets[-1]:
        return
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _offset_at(middle, zone) == offsets[-1] else (low, middle)
    starts.append(high)
    offsets.append(after)


def _offset_at(time: int, zone: ZoneInfo) -> int:
    offset = from_ms(time, zone).utcoffset()
    assert offset is not None, "an aware datetime"  # noqa: S101 (for the type checker)
    return round(offset.total_seconds() * 1000)


def _offset_text(offset: int) -> str:
    sign, rest = ("-", -offset) if offset < 0 else ("+", offset)
    seconds = rest // 1000
    text = f"{sign}{seconds // 3600:02}:{seconds // 60 % 60:02}"
    return f"{text}:{seconds % 60:02}" if seconds % 60 else text
