"""API keys with project scopes, and the secret of the pseudonyms: what the api itself must remember."""

import hashlib
import hmac
import os
import re
import secrets
import sqlite3
import threading
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from hdh.errors import Invalid, Misconfigured, Retryable

_PREFIX = "hdh_"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,99}")
_FILE = "api.db"
_SCHEMA = """
CREATE TABLE IF NOT EXISTS keys (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    hash BLOB NOT NULL UNIQUE,
    projects TEXT,
    created INTEGER NOT NULL,
    revoked INTEGER
) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS valid_keys ON keys (name) WHERE revoked IS NULL;
CREATE TABLE IF NOT EXISTS secrets (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT;
"""


@dataclass(frozen=True, slots=True)
class Key:
    """A key as it is remembered, without its secret.

    Attributes:
        name: who it was made for.
        projects: what it may read; None: every project.
        created: epoch ms.
        revoked: epoch ms, or None while it is valid.
    """

    name: str
    projects: tuple[str, ...] | None
    created: int
    revoked: int | None = None


class Keys:
    """The keys in the api's data folder. Safe for several threads and processes: a change counts at once.

    Args:
        folder: HDH_API_DATA_DIR; made if it is missing, for its owner alone.

    Raises:
        Misconfigured: the folder cannot be used.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / _FILE
        self._lock = threading.Lock()
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600))
            self._db = sqlite3.connect(self._path, timeout=5, isolation_level=None, check_same_thread=False)
            self._db.executescript(_SCHEMA)
        except (OSError, sqlite3.Error) as error:
            raise Misconfigured(
                f"HDH_API_DATA_DIR={folder}: {error}. Name a folder that this user can write."
            ) from error

    def add(self, name: str, projects: Sequence[str] | None, *, now: int) -> str:
        """Make a key and return it; it is shown this once.

        Args:
            name: who it is for.
            projects: what it may read; None: every project, also those to come.
            now: epoch ms.

        Raises:
            Invalid: the name cannot be one or is taken.
        """
        if not _NAME.fullmatch(name):
            remedy = "Use letters, digits and . _ @ -, at most 100."
            raise Invalid("cannot be a key's name.", parameter="NAME", value=name, remedy=remedy)
        key = _PREFIX + secrets.token_urlsafe(32)
        scope = None if projects is None else msgspec.json.encode(sorted(set(projects))).decode()
        try:
            self._execute(
                "INSERT INTO keys (name, hash, projects, created) VALUES (?, ?, ?, ?)", (name, _hash(key), scope, now)
            )
        except sqlite3.IntegrityError:
            remedy = f"Take another name, or revoke it first: api key revoke {name}."
            raise Invalid("there is a key of this name.", parameter="NAME", value=name, remedy=remedy) from None
        return key

    def revoke(self, name: str, *, now: int) -> bool:
        """Take a key back, at once; False where there is no valid one of this name. Its record stays."""
        done = self._execute("UPDATE keys SET revoked = ? WHERE name = ? AND revoked IS NULL RETURNING id", (now, name))
        return bool(done)

    def all(self) -> list[Key]:
        """All keys that were ever made, the oldest first."""
        rows = self._execute("SELECT name, projects, created, revoked FROM keys ORDER BY id")
        return [Key(name, _scope(projects), created, revoked) for name, projects, created, revoked in rows]

    def find(self, key: str) -> Key | None:
        """The valid key that this is, or None."""
        digest = _hash(key)
        for stored, name, projects, created in self._execute(
            "SELECT hash, name, projects, created FROM keys WHERE hash = ? AND revoked IS NULL", (digest,)
        ):
            if hmac.compare_digest(stored, digest):
                return Key(name, _scope(projects), created)
        return None

    def any_valid(self) -> bool:
        """Whether any key may be used."""
        return bool(self._execute("SELECT 1 FROM keys WHERE revoked IS NULL LIMIT 1"))

    def any_ever(self) -> bool:
        """Whether a key was ever made, valid or not."""
        return bool(self._execute("SELECT 1 FROM keys LIMIT 1"))

    def secret(self, name: str) -> bytes:
        """A random secret of 256 bits that stays the same, made on first use."""
        self._execute("INSERT OR IGNORE INTO secrets VALUES (?, ?)", (name, secrets.token_bytes(32)))
        (row,) = self._execute("SELECT value FROM secrets WHERE name = ?", (name,))
        return bytes(row[0])

    def close(self) -> None:
        """Give back what is held open."""
        self._db.close()

    def _execute(self, statement: str, values: tuple[object, ...] = ()) -> list[tuple[Any, ...]]:
        try:
            with self._lock, closing(self._db.execute(statement, values)) as cursor:
                return cursor.fetchall()
        except sqlite3.OperationalError as error:
            raise Retryable(f"the api's own records cannot be read or written: {error}") from error


def _hash(key: str) -> bytes:
    # A random key of 256 bits needs no slow hash: there is nothing to guess.
    return hashlib.sha256(key.encode()).digest()


def _scope(projects: str | None) -> tuple[str, ...] | None:
    return None if projects is None else tuple(msgspec.json.decode(projects, type=list[str]))
