"""SQLite files as the journal uses them: WAL, commits fsynced unless one says otherwise, errors typed by action."""

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from hdh.errors import Retryable

_BUSY_SECONDS = 30.0
_SETTLED_NS = 3_000_000_000


def connect(path: Path) -> sqlite3.Connection:
    """Open a file for reading and writing, by any thread, one at a time. Transactions are begun by hand."""
    connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Do all of it or nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        # SQLite itself ends the transaction on some errors, a full disk among them.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


class Opened:
    """Which files of a folder were opened, to find out later whether their names still lead to them.

    A file that was removed or replaced takes writes and fsyncs as before, yet nobody will ever read them again. The
    files must stay open meanwhile, as otherwise a new one might get the number of an old one.

    Args:
        folder: HDH_JOURNAL_DIR.
        paths: the files in it; those that are SQLite's have a write-ahead log beside them.
    """

    def __init__(self, folder: Path, *paths: Path) -> None:
        self._folder = folder
        self._identities = {path: _identity(path) for path in paths}
        self._unchanged: _Found | None = None

    def beside(self, *paths: Path) -> "Opened":
        """What tells of all these and of some more files of the folder, which were opened just now."""
        more = Opened(self._folder, *paths)
        more._identities |= self._identities
        return more

    def check(self) -> None:
        """Return if all of them are where they were.

        Raises:
            Retryable: one was removed or replaced.
        """
        # The folder's own time tells of every name that came, went or was exchanged, so that mostly one look is enough.
        found = _look_at(self._folder)
        if found is not None and found == self._unchanged:
            return
        moved = next((path for path, identity in self._identities.items() if _identity(path) != identity), None)
        if moved is not None:
            raise Retryable(
                f"The journal in HDH_JOURNAL_DIR={self._folder} was removed or replaced while ingest runs: "
                f"{moved.name} is not the file that was opened. Put the folder back as it was; if it is lost, restart "
                "ingest as soon as hdh_messages_pending is 0."
            )
        self._unchanged = found if found is not None and found.is_settled() else None


class _Found(NamedTuple):
    """What a name leads to: which file or folder, and when that last changed (by ctime: a restore sets mtime back)."""

    device: int
    inode: int
    changed_ns: int

    def is_settled(self) -> bool:
        """Whether any further change will show: two within a tick of its clock (2 s on FAT) have the same time."""
        return time.time_ns() - self.changed_ns > _SETTLED_NS


def _look_at(path: Path) -> _Found | None:
    try:
        found = os.stat(path)  # noqa: PTH116 (half of what Path.stat takes)
    except FileNotFoundError:
        return None
    return _Found(found.st_dev, found.st_ino, found.st_ctime_ns)


def _identity(path: Path) -> tuple[int, int] | None:
    found = _look_at(path)
    return None if found is None else (found.device, found.inode)


def log_of(path: Path) -> Path:
    """The write-ahead log of a SQLite file."""
    return Path(f"{path}-wal")


@contextmanager
def retryable(folder: Path, what: str) -> Iterator[None]:
    """Turn what a full or broken disk causes into `Retryable`, whose sentence names HDH_JOURNAL_DIR."""
    try:
        yield
    except (sqlite3.OperationalError, OSError) as error:
        raise Retryable(
            f"The journal in HDH_JOURNAL_DIR={folder} cannot be {what}: {error}. Free space or mend the disk."
        ) from error


def sync_folder(folder: Path) -> None:
    """Make new names in a folder survive a power cut; SQLite does not do so for a new database."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
