"""Points in columns to requests of line protocol, without an object for each point."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from hdh.arrow import column_of, text_of, texts_of
from hdh.line_protocol import field_key, prefix
from hdh.store.columns import fits, is_text
from hdh.store.interface import Columns

if TYPE_CHECKING:
    from hdh.store.interface import Values

_LINES = 10_000
_BYTES = 4_000_000
_NOTHING, _SPACE, _COMMA, _END = (text_of(text) for text in ("", " ", ",", "\n"))


@dataclass(frozen=True, slots=True)
class Piece:
    """Rows `start` to `stop` of one of the parts, whose first row is row number `first` of all."""

    part: Columns
    first: int
    start: int
    stop: int


@dataclass(slots=True)
class Request:
    """What goes to the server at once.

    Attributes:
        pieces: the rows that are in it.
        body: their lines; None where they cannot be spelled as a whole, as some of them are not sound.
    """

    pieces: list[Piece] = field(default_factory=list)
    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class _Encoded:
    """The lines of a part: of row n, `data[ends[n]:ends[n + 1]]`; empty where a row has no reading."""

    ends: NDArray[np.int32]
    data: memoryview


def requests(parts: Sequence[Columns]) -> Iterator[Request]:
    """Cut parts into requests of bounded size."""
    pieces: list[Piece] = []
    bodies: list[memoryview] = []
    lines = size = first = 0
    for part, encoded in _encoded(parts):
        if encoded is None:
            yield Request([Piece(part, first, 0, len(part))])
        start = len(part) if encoded is None else 0
        while encoded is not None and start < len(part):
            ends = encoded.ends
            room = int(np.searchsorted(ends, ends[start] + _BYTES - size, "right")) - 1
            stop = min(len(part), start + _LINES - lines, max(room, start))
            if stop > start or not pieces:
                stop = max(stop, start + 1)
                pieces.append(Piece(part, first, start, stop))
                bodies.append(encoded.data[ends[start] : ends[stop]])
                lines, size = lines + stop - start, size + int(ends[stop] - ends[start])
                start = stop
            if start < len(part):
                yield Request(pieces, b"".join(bodies))
                pieces, bodies, lines, size = [], [], 0, 0
        first += len(part)
    if pieces:
        yield Request(pieces, b"".join(bodies))


def _encoded(parts: Sequence[Columns]) -> Iterator[tuple[Columns, _Encoded | None]]:
    """Each part and its lines, None where something in it is not sound."""
    for run in _runs(parts):
        yield from zip(run, _encode(run), strict=True)


def _runs(parts: Sequence[Columns]) -> Iterator[list[Columns]]:
    """Parts that follow each other and have the same fields: calls of Arrow cost as much as hundreds of rows do."""
    run: list[Columns] = []
    rows = 0
    for part in parts:
        if run and (rows + len(part) > _LINES or _shape(part) != _shape(run[0])):
            yield run
            run, rows = [], 0
        run.append(part)
        rows += len(part)
    if run:
        yield run


def _shape(part: Columns) -> list[tuple[str, bool]]:
    return [(name, is_text(values)) for name, values in part.fields.items()]


def _encode(run: list[Columns]) -> list[_Encoded | None]:
    """The lines of parts with the same fields."""
    try:
        lines = _lines(run)
    except ValueError:
        return [None] if len(run) == 1 else [encoded for part in run for encoded in _encode([part])]
    _, offsets, data = lines.buffers()
    ends, data = np.frombuffer(offsets, np.int32, len(lines) + 1), memoryview(data or b"")
    bounds = np.cumsum([0, *map(len, run)]).tolist()
    return [_Encoded(ends[start : stop + 1], data) for start, stop in pairwise(bounds)]


def _lines(run: list[Columns]) -> pa.Array:
    if any(len(values) != len(part) for part in run for values in part.fields.values()):
        raise ValueError("a column is not as long as its times")
    fields = {name: _together([part.fields[name] for part in run]) for name in run[0].fields}
    if not fields or not all(fits(name, values) for name, values in fields.items()):
        raise ValueError("a column does not fit its name")
    time = column_of(_together([part.time for part in run])).cast(pa.string())
    numbers = {name: _numbers(name, values) for name, values in fields.items() if not is_text(values)}
    if len(numbers) == len(fields) and not any(each.null_count for each in numbers.values()):
        # Nearly always: then all is joined at once.
        first, *others = numbers
        pieces = [_heads(run, f"{field_key(first)}="), numbers[first].cast(pa.string())]
        for name in others:
            pieces += [text_of(f",{field_key(name)}="), numbers[name].cast(pa.string())]
        return _side_by_side(*pieces, _SPACE, time, _END)
    joined = _join([_spell(name, values, numbers.get(name)) for name, values in fields.items()])
    return pc.coalesce(_side_by_side(_heads(run, ""), joined, _SPACE, time, _END), _NOTHING)


def _together(columns: list[NDArray[Any]]) -> NDArray[Any]:
    return columns[0] if len(columns) == 1 else np.concatenate(columns)


def _heads(run: list[Columns], more: str) -> pa.Array | pa.Scalar:
    """With what each line begins."""
    heads = [prefix(part.measurement, part.place) + more for part in run]
    if len(heads) == 1:
        return text_of(heads[0])
    return texts_of(heads).take(column_of(np.repeat(np.arange(len(run)), [len(part) for part in run])))


def _numbers(name: str, values: "Values") -> pa.Array:
    """Numbers, null where there is no reading."""
    if np.isfinite(values).all():
        return column_of(values)
    if np.isinf(values).any():
        raise ValueError(f"{name} is not finite")
    return column_of(values, np.isnan(values))


def _join(texts: list[pa.Array]) -> pa.Array:
    """The fields of each row, null where there is none."""
    if len(texts) == 1:
        return texts[0]
    if not all(text.null_count for text in texts):
        return pc.binary_join_element_wise(*texts, _COMMA, null_handling="skip")
    # Of a row whose fields are all null pyarrow would leave nothing, not even a null: so there is one more, empty.
    joined = pc.binary_join_element_wise(_NOTHING, *texts, _COMMA, null_handling="skip")
    return pc.if_else(pc.equal(joined, _NOTHING), text_of(None), pc.utf8_slice_codeunits(joined, 1))


def _spell(name: str, values: "Values", numbers: pa.Array | None) -> pa.Array:
    """A column as `name=value`, null where there is no reading."""
    if numbers is not None:
        return _side_by_side(text_of(f"{field_key(name)}="), numbers.cast(pa.string()))
    escaped = pc.replace_substring(pc.replace_substring(texts_of(values.tolist()), "\\", "\\\\"), '"', '\\"')
    return _side_by_side(text_of(f'{field_key(name)}="'), escaped, text_of('"'))


def _side_by_side(*parts: pa.Array | pa.Scalar) -> pa.Array:
    """Null where one of them is."""
    return pc.binary_join_element_wise(*parts, _NOTHING)
