"""How far the journal is done: lanes, counters and rejected messages, each change as a whole.

A running ingest and `ingest retry-rejected` beside it use it at the same time; the lanes are the former's alone.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock

import msgspec

from hdh.errors import Misconfigured, Retryable
from ingest.journal import counters, rejected
from ingest.journal.files import connect, retryable, sync_folder, transaction
from ingest.journal.interface import Done, Lane, Move, Rejected, Totals
from ingest.message import Reason

_FEW_MESSAGES = 16
"""A mark of more messages than these is written down at once."""
_MOST_WAITING = 16
"""So many marks may wait; the next one has all written down."""
_FORMAT = 1
_SCHEMA = f"""
BEGIN;
CREATE TABLE lanes (project TEXT PRIMARY KEY, position INTEGER NOT NULL, ahead TEXT NOT NULL);
CREATE TABLE counts ( -- of messages; outcome is written, rejected or ignored; of points where it is points
    project TEXT NOT NULL, outcome TEXT NOT NULL, reason TEXT NOT NULL, count INTEGER NOT NULL,
    PRIMARY KEY (project, outcome, reason)
);
CREATE TABLE rejected (
    id INTEGER PRIMARY KEY AUTOINCREMENT, position INTEGER NOT NULL, time INTEGER NOT NULL, project TEXT NOT NULL,
    topic TEXT NOT NULL, payload BLOB NOT NULL, reason TEXT NOT NULL, detail TEXT NOT NULL,
    site_version TEXT NOT NULL, packet_id INTEGER NOT NULL, retain INTEGER NOT NULL
);
CREATE TABLE damaged (first INTEGER PRIMARY KEY, last INTEGER NOT NULL, detail TEXT NOT NULL);
CREATE TABLE notes (name TEXT PRIMARY KEY, text TEXT NOT NULL);
INSERT INTO lanes VALUES ('', 0, '{{}}');
PRAGMA user_version = {_FORMAT};
COMMIT;
"""  # noqa: S608 (a number of ours)
_LANE = (
    "INSERT INTO lanes VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET position = excluded.position, ahead = excluded.ahead"
)


class State:
    """The file `state.db` of a journal. Safe for use by several threads.

    Args:
        folder: the journal's folder.

    Attributes:
        path: the file.

    Raises:
        Misconfigured: it is damaged, or of another format; the sentence names HDH_JOURNAL_DIR.
        Retryable: it cannot be opened now.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = Lock()
        self._waiting: list[Done] = []
        self.path = path = folder / "state.db"
        try:
            with retryable(folder, "opened"):
                self._connection = connect(path)
                self._prepare()
                self._lanes = self._read_lanes()
        except sqlite3.DatabaseError as error:
            raise Misconfigured(
                f"HDH_JOURNAL_DIR={folder}: {path.name} is damaged ({error}). Restore it from a backup, or move it "
                "away: ingest then decodes the whole archive again, which writes the same points and counts anew."
            ) from error

    def _prepare(self) -> None:
        version = self._connection.execute("PRAGMA user_version").fetchone()[0]
        if version > _FORMAT:
            raise Misconfigured(
                f"HDH_JOURNAL_DIR={self._folder}: a newer ingest wrote this journal. Run that version or a newer one."
            )
        if version == 0:
            self._connection.executescript(_SCHEMA)
            sync_folder(self._folder)
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.execute("CREATE INDEX IF NOT EXISTS rejected_position ON rejected (position)")

    @contextmanager
    def _change(self) -> Iterator[sqlite3.Connection]:
        with self._lock, retryable(self._folder, "written"), self._transaction() as db:
            yield db

    @contextmanager
    def _change_for_good(self) -> Iterator[sqlite3.Connection]:
        """A change that is fsynced, and with it all that went before."""
        with self._lock, retryable(self._folder, "written"):
            self._connection.execute("PRAGMA synchronous = FULL")
            try:
                with self._transaction() as db:
                    yield db
            finally:
                self._connection.execute("PRAGMA synchronous = NORMAL")

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """Write down what waits, then what the caller adds: all of it or nothing."""
        with transaction(self._connection):
            for done in self._waiting:
                _mark(self._connection, done)
            yield self._connection
        self._waiting.clear()

    @contextmanager
    def _view(self) -> Iterator[sqlite3.Connection]:
        with self._lock, retryable(self._folder, "read"):
            yield self._connection

    def _read_lanes(self) -> dict[str, Lane]:
        rows = self._connection.execute("SELECT project, position, ahead FROM lanes").fetchall()
        return {project: Lane(position, msgspec.json.decode(ahead)) for project, position, ahead in rows}

    def lanes(self) -> dict[str, Lane]:
        """The lanes by project; "" is always there."""
        return dict(self._lanes)

    def mark(self, done: Done) -> None:
        """Mark as done, see `Journal.mark`. What a few messages came to waits in memory, to be written with others."""
        # Only this thread adds to what waits; others only write it down.
        if len(self._waiting) < _MOST_WAITING and self._can_wait(done):
            with self._lock:
                self._waiting.append(done)
        else:
            with self._change() as db:
                _mark(db, done)
        stays = {name: Lane(position, {}) for name, position in done.stays.items()}
        self._lanes = {**stays, **self._lanes, **_moved(done)}

    def _can_wait(self, done: Done) -> bool:
        """Whether doing it once more after a kill costs next to nothing: a few messages, with which all is well."""
        if done.stays or done.damaged or any(move.rejected for move in done.moves.values()):
            return False
        # Where all lanes go on, they stood at one position, and all damage before it is counted.
        return done.moves.keys() >= self._lanes.keys() and done.position - self._lanes[""].position <= _FEW_MESSAGES

    def totals(self) -> Totals:
        """The counters; `received` is left at 0 for the one who knows the log."""
        with self._view() as db:
            rows = counters.rows(db)
            waiting = [count for done in self._waiting for count in counters.counts_of(done.moves)]
        return counters.totals(rows + waiting)

    def rejected(
        self, *, project: str | None = None, reason: str | None = None, before: int | None = None, limit: int
    ) -> list[Rejected]:
        """Rejected messages, newest first; see `rejected.newest`."""
        with self._view() as db:
            return rejected.newest(db, project=project, reason=reason, before=before, limit=limit)

    def refused(self, first: int, last: int) -> dict[int, list[str]]:
        """The details of rejected messages by their positions, `first` to `last`."""
        with self._view() as db:
            return rejected.details(db, first, last)

    def rejected_topics(self, *, project: str | None, reason: str | None) -> list[tuple[int, str]]:
        """Id and topic of rejected messages, oldest first; see `rejected.topics`."""
        with self._view() as db:
            return rejected.topics(db, project=project, reason=reason)

    def rejected_by_id(self, identity: int) -> Rejected | None:
        """One rejected message, whole."""
        with self._view() as db:
            return rejected.by_id(db, identity)

    def resolve(self, project: str, kept: Sequence[Rejected], move: Move) -> None:
        """Count rejected messages by what became of them now, and keep only those that are rejected again.

        Args:
            project: the project that they belong to now.
            kept: the messages, as they were kept.
            move: what became of them.
        """
        with self._change_for_good() as db:
            rejected.remove(db, [message.id for message in kept])
            counters.add(db, [(message.project, "rejected", message.reason, -1) for message in kept])
            counters.add(db, counters.counts_of({project: move}))
            rejected.add(db, move.rejected)

    def note(self, name: str) -> str | None:
        """A small text that was remembered."""
        with self._view() as db:
            row = db.execute("SELECT text FROM notes WHERE name = ?", (name,)).fetchone()
        return None if row is None else row[0]

    def set_note(self, name: str, text: str) -> None:
        """Remember a small text."""
        with self._change_for_good() as db:
            db.execute("INSERT OR REPLACE INTO notes VALUES (?, ?)", (name, text))

    def close(self) -> None:
        """Give back the file; what waits is written down first, if that is possible."""
        if self._waiting:
            with suppress(Retryable, sqlite3.Error):
                # Who ends the process does not wait for long, and what is not written down is done once more.
                self._connection.execute("PRAGMA busy_timeout = 1000")
                with self._change():
                    pass
        with self._lock:
            self._connection.close()


def _moved(done: Done) -> dict[str, Lane]:
    return {name: Lane(done.position, move.ahead) for name, move in done.moves.items()}


def _mark(db: sqlite3.Connection, done: Done) -> None:
    damaged = [(batch.first, batch.last, batch.damage) for batch in done.damaged]
    db.executemany("INSERT OR IGNORE INTO damaged VALUES (?, ?, ?)", damaged)
    moved = _moved(done).items()
    db.executemany(_LANE, [(name, lane.position, msgspec.json.encode(lane.ahead).decode()) for name, lane in moved])
    counters.add(db, counters.counts_of(done.moves))
    for move in done.moves.values():
        rejected.add(db, move.rejected)
    db.executemany("INSERT OR IGNORE INTO lanes VALUES (?, ?, '{}')", list(done.stays.items()))
    _settle(db)


def _settle(db: sqlite3.Connection) -> None:
    """Count what was damaged, once every lane has passed it: what then lacks an end is what could not be read."""
    ranges = db.execute("SELECT first, last, detail FROM damaged ORDER BY first").fetchall()
    if not ranges:
        return
    positions = {position for (position,) in db.execute("SELECT position FROM lanes")}
    if len(positions) != 1:
        return
    lost = positions.pop() - counters.counted(db)
    counters.add(db, [("", "rejected", Reason.DAMAGED, lost)])
    spelled = ((first, f"positions {first} to {last} of the journal: {detail}") for first, last, detail in ranges)
    rejected.add(db, (Rejected(0, first, 0, "", "", b"", Reason.DAMAGED, detail, "") for first, detail in spelled))
    db.execute("DELETE FROM damaged")
