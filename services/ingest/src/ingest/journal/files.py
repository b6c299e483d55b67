"""SQLite files as the journal uses them: WAL, every commit fsynced, errors typed by action."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hdh.errors import Retryable

_BUSY_SECONDS = 30.0


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
