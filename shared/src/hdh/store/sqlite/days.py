"""The rows that keep a day's readings of a series summed up: where they stand, and how they are forgotten."""

import sqlite3
from collections.abc import Iterable

DAY_MS = 86_400_000

_DAY_BITS = 20
_FIRST = -(1 << _DAY_BITS - 1)
_LAST = (1 << _DAY_BITS - 1) - 1
"""The days since 1970 that are ever summed up: those of the years 535 to 3405."""


def row_of(series: int, day: int) -> int:
    """The row of a series' day (since 1970, UTC). One number, so that a series' days stand side by side in the file."""
    return (series << _DAY_BITS) + min(max(day, _FIRST), _LAST) - _FIRST


def day_of(row: int) -> int:
    """The day of a row."""
    return (row & (1 << _DAY_BITS) - 1) + _FIRST


def whole_days(start: int, stop: int) -> range:
    """The days that lie whole between two times (epoch ms) and can be summed up."""
    return range(max(-(-start // DAY_MS), _FIRST), min(stop // DAY_MS, _LAST + 1))


def forget(connection: sqlite3.Connection, series: int, first: int, last: int) -> None:
    """Forget what was summed up, or is being summed up, of the days from one time to another (epoch ms).

    Belongs into the transaction that changes readings of these days: it is what keeps every answer true.
    """
    rows = row_of(series, first // DAY_MS), row_of(series, last // DAY_MS)
    connection.execute("DELETE FROM rollup WHERE id BETWEEN ? AND ?", rows)


def forget_late(connection: sqlite3.Connection, rows: Iterable[tuple[int, int, float]]) -> None:
    """Forget the days of rows that were just written: series, time and value."""
    days = {(series, time // DAY_MS) for series, time, _ in rows}
    connection.executemany("DELETE FROM rollup WHERE id = ?", [(row_of(*each),) for each in days])


def summed_until(connection: sqlite3.Connection) -> int:
    """The time from which on nothing was ever summed up (epoch ms): a write after it need not look."""
    (until,) = connection.execute("SELECT until FROM rollup_end").fetchone()
    return int(until)
