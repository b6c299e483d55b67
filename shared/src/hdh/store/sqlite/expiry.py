"""Removing what no project keeps any longer: readings past their retention, and what a dropped project left."""

import sqlite3
from collections import deque

from hdh.model import ALL_TIME, Span
from hdh.store.interface import Selection
from hdh.store.sqlite.erase import PIECE_SERIES, erase_piece
from hdh.store.sqlite.projects import ProjectRow, SeriesRow, find_series


def expire_piece(connection: sqlite3.Connection, now: int) -> bool:
    """Delete a bounded number of readings that are past their time at `now`; whether there may be more."""
    for project_id, retention in connection.execute(
        "SELECT id, retention FROM project WHERE retention IS NOT NULL"
    ).fetchall():
        span = Span(ALL_TIME.start, now - retention)
        old = [
            series
            for series in find_series(connection, ProjectRow(project_id, retention), Selection(""))
            if _reaches_into(connection, series, span)
        ]
        if old:
            erase_piece(connection, deque(old), span)
            return True
    return _clear_dropped_piece(connection)


def _reaches_into(connection: sqlite3.Connection, series: SeriesRow, span: Span) -> bool:
    statement = f"SELECT 1 FROM {series.table} WHERE series = ? AND time < ? LIMIT 1"  # noqa: S608 (one of two names of ours)
    return connection.execute(statement, (series.id, span.stop)).fetchone() is not None


def _clear_dropped_piece(connection: sqlite3.Connection) -> bool:
    """Delete a bounded part of what dropped projects left; whether there may be more."""
    rows = connection.execute(
        "SELECT id, measurement, house, room, device, field FROM series "
        "WHERE project NOT IN (SELECT id FROM project) LIMIT ?",
        (PIECE_SERIES,),
    ).fetchall()
    if not rows:
        return False
    left = deque(SeriesRow(*row) for row in rows)
    erase_piece(connection, left, ALL_TIME)
    kept = {series.id for series in left}
    connection.executemany("DELETE FROM series WHERE id = ?", [(row[0],) for row in rows if row[0] not in kept])
    return True
