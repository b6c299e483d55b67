"""Connections to the one database file, and its errors typed by what to do about them."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

from hdh.errors import Misconfigured, Retryable
from hdh.stopping import stoppable
from hdh.store.sqlite import schema
from hdh.store.url import SqliteUrl

BUSY_SECONDS = 10.0
"""How long one process waits for another's transaction before it says that the store is busy."""

# One commit changes a page for each series it touches: pages must stay in memory, and move to the file rarely.
_WRITER_PRAGMAS = (
    "PRAGMA cache_size = -32768",
    "PRAGMA wal_autocheckpoint = 20000",
    "PRAGMA journal_size_limit = 67108864",
)
_READER_PRAGMAS = ("PRAGMA query_only = ON", "PRAGMA cache_size = -16384")

_PRIMARY_CODE = 0xFF
_BUSY = "another process has been writing all the while"
_HEALS = {
    sqlite3.SQLITE_BUSY: _BUSY,
    sqlite3.SQLITE_LOCKED: _BUSY,
    sqlite3.SQLITE_PROTOCOL: _BUSY,
    sqlite3.SQLITE_SCHEMA: "its tables are being changed",
    sqlite3.SQLITE_FULL: "its disk is full: free some space, nothing is lost meanwhile",
    sqlite3.SQLITE_IOERR: "its disk fails",
    sqlite3.SQLITE_NOMEM: "there is no memory left",
    sqlite3.SQLITE_INTERRUPT: "nobody waits for this any more",
}
_NEEDS_AN_OPERATOR = {
    sqlite3.SQLITE_READONLY: "which this user may not write: mend its owner or its mode",
    sqlite3.SQLITE_CANTOPEN: "which this user cannot open: mend the path, or the mode of the file and its folder",
    sqlite3.SQLITE_PERM: "which this user may not open: mend its owner or its mode",
    sqlite3.SQLITE_NOTADB: "which is no SQLite database: name another file",
    sqlite3.SQLITE_CORRUPT: "which is damaged: restore it from a backup",
}


@contextmanager
def typed_errors(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into ours.

    Raises:
        Retryable: the store is busy, the disk is full or fails.
        Misconfigured: the file is not ours to use as HDH_STORE_URL says; the sentence tells why.
    """
    try:
        yield
    except sqlite3.Error as error:
        raise _typed(error, path) from error


def _typed(error: sqlite3.Error, path: Path) -> Retryable | Misconfigured:
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & _PRIMARY_CODE
    if sentence := _HEALS.get(code):
        return Retryable(f"The store {path}: {sentence} ({error}).")
    sentence = _NEEDS_AN_OPERATOR.get(code, "which does not work as a store")
    return Misconfigured(f"HDH_STORE_URL names {path}, {sentence} ({error}).")


def _connect(path: Path, mode: str, busy_seconds: float | None = None) -> sqlite3.Connection:
    return sqlite3.connect(
        f"file:{quote(str(path))}?mode={mode}",
        uri=True,
        timeout=BUSY_SECONDS if busy_seconds is None else busy_seconds,
        isolation_level=None,  # transactions are begun and ended in so many words
        check_same_thread=False,
    )


def _identity(path: Path) -> tuple[int, int]:
    """Which file stands under the path now.

    Raises:
        Misconfigured: its folder is missing or closed to this user.
        Retryable: the file is not there yet.
    """
    try:
        stat = path.stat()
    except FileNotFoundError:
        _expect_folder(path)
        raise Retryable(f"The store {path} (HDH_STORE_URL) is not there yet: ingest makes it when it starts.") from None
    except OSError as error:
        raise Misconfigured(f"HDH_STORE_URL names {path}: {error.strerror}.") from error
    return stat.st_dev, stat.st_ino


def _expect_folder(path: Path) -> None:
    if not path.parent.is_dir():
        raise Misconfigured(f"HDH_STORE_URL names {path}, but its folder is missing: create {path.parent}.")


class Database:
    """The file opened for writing, once, on first use. Made with its tables where it is missing.

    Args:
        url: the file.
        busy_seconds: how long to wait for another's transaction; None: BUSY_SECONDS.
        durable: whether what a transaction wrote is on the disk when it ends; if not, a power cut may take it back.
    """

    def __init__(self, url: SqliteUrl, *, busy_seconds: float | None = None, durable: bool = True) -> None:
        self.path = url.path
        self._busy_seconds = busy_seconds
        self._synchronous = "FULL" if durable else "NORMAL"
        self._read_only = url.read_only
        self._connection: sqlite3.Connection | None = None
        self._opened = (0, 0)

    def open(self) -> sqlite3.Connection:
        """The connection; a new one where another file has come to stand under the path."""
        if self._connection is not None:
            with suppress(Retryable):
                if _identity(self.path) == self._opened:
                    return self._connection
            # What would be written to the removed file would be lost without a word.
            self.close()
        if self._read_only:
            raise Misconfigured(f"HDH_STORE_URL opens {self.path} for reading only: remove mode=ro to write.")
        _expect_folder(self.path)
        with typed_errors(self.path):
            connection = _connect(self.path, "rwc", self._busy_seconds)
            try:
                connection.execute(f"PRAGMA synchronous = {self._synchronous}")
                for pragma in _WRITER_PRAGMAS:
                    connection.execute(pragma)
                schema.create(connection, str(self.path))
            except BaseException:
                connection.close()
                raise
        self._opened = _identity(self.path)
        self._connection = connection
        return connection

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Write all or nothing."""
        connection = self.open()
        with typed_errors(self.path):
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                # A connection whose disk failed is not trusted again: closing rolls back too.
                self.close()
                raise

    def close(self) -> None:
        """Close the file, if it is open."""
        if self._connection is not None:
            connection, self._connection = self._connection, None
            with suppress(sqlite3.Error):
                connection.close()


class ReaderPool:
    """Connections for reading, one for each query that runs, kept for the next. Safe for several threads."""

    def __init__(self, url: SqliteUrl) -> None:
        self.path = url.path
        # Without the right to write, SQLite falls back to reading by itself; mode=ro does not even try.
        self._mode = "ro" if url.read_only else "rw"
        self._idle: list[tuple[tuple[int, int], sqlite3.Connection]] = []
        self._closed = False

    @contextmanager
    def connection(self) -> Iterator[sqlite3.Connection]:
        """A connection for one thread's use, to the file that stands under the path now."""
        identity = _identity(self.path)
        connection = self._take(identity)
        with typed_errors(self.path):
            try:
                if connection is None:
                    connection = self._open()
                with stoppable(connection.interrupt):
                    yield connection
            except BaseException:
                if connection is not None:
                    connection.close()
                raise
        if self._closed:
            connection.close()
        else:
            self._idle.append((identity, connection))

    def _take(self, identity: tuple[int, int]) -> sqlite3.Connection | None:
        while True:
            try:
                opened, connection = self._idle.pop()
            except IndexError:
                return None
            if opened == identity:
                return connection
            connection.close()

    def _open(self) -> sqlite3.Connection:
        connection = _connect(self.path, self._mode)
        try:
            for pragma in _READER_PRAGMAS:
                connection.execute(pragma)
            schema.expect(connection, str(self.path))
        except BaseException:
            connection.close()
            raise
        return connection

    def close(self) -> None:
        """Close what is idle now and, when their queries end, the others."""
        self._closed = True
        while self._idle:
            self._idle.pop()[1].close()
