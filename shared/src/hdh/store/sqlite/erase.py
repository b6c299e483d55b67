"""Deleting readings in bounded pieces, so that no other process waits long for its turn to write."""

import sqlite3
from collections import deque
from collections.abc import Iterable

from hdh.model import Span
from hdh.store.sqlite.database import Database
from hdh.store.sqlite.days import forget
from hdh.store.sqlite.projects import SeriesRow

PIECE_READINGS = 20_000
PIECE_SERIES = 1_000


def erase(database: Database, series: Iterable[SeriesRow], span: Span) -> None:
    """Delete all readings of the series in the span, in as many transactions as it takes."""
    left = deque(series)
    while left:
        with database.transaction() as connection:
            erase_piece(connection, left, span)


def erase_piece(connection: sqlite3.Connection, left: deque[SeriesRow], span: Span) -> None:
    """Delete some readings, of the first series first; a series that holds no more of them leaves the queue."""
    readings = PIECE_READINGS
    for _ in range(min(PIECE_SERIES, len(left))):
        deleted = _erase_from(connection, left[0], span, readings)
        readings -= deleted
        if readings <= 0:
            return
        left.popleft()


def _erase_from(connection: sqlite3.Connection, series: SeriesRow, span: Span, limit: int) -> int:
    """Delete the oldest readings of one series in the span, at most `limit`; how many there were."""
    table, within = series.table, (series.id, span.start)
    cut = connection.execute(
        f"SELECT time FROM {table} WHERE series = ? AND time >= ? AND time < ? ORDER BY time LIMIT 1 OFFSET ?",  # noqa: S608 (one of two names of ours)
        (*within, span.stop, limit),
    ).fetchone()
    stop = span.stop if cut is None else cut[0]
    deleted = connection.execute(
        f"DELETE FROM {table} WHERE series = ? AND time >= ? AND time < ?",  # noqa: S608
        (*within, stop),
    ).rowcount
    if deleted:
        forget(connection, series.id, span.start, stop - 1)
        _mend_latest(connection, series, Span(span.start, stop))
    return deleted


def _mend_latest(connection: sqlite3.Connection, series: SeriesRow, deleted: Span) -> None:
    """If the newest reading was among the deleted ones, the one before takes its place."""
    gone = connection.execute(
        "DELETE FROM latest WHERE series = ? AND time >= ? AND time < ?", (series.id, deleted.start, deleted.stop)
    ).rowcount
    if gone:
        connection.execute(
            f"INSERT INTO latest SELECT series, time, value FROM {series.table} WHERE series = ? "  # noqa: S608
            "ORDER BY time DESC LIMIT 1",
            (series.id,),
        )
