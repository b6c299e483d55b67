"""The rejected messages of a journal, a row each. Called by the state, under its lock."""

from collections.abc import Iterable
from dataclasses import replace
from sqlite3 import Connection
from typing import Any

from ingest.journal.interface import Rejected
from ingest.message import Reason

CUT = 65_536
"""How many bytes of a payload a list of rejected messages shows."""

_COLUMNS = "id, position, time, project, topic, payload, reason, detail, site_version, packet_id, retain"
_CUT_COLUMNS = _COLUMNS.replace("payload", f"coalesce(substr(payload, 1, {CUT}), x'')") + ", length(payload)"


def add(db: Connection, rejected: Iterable[Rejected]) -> None:
    """Keep messages. One that is rejected again keeps its id, so that lists stay in the order in which things came."""
    statement = f"INSERT INTO rejected ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608 (names of ours)
    rows = ((r.id or None, r.position, r.time, r.project, r.topic, r.payload, *_rest(r)) for r in rejected)
    db.executemany(statement, rows)


def remove(db: Connection, identities: Iterable[int]) -> None:
    """Remove the messages with these ids."""
    db.executemany("DELETE FROM rejected WHERE id = ?", [(identity,) for identity in identities])


def newest(
    db: Connection, *, project: str | None, reason: str | None, before: int | None, limit: int
) -> list[Rejected]:
    """Messages with ids below `before`, newest first, their payloads cut at CUT bytes."""
    where, values = _where({"project = ?": project, "reason = ?": reason, "id < ?": before})
    query = f"SELECT {_CUT_COLUMNS} FROM rejected {where} ORDER BY id DESC LIMIT ?"  # noqa: S608 (names of ours)
    return [_rejected(row) for row in db.execute(query, (*values, limit))]


def by_id(db: Connection, identity: int) -> Rejected | None:
    """One message, whole."""
    row = db.execute(f"SELECT {_COLUMNS} FROM rejected WHERE id = ?", (identity,)).fetchone()  # noqa: S608 (names of ours)
    return None if row is None else _rejected(row)


def details(db: Connection, first: int, last: int) -> dict[int, list[str]]:
    """What is wrong with the messages at positions `first` to `last`, by position."""
    query = "SELECT position, detail FROM rejected WHERE position BETWEEN ? AND ?"
    found: dict[int, list[str]] = {}
    for position, detail in db.execute(query, (first, last)):
        found.setdefault(position, []).append(detail)
    return found


def topics(db: Connection, *, project: str | None, reason: str | None) -> list[tuple[int, str]]:
    """Id and topic of messages, oldest first; not of what was damaged, as that holds no message."""
    where, values = _where({"project = ?": project, "reason = ?": reason, "reason != ?": Reason.DAMAGED})
    query = f"SELECT id, topic FROM rejected {where} ORDER BY id"  # noqa: S608 (names of ours)
    return db.execute(query, values).fetchall()


def _where(conditions: dict[str, object]) -> tuple[str, tuple[object, ...]]:
    given = {condition: value for condition, value in conditions.items() if value is not None}
    return f"WHERE {' AND '.join(given)}" if given else "", tuple(given.values())


def _rest(r: Rejected) -> tuple[str, str, str, int, bool]:
    return r.reason, r.detail, r.site_version, r.packet_id, r.retain


def _rejected(row: tuple[Any, ...]) -> Rejected:
    kept = Rejected(*row)
    cut = kept.payload_bytes if kept.payload_bytes != len(kept.payload) else None
    return replace(kept, reason=Reason(kept.reason), retain=bool(kept.retain), payload_bytes=cut)
