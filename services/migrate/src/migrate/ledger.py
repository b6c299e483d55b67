"""What was moved, chunk by chunk, in one SQLite file: survives kill -9 at any moment."""

import json
import sqlite3
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from hdh.errors import Misconfigured, Retryable
from hdh.model import Series
from migrate.batch import BadRow, Chunk

_VERSION = 1
_TABLES = """
CREATE TABLE note (name TEXT PRIMARY KEY, text TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE chunk (
    name TEXT PRIMARY KEY,
    number INTEGER NOT NULL,
    state TEXT NOT NULL,
    read_checksum TEXT NOT NULL,
    written INTEGER NOT NULL,
    written_checksum INTEGER NOT NULL,
    counts TEXT NOT NULL
);
CREATE TABLE series (
    id INTEGER PRIMARY KEY,
    project TEXT NOT NULL, house TEXT NOT NULL, room TEXT NOT NULL, device TEXT NOT NULL, quantity TEXT NOT NULL,
    UNIQUE (project, house, room, device, quantity)
);
CREATE TABLE times ( -- which times of a series came with which chunk, to find a second reading of a millisecond
    series INTEGER NOT NULL, number INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
    deltas BLOB NOT NULL,
    PRIMARY KEY (series, number)
) WITHOUT ROWID;
CREATE INDEX times_number ON times (number);
CREATE TABLE reject (
    chunk TEXT NOT NULL, row INTEGER NOT NULL, reason TEXT NOT NULL, detail TEXT NOT NULL, text TEXT NOT NULL,
    count INTEGER NOT NULL
);
CREATE INDEX reject_chunk ON reject (chunk);
CREATE TABLE day ( -- what verifying found on both sides
    side TEXT NOT NULL, series INTEGER NOT NULL, day INTEGER NOT NULL,
    count INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
    low REAL, high REAL, sum REAL, checksum INTEGER NOT NULL,
    PRIMARY KEY (series, day, side)
) WITHOUT ROWID;
"""
Side = Literal["source", "destination"]


@dataclass(frozen=True, slots=True)
class Done:
    """A chunk that was moved."""

    name: str
    number: int
    state: str
    read_checksum: str
    written: int
    written_checksum: int
    counts: dict[str, int]


class Ledger:
    """The ledger's file; made if it is not there. One process at a time.

    Args:
        path: its file.

    Raises:
        Misconfigured: another process uses it, it is no ledger, or a newer version's.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with self._told():
            self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=1.0)
        try:
            with self._told():
                # One process at a time: the lock is held from the first statement to the end.
                self._connection.execute("PRAGMA locking_mode = EXCLUSIVE")
                self._connection.execute("PRAGMA journal_mode = WAL")
                self._connection.execute("PRAGMA synchronous = FULL")
                self._connection.execute("PRAGMA cache_size = -8192")
                self._connection.execute("BEGIN IMMEDIATE")
                self._prepare()
                self._connection.execute("COMMIT")
        except BaseException:
            self._connection.close()
            raise

    def _prepare(self) -> None:
        (version,) = self._connection.execute("PRAGMA user_version").fetchone()
        if version > _VERSION:
            raise Misconfigured(f"{self.path} was made by a newer version of migrate. Update this one.")
        if version == 0:
            for statement in _TABLES.split(";\n"):
                self._connection.execute(statement)
            self._connection.execute(f"PRAGMA user_version = {_VERSION}")

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            if "locked" in str(error):
                raise Misconfigured(f"Another migrate works on {self.path}. Wait for it, or end it.") from error
            if "full" in str(error):
                raise Retryable(f"The disk of the ledger {self.path} is full: free some space.") from error
            raise Misconfigured(f"The ledger {self.path} cannot be used: {error}. Mend the folder's rights.") from error
        except sqlite3.DatabaseError as error:
            raise Misconfigured(
                f"{self.path} is no ledger, or it is damaged: {error}. Move it away; a new run then moves all again, "
                "which writes the same readings."
            ) from error

    def note(self, name: str) -> str | None:
        """A small text that was remembered."""
        row = self.execute("SELECT text FROM note WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def set_note(self, name: str, text: str) -> None:
        """Remember a small text."""
        self.execute("INSERT OR REPLACE INTO note VALUES (?, ?)", (name, text))

    def forget_note(self, name: str) -> None:
        """Remember it no more."""
        self.execute("DELETE FROM note WHERE name = ?", (name,))

    def done(self) -> dict[str, Done]:
        """The chunks that were moved, by name."""
        rows: Iterator[tuple[str, int, str, str, int, int, str]] = self.execute(
            "SELECT name, number, state, read_checksum, written, written_checksum, counts FROM chunk"
        )
        return {row[0]: Done(*row[:6], counts=json.loads(row[6])) for row in rows}

    @contextmanager
    def moving(self, chunk: Chunk) -> Iterator[None]:
        """All that is noted of a chunk stands in the ledger when this ends well, else none of it."""
        with self.transaction():
            self.forget(chunk)
            yield

    def begin(self) -> None:
        """What is written from here on stands in the ledger with `commit`, or never does."""
        if not self._connection.in_transaction:
            self.execute("BEGIN IMMEDIATE")

    def commit(self) -> None:
        """See `begin`."""
        self.execute("COMMIT")

    def roll_back(self) -> None:
        """Take back what was written since `begin`."""
        with suppress(sqlite3.Error):
            self._connection.rollback()

    def finish(self, done: Done) -> None:
        """Note a chunk as moved; within `moving`, or before `commit`."""
        self.execute(
            "INSERT OR REPLACE INTO chunk VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                done.name,
                done.number,
                done.state,
                done.read_checksum,
                done.written,
                _signed(done.written_checksum),
                json.dumps(done.counts),
            ),
        )

    def restate(self, chunk: Chunk) -> None:
        """A chunk looked changed and was not: note how it looks now."""
        self.execute("UPDATE chunk SET state = ? WHERE name = ?", (chunk.state, chunk.name))

    def reject(self, chunk: Chunk, rows: Iterable[BadRow]) -> None:
        """Keep bad rows; within `moving`, or after `begin`."""
        with self._told():
            self._connection.executemany(
                "INSERT INTO reject VALUES (?, ?, ?, ?, ?, ?)",
                ((chunk.name, r.row, r.reason, _clean(r.detail), _clean(r.text), r.count) for r in rows),
            )

    def rejects(self) -> Iterator[tuple[str, BadRow]]:
        """All bad rows with the name of their chunk, in the order of the source."""
        query = (
            "SELECT reject.chunk, row, reason, detail, text, count FROM reject "
            "LEFT JOIN chunk ON chunk.name = reject.chunk ORDER BY chunk.number, row"
        )
        for chunk, *rest in self.execute(query):
            yield chunk, BadRow(*rest)

    def rejected(self) -> Counter[str]:
        """How many readings were rejected, by reason."""
        return Counter(dict(self.execute("SELECT reason, SUM(count) FROM reject GROUP BY reason")))

    def series_id(self, series: Series) -> int:
        """The number of a series; a new one if need be."""
        names = tuple(
            _clean(name) for name in (series.project, series.house, series.room, series.device, series.quantity)
        )
        query = "SELECT id FROM series WHERE project = ? AND house = ? AND room = ? AND device = ? AND quantity = ?"
        row = self.execute(query, names).fetchone()
        if row is None:
            row = self.execute(
                "INSERT INTO series (project, house, room, device, quantity) VALUES (?, ?, ?, ?, ?) RETURNING id", names
            ).fetchone()
        return int(row[0])

    def series(self) -> dict[int, Series]:
        """All series by their numbers, sorted as `Series`."""
        rows = self.execute("SELECT id, project, house, room, device, quantity FROM series")
        return dict(sorted(((row[0], Series(*row[1:])) for row in rows), key=lambda pair: pair[1]))

    def keep_times(self, series: Sequence[int], number: int, times: NDArray[np.int64]) -> None:
        """Keep which times (ascending) a chunk brought to each of these series; within `moving`, or after `begin`."""
        deltas = zlib.compress((times[1:] - times[:-1]).tobytes(), 1)
        row = (number, int(times[0]), int(times[-1]), deltas)
        with self._told():
            self._connection.executemany(
                "INSERT OR REPLACE INTO times VALUES (?, ?, ?, ?, ?)", ((each, *row) for each in series)
            )

    def last_times(self, start: int, stop: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Series that have times in the chunks with numbers from `start` up to `stop`, and the last time of each."""
        query = "SELECT series, MAX(last) FROM times WHERE number >= ? AND number < ? GROUP BY series"
        found = np.fromiter(chain.from_iterable(self.execute(query, (start, stop))), np.int64)
        return found[::2], found[1::2]

    def times_before(self, series: int, number: int, first: int, last: int) -> list[NDArray[np.int64]]:
        """The times that chunks before `number` brought to a series, of those that reach into `first` to `last`."""
        rows = self.execute(
            "SELECT first, deltas FROM times WHERE series = ? AND number < ? AND last >= ? AND first <= ?",
            (series, number, first, last),
        ).fetchall()
        found = []
        for begin, deltas in rows:
            steps = np.frombuffer(zlib.decompress(deltas), np.int64)
            found.append(np.concatenate([np.array([begin], np.int64), begin + np.cumsum(steps)]))
        return found

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is written within this stands in the ledger when it ends well, else none of it."""
        self.execute("BEGIN IMMEDIATE")
        try:
            yield
            self.commit()
        except BaseException:
            self.roll_back()
            raise

    def forget(self, chunk: Chunk) -> None:
        """Forget what an attempt at a chunk has left, which is to be moved anew."""
        self.execute("DELETE FROM reject WHERE chunk = ?", (chunk.name,))
        self.execute("DELETE FROM times WHERE number = ?", (chunk.number,))

    def execute(self, statement: str, parameters: Sequence[object] = ()) -> sqlite3.Cursor:
        """Run a statement.

        Raises:
            Misconfigured: the ledger cannot be used, with the remedy.
            Retryable: its disk is full.
        """
        with self._told():
            return self._connection.execute(statement, parameters)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


def _clean(text: str) -> str:
    """Text that SQLite can hold: half characters become question marks."""
    return text.encode("utf-8", "replace").decode()


def _signed(number: int) -> int:
    return number - 2**64 if number >= 2**63 else number
