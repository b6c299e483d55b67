"""Lines of line protocol without quotes and escapes, which are nearly all, taken apart in columns at once."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from migrate.batch import Column

_FIELDS = r"\A[^,= ]+=[^,= ]+(,[^,= ]+=[^,= ]+)*\z"
_TIME = r"\A-?[0-9]{1,19}\z"
_WHOLE = r"\A-?[0-9]{1,18}i\z"
_PARTS = 3


@dataclass(frozen=True, slots=True)
class Plain:
    """The lines of one series of the source with the same fields.

    Attributes:
        head: measurement and tags, as they are spelled.
        rows: int64, the numbers of the lines, ascending.
        time: int64, as it is spelled.
        fields: by the field's name; every line has each of them.
    """

    head: bytes
    rows: NDArray[np.int64]
    time: NDArray[np.int64]
    fields: dict[str, Column]


@dataclass(slots=True)
class Sorted:
    """Lines that came apart.

    Attributes:
        plain: those that are taken apart.
        rest: the others, number and line, ascending. No series has lines in both.
    """

    plain: list[Plain]
    rest: list[tuple[int, bytes]]


def sort_lines(data: bytes, first: int) -> Sorted | None:
    """Take lines apart; None where some of them may not be looked at by themselves.

    Args:
        data: whole lines, each of which is a record.
        first: the number of the first line.
    """
    if data.startswith(b"#") or b"\n#" in data or b"CREATE DATABASE" in data:
        return None
    try:
        lines = pc.split_pattern(pa.array([data], pa.binary()).cast(pa.string()), "\n").flatten()
    except pa.ArrowInvalid:
        return None  # it is no UTF-8
    rows = np.arange(first, first + len(lines), dtype=np.int64)
    parts = pc.split_pattern(lines, " ")
    good = pc.equal(pc.list_value_length(parts), _PARTS)
    for character in ('"', "\\"):
        if character.encode() in data:
            good = pc.and_(good, pc.invert(pc.match_substring(lines, character)))
    at = np.flatnonzero(np.asarray(good))
    head, body, time = _strided(parts.filter(good).flatten(), _PARTS)
    sound = pc.and_(pc.match_substring_regex(body, _FIELDS), pc.match_substring_regex(time, _TIME))
    sound = pc.and_(sound, pc.not_equal(head, ""))
    if not pc.all(sound).as_py():
        head, body, time = head.filter(sound), body.filter(sound), time.filter(sound)
        at = at[np.asarray(sound)]
    groups = _groups(head, body, time, rows[at])
    return _apart(groups, lines, rows)


def _strided(values: Any, width: int) -> list[Any]:  # noqa: ANN401 (pyarrow ships no types)
    return [values.take(pa.array(np.arange(column, len(values), width))) for column in range(width)]


def _groups(
    head: Any,  # noqa: ANN401 (as above)
    body: Any,  # noqa: ANN401 (as above)
    time: Any,  # noqa: ANN401 (as above)
    rows: NDArray[np.int64],
) -> Iterator[Plain]:
    """Lines by their fields, then by their head."""
    fields = pc.split_pattern(body, ",")
    widths = np.asarray(pc.list_value_length(fields))
    starts = np.cumsum(widths) - widths
    names, values = _strided(pc.split_pattern(fields.flatten(), "=").flatten(), 2)
    names = names.dictionary_encode()
    heads = head.dictionary_encode()
    spelled, series = names.dictionary.to_pylist(), np.asarray(heads.indices)
    for codes, lines in _kinds(np.asarray(names.indices), starts, widths):
        keys = [spelled[code] for code in codes]
        if len(set(keys)) < len(keys):
            continue
        at = lines[np.argsort(series[lines], kind="stable")]
        columns = [_column(values.take(pa.array(starts[at] + number))) for number in range(len(keys))]
        try:
            times = np.asarray(time.take(pa.array(at)).cast(pa.int64()))
        except pa.ArrowInvalid:
            continue
        if any(column is None for column in columns):
            continue
        ends = np.flatnonzero(np.diff(series[at])) + 1
        for begin, end in zip([0, *ends.tolist()], [*ends.tolist(), len(at)], strict=True):
            yield Plain(
                heads.dictionary[int(series[at[begin]])].as_py().encode(),
                rows[at[begin:end]],
                times[begin:end],
                {key: Column(c.kind, c.values[begin:end]) for key, c in zip(keys, columns, strict=True) if c},
            )


def _kinds(
    codes: NDArray[np.int32], starts: NDArray[np.int64], widths: NDArray[np.int32]
) -> Iterator[tuple[list[int], NDArray[np.int64]]]:
    """Lines that have the same fields in the same order: the codes of their names, and the lines."""
    for width in np.unique(widths).tolist():
        lines = np.flatnonzero(widths == width)
        kind = np.zeros(len(lines), np.int64)
        for number in range(width):
            own = codes[starts[lines] + number]
            if (own != own[0]).any():
                kind = np.unique(kind * (int(codes.max()) + 1) + own, return_inverse=True)[1]
        order = np.argsort(kind, kind="stable")
        for same in np.split(lines[order], np.flatnonzero(np.diff(kind[order])) + 1):
            yield codes[starts[same[0]] + np.arange(width)].tolist(), same


def _column(texts: Any) -> Column | None:  # noqa: ANN401 (as above)
    """The values of a field where they are all floats, or all whole numbers; None elsewhere."""
    try:
        return Column("float", np.asarray(texts.cast(pa.float64())))
    except pa.ArrowInvalid:
        if pc.all(pc.match_substring_regex(texts, _WHOLE)).as_py():
            return Column("integer", np.asarray(pc.utf8_slice_codeunits(texts, 0, -1).cast(pa.int64())))
    return None


def _apart(groups: Iterator[Plain], lines: Any, rows: NDArray[np.int64]) -> Sorted:  # noqa: ANN401 (as above)
    """Leave whole series to the slow way: of two readings of a millisecond the first line's must come first."""
    by_head: dict[bytes, list[Plain]] = {}
    for group in groups:
        by_head.setdefault(group.head, []).append(group)
    taken = np.zeros(len(rows), np.bool_)
    first = int(rows[0])
    for same in by_head.values():
        for group in same:
            taken[group.rows - first] = True
    rest = _rest(lines, rows, taken)
    shared = {line.partition(b" ")[0] for _, line in rest}
    slow = {head for head, same in by_head.items() if head in shared or not _is_disjoint(same)}
    if slow:
        for head in slow:
            for group in by_head.pop(head):
                taken[group.rows - first] = False
        rest = _rest(lines, rows, taken)
    return Sorted([group for same in by_head.values() for group in same], rest)


def _rest(lines: Any, rows: NDArray[np.int64], taken: NDArray[np.bool_]) -> list[tuple[int, bytes]]:  # noqa: ANN401
    left = ~taken
    texts = lines.filter(pa.array(left)).to_pylist()
    return [(number, text.encode()) for number, text in zip(rows[left].tolist(), texts, strict=True)]


def _is_disjoint(groups: list[Plain]) -> bool:
    names = [name for group in groups for name in group.fields]
    return len(set(names)) == len(names)
