"""Summaries of a series over any span: from what is kept where it is, from the readings elsewhere."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import pairwise
from sqlite3 import Connection
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from hdh.model import ALL_TIME, Span
from hdh.store.sqlite import rollups
from hdh.store.sqlite.builder import Builder
from hdh.store.sqlite.database import ReaderPool
from hdh.store.sqlite.days import DAY_MS, day_of, row_of, whole_days
from hdh.store.sqlite.projects import SeriesRow
from hdh.store.sqlite.rollups import STEP_MS, steps, unpack
from hdh.store.sqlite.summaries import EXTREMES, Part, Summaries, concatenated
from hdh.store.windowed import Readings

_DAYS_A_PIECE = 32

_EXTENT = (
    "SELECT (SELECT min(time) FROM reading WHERE series = :series AND time >= :start AND time < :stop), "
    "(SELECT max(time) FROM reading WHERE series = :series AND time >= :start AND time < :stop)"
)
_KEPT = "SELECT id, readings, {} FROM rollup WHERE id BETWEEN ? AND ? AND claim IS NULL ORDER BY id"
_COUNTS = "SELECT id, length(readings), moments FROM rollup WHERE id BETWEEN ? AND ? AND claim IS NULL ORDER BY id"
_COUNT = "SELECT count(*) FROM reading WHERE series = :series AND time >= :start AND time < :stop"

ReadRow: TypeAlias = Callable[[SeriesRow, Span], Iterator[Readings]]


def are_steps(edges: NDArray[np.int64]) -> bool:
    """Whether windows are made of whole steps, but for the first's begin and the last's end, and hold a whole day."""
    days = whole_days(int(edges[0]), int(edges[-1]))
    return len(days) > 0 and not (edges[1:-1] % STEP_MS).any()


class Rolled:
    """Reads summaries of series of numbers, and has the days kept that were not.

    Args:
        pool: connections for reading.
        read: reads the raw readings of a series' row.
        builder: keeps days; None: the file may only be read.
    """

    def __init__(self, pool: ReaderPool, read: ReadRow, builder: Builder | None) -> None:
        self._pool = pool
        self._read = read
        self._builder = builder

    def summaries(self, rows: Sequence[SeriesRow], span: Span, part: Part) -> Summaries | None:
        """Summaries by step of all readings of a series in the span; None where its rows are not apart by days."""
        extents = self._extents(rows, span)
        if any(before.stop // DAY_MS >= after.start // DAY_MS for (_, before), (_, after) in pairwise(extents)):
            return None
        found = [each for row, extent in extents for each in self._row(row, span, extent, part)]
        return concatenated(found, part)

    def extremes(self, rows: Sequence[SeriesRow], span: Span, fewest: int) -> Readings | None:
        """The first, the last, and each step's least and greatest reading, ascending.

        None where they would not do: there are fewer steps, or several rows that hold readings of the span.
        """
        extents = self._extents(rows, span)
        if len(extents) != 1:
            return None
        ((row, extent),) = extents
        if (extent.stop - extent.start) // STEP_MS < fewest:
            return None
        found = concatenated(list(self._row(row, span, extent, EXTREMES)), EXTREMES)
        ends = [each for time in (extent.start, extent.stop - 1) for each in self._read(row, Span(time, time + 1))]
        time = np.concatenate([found.wholes.ravel(), *(time for time, _ in ends)])
        value = np.concatenate([found.numbers.ravel(), *(value for _, value in ends)])
        time, places = np.unique(time, return_index=True)
        return time, value[places]

    def count(self, row: SeriesRow) -> tuple[int, int, int]:
        """First and last time and number of a row's readings; those of kept days need not be counted again."""
        with self._pool.connection() as connection:
            connection.execute("BEGIN")
            first, last = connection.execute(_EXTENT, _given(row, ALL_TIME)).fetchone()
            found = 0 if first is None else _count(connection, row, Span(first, last + 1))
            connection.execute("COMMIT")
        return first, last, found

    def _extents(self, rows: Sequence[SeriesRow], span: Span) -> list[tuple[SeriesRow, Span]]:
        """The rows that hold readings in the span, each with its extent there, by time."""
        extents = [(row, extent) for row in rows if (extent := self._extent(row, span))]
        return sorted(extents, key=lambda pair: pair[1].start)

    def _extent(self, row: SeriesRow, span: Span) -> Span | None:
        """The part of a span from the first to the last reading in it."""
        with self._pool.connection() as connection:
            first, last = connection.execute(_EXTENT, _given(row, span)).fetchone()
        return None if first is None else Span(first, last + 1)

    def _row(self, row: SeriesRow, span: Span, extent: Span, part: Part) -> Iterator[Summaries]:
        whole = whole_days(span.start, span.stop)
        days = range(max(whole.start, extent.start // DAY_MS), min(whole.stop, (extent.stop - 1) // DAY_MS + 1))
        if not days:
            yield from _steps(self._read(row, span), part)
            return
        between = row_of(row.id, days.start), row_of(row.id, days.stop - 1)
        with self._pool.connection() as connection:
            found = connection.execute(_KEPT.format(part.column), between).fetchall()
        kept = [(day_of(number), readings, column) for number, readings, column in found]
        yield from _steps(self._read(row, Span(span.start, days.start * DAY_MS)), part)
        yield from unpack(part, kept)
        for run in missing(days, [day for day, _, _ in kept]):
            yield from _steps(self._days(row, run), part)
        yield from _steps(self._read(row, Span(days.stop * DAY_MS, span.stop)), part)

    def _days(self, row: SeriesRow, days: range) -> Iterator[Readings]:
        """The readings of days that are not kept; those that are over are kept from now on."""
        start = days.start
        if self._builder:
            over = min(days.stop, self._builder.settled)
            while start < over and (extent := self._extent(row, Span(start * DAY_MS, over * DAY_MS))):
                start = extent.start // DAY_MS
                piece = range(start, min(start + _DAYS_A_PIECE, over))
                yield from self._builder.build(row.id, piece, partial(self._read, row))
                start = piece.stop
        yield from self._read(row, Span(start * DAY_MS, days.stop * DAY_MS))


def _given(row: SeriesRow, span: Span) -> dict[str, int]:
    return {"series": row.id, "start": span.start, "stop": span.stop}


def _count(connection: Connection, row: SeriesRow, extent: Span) -> int:
    days = whole_days(extent.start // DAY_MS * DAY_MS, -(-extent.stop // DAY_MS) * DAY_MS)
    if not days:
        return int(connection.execute(_COUNT, _given(row, extent)).fetchone()[0])
    kept = connection.execute(_COUNTS, (row_of(row.id, days.start), row_of(row.id, days.stop - 1))).fetchall()
    runs = missing(days, [day_of(number) for number, _, _ in kept])
    # Some readings may be of days that are never summed up.
    others = Span(extent.start, days.start * DAY_MS), Span(days.stop * DAY_MS, extent.stop)
    spans = [Span(run.start * DAY_MS, run.stop * DAY_MS) for run in runs] + [
        span for span in others if span.start < span.stop
    ]
    counts: list[int] = [connection.execute(_COUNT, _given(row, span)).fetchone()[0] for span in spans]
    return sum(counts, rollups.count([(length, moments) for _, length, moments in kept]))


def _steps(chunks: Iterator[Readings], part: Part) -> Iterator[Summaries]:
    return (steps(part, time, value) for time, value in chunks)


def missing(days: range, kept: Sequence[int]) -> list[range]:
    """The runs of days that are not kept.

    Args:
        days: all of them.
        kept: some of them, ascending.
    """
    edges = [days.start - 1, *kept, days.stop]
    return [range(low + 1, high) for low, high in pairwise(edges) if high - low > 1]
