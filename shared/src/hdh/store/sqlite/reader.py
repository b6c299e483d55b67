"""Reading the SQLite store, in short statements: a reader that is slow, or stops half-way, holds no writer up."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from operator import itemgetter
from typing import Any

import numpy as np

from hdh.aggregates import LOOKS_BACK, TEXT_AGGREGATES
from hdh.gaps import fill
from hdh.model import Span
from hdh.store.interface import Chunk, Latest, Selection, SeriesInfo
from hdh.store.outline import FEWEST, outline
from hdh.store.sqlite import schema
from hdh.store.sqlite.builder import Builder
from hdh.store.sqlite.database import ReaderPool
from hdh.store.sqlite.known import Grouped, KnownSeries
from hdh.store.sqlite.projects import SeriesRow
from hdh.store.sqlite.rolled import Rolled, are_steps
from hdh.store.sqlite.summaries import PART_OF, aggregate_summaries
from hdh.store.url import SqliteUrl
from hdh.store.windowed import Grid, Readings, aggregate_chunks
from hdh.times import now_ms
from hdh.windows import Window

CHUNK_READINGS = 65_536

# The tables' names below are one of two of ours; everything else is a bound parameter.
_READINGS = "SELECT time, value FROM {} WHERE series = ? AND time >= ? AND time < ? ORDER BY time LIMIT ?"
_BEFORE = "SELECT time, value FROM {} WHERE series = ? AND time < ? ORDER BY time DESC LIMIT 1"
_LATEST = "SELECT series, time, value FROM latest WHERE series BETWEEN ? AND ?"
_EXTENT = "SELECT min(time), max(time), count(*) FROM ({})"


class SqliteReader:
    """Reads; see `hdh.store.interface.Reader`."""

    def __init__(self, url: SqliteUrl, clock: Callable[[], int] = now_ms) -> None:
        self._pool = ReaderPool(url)
        self._known = KnownSeries()
        self._builder = None if url.read_only else Builder(url, clock)
        self._rolled = Rolled(self._pool, lambda row, span: self._readings([row], span), self._builder)

    def projects(self) -> list[str]:
        """The projects, sorted."""
        with self._pool.connection() as connection:
            return sorted(name for (name,) in connection.execute("SELECT name FROM project"))

    def series(self, selection: Selection) -> list[SeriesInfo]:
        """The selected series that hold readings; see `Reader.series`."""
        infos = []
        found, rolled = self._find(selection), self._holds_rollups()
        for series, rows in found:
            first, last, count = self._count(rows, rolled=rolled)
            if count:
                infos.append(SeriesInfo(series, first, last, count))
        return infos

    def read(self, selection: Selection, span: Span) -> Iterator[Chunk]:
        """Raw readings; see `Reader.read`."""
        found = self._find(selection)
        return (Chunk(series, time, value) for series, rows in found for time, value in self._readings(rows, span))

    def aggregate(self, selection: Selection, span: Span, window: Window) -> Iterator[Chunk]:
        """One value a window; see `Reader.aggregate`."""
        return self._aggregate(self._find(selection), span, window, Grid.of(span, window))

    def outline(self, selection: Selection, span: Span, points: int) -> Iterator[Chunk]:
        """The readings that a chart needs; see `Reader.outline`."""
        found, rolled = self._find(selection), self._holds_rollups()

        def chunks(rows: Sequence[SeriesRow]) -> Iterable[Readings]:
            extremes = self._rolled.extremes(rows, span, FEWEST * points // 2) if rolled else None
            return self._readings(rows, span) if extremes is None else [extremes]

        return (
            Chunk(series, *thinned)
            for series, rows in found
            if not series.is_text and (thinned := outline(chunks(rows), points))
        )

    def latest(self, selection: Selection) -> list[Latest]:
        """The newest reading of each selected series; see `Reader.latest`."""
        with self._pool.connection() as connection:
            found = self._known.find(connection, selection)
            ids = [row.id for _, rows in found for row in rows]
            # Those of others that lie between are few, and are not taken.
            between = min(ids, default=0), max(ids, default=-1)
            kept = {series: (time, value) for series, time, value in connection.execute(_LATEST, between)}
        newest = []
        for series, rows in found:
            readings = [kept[row.id] for row in rows if row.id in kept]
            if readings:
                # Of equal times max takes the first: the catalogue's measurement.
                time, value = max(readings, key=itemgetter(0))
                newest.append(Latest(series, time, value))
        return newest

    def health(self) -> None:
        """Return if the file can be read; raise what is wrong otherwise."""
        with self._pool.connection() as connection:
            connection.execute("SELECT 1 FROM project LIMIT 1").fetchall()

    def close(self) -> None:
        """Close the file."""
        self._pool.close()
        if self._builder:
            self._builder.close()

    def _count(self, rows: Sequence[SeriesRow], *, rolled: bool) -> tuple[int, int, int]:
        """First and last time and number of a series' readings."""
        if rolled and len(rows) == 1 and rows[0].table == "reading":
            return self._rolled.count(rows[0])
        # A time that stands in two tables counts once.
        times = [f"SELECT time FROM {row.table} WHERE series = ?" for row in rows]  # noqa: S608 (see above)
        with self._pool.connection() as connection:
            found = connection.execute(_EXTENT.format(" UNION ".join(times)), [row.id for row in rows]).fetchone()
        first, last, count = found
        return first, last, count

    def _find(self, selection: Selection) -> Grouped:
        with self._pool.connection() as connection:
            return self._known.find(connection, selection)

    def _holds_rollups(self) -> bool:
        """Whether the file has room for rollups; one of an earlier version has not until a writer opens it."""
        with self._pool.connection() as connection:
            return schema.version_of(connection, str(self._pool.path)) >= schema.WITH_ROLLUPS

    def _aggregate(self, found: Grouped, span: Span, window: Window, grid: Grid) -> Iterator[Chunk]:
        aggregate, part = window.aggregate, PART_OF.get(window.aggregate)
        rolled = part is not None and are_steps(grid.edges) and self._holds_rollups()
        for series, rows in found:
            if series.is_text and aggregate not in TEXT_AGGREGATES:
                continue
            before = self._before(rows, span.start) if aggregate in LOOKS_BACK else None
            summed = self._rolled.summaries(rows, span, part) if rolled and part and not series.is_text else None
            if summed is None:
                values = aggregate_chunks(self._readings(rows, span), grid, aggregate, before)
            else:
                values = aggregate_summaries(summed, grid, aggregate, before)
            if values is not None:
                yield Chunk(series, *fill(grid.labels, values, window.gap, window.gap_limit))

    def _before(self, rows: Sequence[SeriesRow], start: int) -> tuple[int, float] | None:
        with self._pool.connection() as connection:
            found = [connection.execute(_BEFORE.format(row.table), (row.id, start)).fetchone() for row in rows]
        return max((reading for reading in found if reading), key=lambda reading: reading[0], default=None)

    def _readings(self, rows: Sequence[SeriesRow], span: Span) -> Iterator[Readings]:
        """The readings of one series, ascending; no statement and no connection is held between chunks."""
        start = span.start
        while start < span.stop:
            with self._pool.connection() as connection:
                parts = [_part(connection, row, Span(start, span.stop)) for row in rows]
            # Where a part was cut by the limit, the others may not run ahead of it.
            full = [int(time[-1]) for time, _ in parts if len(time) == CHUNK_READINGS]
            stop = min(full) + 1 if full else span.stop
            time, value = parts[0] if len(parts) == 1 else _merged(parts, stop)
            if len(time):
                yield time, value
            start = stop


def _part(connection: sqlite3.Connection, row: SeriesRow, span: Span) -> Readings:
    """The first readings of a span, as many as a chunk holds."""
    rows = connection.execute(_READINGS.format(row.table), (row.id, span.start, span.stop, CHUNK_READINGS)).fetchall()
    if row.table == "reading":
        # Every time is within 2^53, so it passes through a float unharmed.
        flat = np.fromiter(chain.from_iterable(rows), np.float64, 2 * len(rows))
        return flat[0::2].astype(np.int64), flat[1::2].copy()
    texts: Any = np.empty(len(rows), np.object_)
    texts[:] = [text for _, text in rows]
    return np.fromiter((time for time, _ in rows), np.int64, len(rows)), texts


def _merged(parts: list[Readings], stop: int) -> Readings:
    """Readings before `stop` by time; of equal times the one of the earlier part."""
    time = np.concatenate([time for time, _ in parts])
    value = np.concatenate([value for _, value in parts])
    order = np.argsort(time, kind="stable")
    time, value = time[order], value[order]
    kept = (np.diff(time, prepend=time[:1] - 1) > 0) & (time < stop)
    return time[kept], value[kept]
