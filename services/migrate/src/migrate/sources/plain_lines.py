"""Lines of line protocol without quotes and escapes, which are nearly all, read in columns as a table is.

Lines with the same separators in the same order have the same shape: with commas for all of these they are a table.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pyarrow import csv

from hdh.arrow import numpy_of, text_of
from migrate.batch import Column

_COMMAS = bytes.maketrans(b"= ", b",,")
# Beside separators: quotes, escapes, and what Arrow takes for a line's end or for nothing. No plain line has those.
_NO_SHAPE = bytes(set(range(256)) - set(b'\n ,="\\\r\t\0'))
_SHAPE = re.compile(rb"((?:,=)*) (=(?:,=)*) ")
_WHOLE = r"\A-?[0-9]{1,18}i\z"
_MOST_SHAPES = 64
_NOTHING = text_of("")
_MOST_CODES = 2**31
_NUMBER, _TEXT, _TIME, _NAME = pa.float64(), pa.string(), pa.int64(), pa.dictionary(pa.int32(), pa.string())


@dataclass(frozen=True, slots=True)
class _Alike:
    """Lines of one shape, sorted by series: their numbers, their times as they are spelled, and a column a field."""

    rows: NDArray[np.int64]
    time: NDArray[np.int64]
    columns: list[Column]


@dataclass(frozen=True, slots=True)
class Plain:
    """The lines of one series of the source with the same fields.

    Attributes:
        head: measurement and tags, as they are spelled.
        names: of the fields; every line has each of them.
    """

    head: bytes
    names: list[str]
    _all: _Alike
    _own: slice

    @property
    def rows(self) -> NDArray[np.int64]:
        """int64, the numbers of the lines, ascending."""
        return self._all.rows[self._own]

    @property
    def time(self) -> NDArray[np.int64]:
        """int64, as it is spelled."""
        return self._all.time[self._own]

    @property
    def fields(self) -> dict[str, Column]:
        """By the field's name. Made when it is asked for: of thousands of series it would be a lot to hold."""
        columns = zip(self.names, self._all.columns, strict=True)
        return {name: Column(column.kind, column.values[self._own]) for name, column in columns}


@dataclass(slots=True)
class Sorted:
    """Lines that came apart.

    Attributes:
        plain: those that are taken apart.
        rest: the others, number and line, ascending. No series has lines in both.
    """

    plain: list[Plain]
    rest: list[tuple[int, bytes]]


def sort_lines(data: bytes, first: int) -> Sorted:
    """Take lines apart.

    Args:
        data: whole lines without comments, each of which is a record.
        first: the number of the first line.
    """
    shapes = data.translate(None, _NO_SHAPE).split(b"\n")
    count = len(set(shapes))
    groups: list[Plain] = []
    if any(letter in data and b" 0" + letter in data for letter in (b"x", b"X")):
        pass  # a time that only Arrow takes for a number
    elif count == 1:
        groups += _apart(shapes[0], data, np.arange(first, first + len(shapes)))
    elif count <= _MOST_SHAPES:
        lines = data.split(b"\n")
        for shape, at in _by_shape(shapes).items():
            groups += _apart(shape, b"\n".join([lines[number] for number in at]), np.array(at) + first)
    return _whole_series(groups, data, first, len(shapes))


def _by_shape(shapes: list[bytes]) -> dict[bytes, list[int]]:
    found: dict[bytes, list[int]] = {}
    for number, shape in enumerate(shapes):
        found.setdefault(shape, []).append(number)
    return found


def _apart(shape: bytes, data: bytes, rows: NDArray[np.int64]) -> Iterator[Plain]:
    """The series in lines of one shape; none of them where something is not as it should be."""
    match = _SHAPE.fullmatch(shape)
    if match is None:
        return
    head, fields = len(match[1]) + 1, (len(match[2]) + 1) // 2
    values = range(head + 1, head + 2 * fields, 2)
    table = _table(data, head + 2 * fields, values)
    if table is None or table.num_rows != len(rows):
        return
    columns = [each.chunk(0) for each in table.columns]
    found = {number: _column(columns[number]) for number in values}
    names = [column for number, column in enumerate(columns[:-1]) if number not in found]
    spelled = [each.dictionary.to_pylist() for each in names]
    if None in found.values() or any("" in each for each in spelled):
        return
    codes = [numpy_of(each.indices) for each in names]
    order, ends = _order(codes, [len(each) for each in spelled])
    kept = [Column(column.kind, column.values[order]) for column in found.values() if column is not None]
    alike = _Alike(rows[order], numpy_of(columns[-1])[order], kept)
    begins = [0, *ends[:-1]]
    firsts = order[begins]
    texts = [[each[at] for at in code[firsts].tolist()] for each, code in zip(spelled, codes, strict=True)]
    for begin, end, *own in zip(begins, ends, *texts, strict=True):
        if len(set(own[head:])) == fields:
            yield Plain(_head(own[:head]), own[head:], alike, slice(begin, end))


def _table(data: bytes, width: int, values: range) -> pa.Table | None:
    """Lines as a table: so many columns before the time, all names but for `values`; None where they are none."""
    line = data.split(b"\n", 1)[0].translate(_COMMAS).split(b",")
    names = {str(number): _NAME for number in range(width)} | {str(width): _TIME}
    guessed = {str(number): _TEXT if line[number].endswith(b"i") else _NUMBER for number in values}
    for kinds in (guessed, dict.fromkeys(guessed, _TEXT)):
        try:
            return _read(data.translate(_COMMAS), names | kinds)
        except pa.ArrowInvalid:
            continue  # some values are no numbers; then, some time is none, or it is no UTF-8
    return None


def _read(data: bytes, kinds: dict[str, pa.DataType]) -> pa.Table:
    return csv.read_csv(
        pa.BufferReader(data),
        csv.ReadOptions(use_threads=False, block_size=len(data) + 1, column_names=list(kinds)),
        csv.ParseOptions(quote_char=False, escape_char=False, double_quote=False, ignore_empty_lines=False),
        csv.ConvertOptions(column_types=kinds, null_values=[], strings_can_be_null=False),
    )


def _order(codes: list[NDArray[np.int32]], sizes: list[int]) -> tuple[NDArray[np.int64], list[int]]:
    """Rows sorted so that equal ones stand together, as they came; and where each kind of them ends."""
    kind, count = np.zeros(len(codes[0]), np.int64), 1
    for code, size in zip(codes, sizes, strict=True):
        if count * size >= _MOST_CODES:
            kind = np.unique(kind, return_inverse=True)[1]
            count = int(kind.max()) + 1
        kind, count = kind * size + code, count * size
    order = np.argsort(kind, kind="stable")
    return order, [*(np.flatnonzero(np.diff(kind[order])) + 1).tolist(), len(order)]


def _column(texts: pa.Array) -> Column | None:
    """The values of a field where they are all floats, or all whole numbers; None elsewhere."""
    if pc.any(pc.equal(texts, _NOTHING) if texts.type == _TEXT else pc.is_null(texts)).as_py():
        return None
    try:
        return Column("float", numpy_of(texts.cast(_NUMBER)))
    except pa.ArrowInvalid:
        if pc.all(pc.match_substring_regex(texts, _WHOLE)).as_py():
            return Column("integer", numpy_of(pc.utf8_slice_codeunits(texts, 0, -1).cast(_TIME)))
    return None


def _head(texts: list[str]) -> bytes:
    """Measurement, keys and values of tags as they are spelled."""
    tags = (f",{key}={value}" for key, value in zip(texts[1::2], texts[2::2], strict=True))
    return "".join([texts[0], *tags]).encode()


def _whole_series(groups: list[Plain], data: bytes, first: int, count: int) -> Sorted:
    """Leave whole series to the slow way: of two readings of a millisecond the first line's must come first."""
    by_head: dict[bytes, list[Plain]] = {}
    for group in groups:
        by_head.setdefault(group.head, []).append(group)
    slow = {head for head, same in by_head.items() if not _is_disjoint(same)}
    left = np.ones(count, np.bool_)
    for head, same in by_head.items():
        for group in same:
            left[group.rows - first] = head in slow
    if not left.any():
        return Sorted(groups, [])
    lines = data.split(b"\n")
    shared = {lines[number].partition(b" ")[0] for number in np.flatnonzero(left)} & set(by_head)
    for head in shared:
        for group in by_head.pop(head):
            left[group.rows - first] = True
    rest = [(first + number, lines[number]) for number in np.flatnonzero(left).tolist()]
    return Sorted([group for same in by_head.values() for group in same], rest)


def _is_disjoint(groups: list[Plain]) -> bool:
    names = [name for group in groups for name in group.names]
    return len(set(names)) == len(names)
