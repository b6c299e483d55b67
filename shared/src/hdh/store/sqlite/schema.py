"""The tables of the SQLite store, and whether a file holds them."""

import sqlite3

from hdh.errors import Misconfigured, Retryable

VERSION = 2
"""Kept in the file's `user_version`; a change of the tables raises it."""

WITH_ROLLUPS = 2
"""The first version that has the tables of rollups."""

APPLICATION_ID = 0x48444853
"""Marks the file as ours: "HDHS"."""

# Ids are never used again (AUTOINCREMENT), so an id that a process still remembers cannot lead to another's readings.
_TABLES = """
CREATE TABLE project (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    retention INTEGER
);
CREATE TABLE series (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    project INTEGER NOT NULL,
    measurement TEXT NOT NULL,
    house TEXT NOT NULL,
    room TEXT NOT NULL,
    device TEXT NOT NULL,
    field TEXT NOT NULL,
    UNIQUE (project, measurement, house, room, device, field)
);
CREATE TABLE reading (
    series INTEGER NOT NULL,
    time INTEGER NOT NULL,
    value REAL NOT NULL,
    PRIMARY KEY (series, time)
) WITHOUT ROWID;
CREATE TABLE reading_text (
    series INTEGER NOT NULL,
    time INTEGER NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (series, time)
) WITHOUT ROWID;
CREATE TABLE latest (
    series INTEGER PRIMARY KEY,
    time INTEGER NOT NULL,
    value NOT NULL
);
"""

# Since version 2. A row is a day of a series; `claim` is the number of whoever sums it up now, null when it is whole.
# Nothing is summed up from `until` on: the earliest time of all, at first.
_ROLLUPS = """
CREATE TABLE rollup (
    id INTEGER PRIMARY KEY,
    claim INTEGER,
    readings BLOB,
    moments BLOB,
    extremes BLOB,
    ends BLOB
);
CREATE TABLE rollup_end (
    until INTEGER NOT NULL
);
INSERT INTO rollup_end VALUES (-9007199254740992)
"""


def version_of(connection: sqlite3.Connection, name: str) -> int:
    """The version of the store in an opened file; 0 for a file that is still empty.

    Raises:
        Misconfigured: the file is another program's, or was made by a newer version of ours.
    """
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    if application not in {0, APPLICATION_ID} or (application == 0 and _holds_anything(connection)):
        raise Misconfigured(f"HDH_STORE_URL names {name}, which is another program's database: name another file.")
    if version > VERSION:
        raise Misconfigured(
            f"HDH_STORE_URL names {name}, a store of version {version}; this program knows version {VERSION}: "
            "update it, or name another file."
        )
    return int(version)


def create(connection: sqlite3.Connection, name: str) -> None:
    """Make the tables that are missing, in an earlier version's file too; safe when several processes do it at once."""
    if version_of(connection, name) == VERSION:
        return
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("BEGIN IMMEDIATE")
    try:
        for tables in (_TABLES, _ROLLUPS)[version_of(connection, name) :]:
            for statement in tables.split(";\n"):
                connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def expect(connection: sqlite3.Connection, name: str) -> None:
    """Check that the tables are there, without making them.

    Raises:
        Retryable: not yet; whoever writes makes them.
    """
    if version_of(connection, name) == 0:
        raise Retryable(f"The store {name} is still empty: it is set up when ingest starts.")


def _holds_anything(connection: sqlite3.Connection) -> bool:
    return connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone() is not None
