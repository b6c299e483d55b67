"""The wide layout: one row a time, one column a series, an outer join of all series."""

import errno
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo

import numpy as np

from api.answers import Answer, Head, Times, TimeStyle, Values
from api.problems import Problem
from api.spool import Spool
from hdh.errors import Invalid

MOST_COLUMNS = 1_000
"""A table that is wider is none that anyone can use."""

TIME_COLUMNS = ("time", "utc_offset")
"""The names of columns that are no series."""

# So many values are made at a time.
_CELLS = 1_000_000
_NAMES = ("project", "house", "room", "device", "quantity")


class Layout(StrEnum):
    """How readings lie: a row a reading, or a row a time with a column a series."""

    TIDY = "tidy"
    WIDE = "wide"


@dataclass(frozen=True, slots=True)
class Limits:
    """What is refused.

    Attributes:
        readings: the most that are read for one answer.
        cells: the most values of a table, None: any number.
    """

    readings: int
    cells: int | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """A series as a column; its name is unique in the table and says the unit."""

    head: Head
    name: str
    is_text: bool


@dataclass(frozen=True, slots=True)
class Rows:
    """Some rows: ascending times, and of each column as many values; NaN or None where it has no reading."""

    time: Times
    values: tuple[Values, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A wide answer: its query, its columns, and its rows as they are taken.

    Attributes:
        query: as in `Answer`.
        columns: one a series, in the order of a tidy answer.
        rows: read once.
        style: how times are written, where the format lets one choose.
        zone: of all times.
        count: how many rows there are, None where that is known at the end only.
        has_end: as in `Answer`.
    """

    query: dict[str, object]
    columns: tuple[Column, ...]
    rows: Iterator[Rows]
    style: TimeStyle
    zone: ZoneInfo
    count: int | None = None
    has_end: bool = False


def widen(answer: Answer, spool: Spool, limits: Limits) -> Table:
    """Read the whole answer and lay it out anew.

    Args:
        answer: read to its end.
        spool: takes its readings, and gives them as the table's rows are taken.
        limits: what is refused.

    Raises:
        Invalid: it is too wide or too long; the sentence names the remedy.
        Problem: 503, the disk is full.
    """
    try:
        _fill(spool, answer, limits.readings)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        remedy = "Take layout=tidy, which needs none, or ask for less."
        raise Problem(503, "no-space", "There is no space left to join the series in.", remedy=remedy) from None
    heads = spool.heads
    names = column_names(heads)
    columns = tuple(Column(head, name, spool.is_text(head)) for head, name in zip(heads, names, strict=True))
    rows = _joined(spool, columns)
    count = None
    if limits.cells is not None or (answer.rows is not None and answer.rows * len(columns) <= _CELLS):
        held = _counted(rows, len(columns), limits.cells or _CELLS)
        rows, count = iter(held), sum(part.time.size for part in held)
    return Table(dict(answer.query), columns, rows, answer.style, answer.zone, count, answer.has_end)


def column_names(heads: Sequence[Head]) -> list[str]:
    """A name for each series: what differs among them, the quantity always, and the unit: `kitchen/co2 [ppm]`."""
    parts = [name for name in _NAMES[:-1] if len({getattr(head, name) for head in heads}) > 1]
    names = [_name(head, parts) for head in heads]
    # House `a` with room `b/c` and house `a/b` with room `c` would look the same; and a quantity may be called time.
    taken = dict.fromkeys(TIME_COLUMNS, 1)
    unique = []
    for name in names:
        number = taken[name] = taken.get(name, 0) + 1
        unique.append(name if number == 1 else f"{name} #{number}")
    return unique


def _name(head: Head, parts: Sequence[str]) -> str:
    place = "/".join([*(getattr(head, part) for part in parts), head.quantity])
    return f"{place} [{head.unit}]" if head.unit else place


def _fill(spool: Spool, answer: Answer, most: int) -> None:
    for block in answer.blocks:
        spool.add(block)
        if len(spool.heads) > MOST_COLUMNS:
            raise _too_much(f"would have more than {MOST_COLUMNS} columns")
        if spool.readings > most:
            raise _too_much(f"would join more than {most} readings")


def _counted(rows: Iterator[Rows], columns: int, most: int) -> list[Rows]:
    """All rows, if they are not too many for a format that holds them all."""
    found, cells = [], 0
    for part in rows:
        found.append(part)
        cells += part.time.size * columns
        if cells > most:
            raise _too_much(f"would have more than {most} values, as many as an answer in this format may")
    return found


def _too_much(what: str) -> Invalid:
    remedy = "Take layout=tidy, fewer series, a shorter range, or windows (every=1h), in which times coincide."
    return Invalid(f"{what}.", parameter="layout", value=Layout.WIDE.value, remedy=remedy)


class _Cursor:
    """How far a series was taken."""

    def __init__(self, pages: Iterator[tuple[Times, Values]]) -> None:
        self._pages = pages
        self._page = next(pages, None)

    @property
    def last(self) -> int | None:
        """The last time that is held, None after the end."""
        return None if self._page is None else int(self._page[0][-1])

    def until(self, limit: int) -> tuple[Times, Values] | None:
        """What is held up to a time that is not after the last."""
        if self._page is None:
            return None
        time, value = self._page
        end = int(np.searchsorted(time, limit, "right"))
        self._page = (time[end:], value[end:]) if end < time.size else next(self._pages, None)
        return time[:end], value[:end]


def _joined(spool: Spool, columns: Sequence[Column]) -> Iterator[Rows]:
    """The outer join, by time."""
    cursors = [_Cursor(spool.pages(column.head)) for column in columns]
    # No series may run ahead of what another may still bring.
    while lasts := [last for cursor in cursors if (last := cursor.last) is not None]:
        limit = min(lasts)
        yield from _laid_out([cursor.until(limit) for cursor in cursors], columns)


def _laid_out(parts: Sequence[tuple[Times, Values] | None], columns: Sequence[Column]) -> Iterator[Rows]:
    times = np.unique(np.concatenate([part[0] for part in parts if part is not None]))
    step = max(1, _CELLS // len(columns))
    for start in range(0, times.size, step):
        time = times[start : start + step]
        yield Rows(time, tuple(_column(part, time, column) for part, column in zip(parts, columns, strict=True)))


def _column(part: tuple[Times, Values] | None, time: Times, column: Column) -> Values:
    """A series' values at some times."""
    values: Values = np.full(time.size, None, object) if column.is_text else np.full(time.size, np.nan)
    if part is not None:
        first, last = np.searchsorted(part[0], [time[0], time[-1] + 1])
        values[np.searchsorted(time, part[0][first:last])] = part[1][first:last]
    return values
