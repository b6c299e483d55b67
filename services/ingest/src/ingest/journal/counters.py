"""What became of the messages of a journal, in numbers. Called by the state, under its lock."""

from collections import Counter
from collections.abc import Iterable, Mapping
from sqlite3 import Connection
from typing import TypeAlias

from ingest.journal.interface import Move, Totals

Count: TypeAlias = tuple[str, str, str, int]
"""Project, outcome, reason, and how many. An outcome is of messages, but where it is `points`."""

_ADD = "INSERT INTO counts VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET count = count + excluded.count"


def counts_of(moves: Mapping[str, Move]) -> list[Count]:
    """What moves of projects add to the counters."""
    counts: list[Count] = []
    for project, move in moves.items():
        counts += [(project, "written", "", move.written), (project, "points", "", move.points)]
        counts += [(project, "ignored", reason, count) for reason, count in move.ignored.items()]
        counts += [(kept.project, "rejected", kept.reason, 1) for kept in move.rejected]
    return [count for count in counts if count[-1]]


def add(db: Connection, counts: Iterable[Count]) -> None:
    """Add to the counters."""
    db.executemany(_ADD, counts)


def counted(db: Connection) -> int:
    """How many messages are counted, whatever became of them."""
    return db.execute("SELECT sum(count) FROM counts WHERE outcome != 'points'").fetchone()[0] or 0


def rows(db: Connection) -> list[Count]:
    """All counters."""
    return db.execute("SELECT project, outcome, reason, count FROM counts").fetchall()


def totals(counts: Iterable[Count]) -> Totals:
    """The sums of these; `received` is left at 0 for the one who knows the log."""
    sums: Counter[tuple[str, str, str]] = Counter()
    for project, outcome, reason, count in counts:
        sums[project, outcome, reason] += count
    there = [(*key, count) for key, count in sums.items() if count]
    return Totals(
        written={project: count for project, outcome, _, count in there if outcome == "written"},
        rejected={(project, reason): count for project, outcome, reason, count in there if outcome == "rejected"},
        ignored={(project, reason): count for project, outcome, reason, count in there if outcome == "ignored"},
        points={project: count for project, outcome, _, count in there if outcome == "points"},
        received=0,
    )
