"""Writing to the SQLite store: one durable transaction a batch, the newest readings kept beside."""

import sqlite3
from collections.abc import Callable, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any

import structlog

from hdh.errors import Invalid, Misconfigured, Retryable
from hdh.model import ALL_TIME, Place, Point, Span
from hdh.store.interface import KNOWN_PLACES, Refusal, Selection
from hdh.store.sqlite.batch import Batch, FindId, SeriesIds, to_rows
from hdh.store.sqlite.database import Database
from hdh.store.sqlite.days import forget_late, summed_until
from hdh.store.sqlite.erase import erase
from hdh.store.sqlite.expiry import expire_piece
from hdh.store.sqlite.projects import find_project, find_series
from hdh.store.url import SqliteUrl
from hdh.times import now_ms

if TYPE_CHECKING:
    from hdh.store.interface import Columns

EXPIRE_EVERY_MS = 60_000
_EXPIRE_MORE_MS = 1_000
_GROUP = 50
"""Rows a statement: a statement's start and end cost about as much as two rows."""

_INTO_NUMBERS = "INSERT OR REPLACE INTO reading (series, time, value) VALUES {}"
_INTO_TEXTS = "INSERT OR REPLACE INTO reading_text (series, time, value) VALUES {}"
_INTO_LATEST = (
    "INSERT INTO latest (series, time, value) VALUES {} "
    "ON CONFLICT (series) DO UPDATE SET time = excluded.time, value = excluded.value WHERE excluded.time >= time"
)

_log = structlog.get_logger()


class SqliteWriter:
    """Writes and deletes; see `hdh.store.interface.Writer`. Opens the file on first use and makes it if need be.

    Args:
        url: the file.
        clock: the time in epoch milliseconds.
        known_places: of how many places, at most, the ids of series are remembered, some 650 bytes each.
    """

    def __init__(self, url: SqliteUrl, clock: Callable[[], int] = now_ms, *, known_places: int = KNOWN_PLACES) -> None:
        self._database = Database(url)
        self._clock = clock
        self._known_places = known_places
        self._ids: dict[int, SeriesIds] = {}
        self._expire_next = 0

    def write(self, project: str, points: Sequence[Point]) -> list[Refusal]:
        """Write points in one transaction; see `Writer.write`."""
        return self._write(project, lambda *known: to_rows(points, *known)) if points else []

    def write_columns(self, project: str, parts: "Sequence[Columns]") -> list[Refusal]:
        """Write points that come in columns, in one transaction; see `Writer.write_columns`."""
        # Not where points are written one by one: there is no numpy.
        from hdh.store.sqlite.columns import columns_to_rows  # noqa: PLC0415

        return self._write(project, lambda *known: columns_to_rows(parts, *known)) if parts else []

    def _write(self, project: str, to_batch: Callable[[SeriesIds, FindId, int], Batch]) -> list[Refusal]:
        now = self._clock()
        try:
            with self._database.transaction() as connection:
                found = find_project(connection, project)
                oldest = ALL_TIME.start if found.retention is None else now - found.retention
                ids = self._ids.setdefault(found.id, SeriesIds())
                batch = to_batch(ids, _finder(connection, found.id), oldest)
                _insert(connection, batch)
        except BaseException:
            # Ids that were given in a transaction that did not come to its end belong to nobody.
            self._ids.clear()
            raise
        if sum(ids.places for ids in self._ids.values()) > self._known_places:
            self._ids.clear()
        self._expire(now)
        return batch.refusals

    def check(self, project: str) -> None:
        """Begin a transaction and look the project up; see `Writer.check`."""
        with self._database.transaction() as connection:
            find_project(connection, project)

    def delete(self, project: str, span: Span, selection: Selection | None = None) -> None:
        """Delete readings by time and place; see `Writer.delete`. Deletes in pieces, the oldest readings first."""
        selection = selection or Selection(project)
        if selection.quantities:
            raise Invalid(
                "a delete takes a time and places, never a quantity.",
                parameter="quantity",
                value=selection.quantities,
                remedy="Leave it out.",
            )
        with self._database.transaction() as connection:
            series = find_series(connection, find_project(connection, project), selection)
        erase(self._database, series, span)

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def _expire(self, now: int) -> None:
        """Now and then delete a piece of what is past its retention. The batch is confirmed: a failure can wait."""
        if now < self._expire_next:
            return
        try:
            with self._database.transaction() as connection:
                more = expire_piece(connection, now)
        except (Retryable, Misconfigured) as error:
            _log.warning("expired_readings_not_deleted", error=str(error))
            more = False
        self._expire_next = now + (_EXPIRE_MORE_MS if more else EXPIRE_EVERY_MS)


def _finder(connection: sqlite3.Connection, project: int) -> Callable[[str, Place, str], int]:
    """What gives a series its id, a new one if need be."""

    def find_id(measurement: str, place: Place, field: str) -> int:
        names = (project, measurement, place.house, place.room, place.device, field)
        row = connection.execute(
            "SELECT id FROM series WHERE project = ? AND measurement = ? AND house = ? AND room = ? AND device = ? "
            "AND field = ?",
            names,
        ).fetchone()
        if row is None:
            row = connection.execute(
                "INSERT INTO series (project, measurement, house, room, device, field) VALUES (?, ?, ?, ?, ?, ?) "
                "RETURNING id",
                names,
            ).fetchone()
        return int(row[0])

    return find_id


def _insert(connection: sqlite3.Connection, batch: Batch) -> None:
    _insert_rows(connection, _INTO_NUMBERS, batch.numbers)
    _insert_rows(connection, _INTO_TEXTS, batch.texts)
    _insert_rows(connection, _INTO_LATEST, batch.newest)
    if batch.earliest < summed_until(connection):
        forget_late(connection, batch.numbers)


def _insert_rows(connection: sqlite3.Connection, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
    whole = len(rows) - len(rows) % _GROUP
    groups = ([*chain.from_iterable(rows[i : i + _GROUP])] for i in range(0, whole, _GROUP))
    connection.executemany(statement.format(", ".join(["(?, ?, ?)"] * _GROUP)), groups)
    connection.executemany(statement.format("(?, ?, ?)"), rows[whole:])
