"""Keeping what was summed up: a day is claimed, read and kept; a change of its readings takes the claim away."""

import secrets
import threading
from collections.abc import Callable, Iterable, Iterator
from sqlite3 import Connection
from time import monotonic
from typing import TypeAlias

import numpy as np
import structlog

from hdh.errors import Misconfigured, Retryable
from hdh.model import Span
from hdh.store.sqlite.database import Database
from hdh.store.sqlite.days import DAY_MS, row_of
from hdh.store.sqlite.rollups import Blobs, pack
from hdh.store.url import SqliteUrl
from hdh.store.windowed import Readings
from hdh.times import now_ms

Read: TypeAlias = Callable[[Span], Iterator[Readings]]

_GRACE_MS = 600_000
"""Readings come late by minutes: a day is not summed up in the first ones after its end."""

_BUSY_SECONDS = 0.5
_PAUSE_SECONDS = 5.0
"""After a failure the next one is not looked for at once: queries need not wait for each."""

_TOKEN_BITS = 62

_CLAIM = (
    "INSERT INTO rollup (id, claim) VALUES (?, ?) "
    "ON CONFLICT (id) DO UPDATE SET claim = excluded.claim WHERE claim IS NOT NULL"
)
_KEEP = "UPDATE rollup SET claim = NULL, readings = ?, moments = ?, extremes = ?, ends = ? WHERE id = ? AND claim = ?"

_log = structlog.get_logger()


class Builder:
    """Keeps days on a connection of its own; what goes wrong with it is logged, and no query fails for it.

    Safe for several threads, and beside writers and builders in other processes: a writer forgets the claim of a day
    in the transaction that changes its readings, and only what is still claimed is kept.
    """

    def __init__(self, url: SqliteUrl, clock: Callable[[], int] = now_ms) -> None:
        # What a power cut takes back is summed up again.
        self._database = Database(url, busy_seconds=_BUSY_SECONDS, durable=False)
        self._clock = clock
        self._lock = threading.Lock()
        self._not_before = 0.0

    @property
    def settled(self) -> int:
        """The first day (since 1970) that is not over."""
        return (self._clock() - _GRACE_MS) // DAY_MS

    def build(self, series: int, days: range, read: Read) -> Iterator[Readings]:
        """Hand on the readings of some days, and keep the days summed up, if that can be done now."""
        chunks = read(Span(days.start * DAY_MS, days.stop * DAY_MS))
        claim = secrets.randbits(_TOKEN_BITS)
        if not self._claim(series, days, claim):
            yield from chunks
            return
        kept: dict[int, Blobs] = {}
        for time, value in by_day(chunks):
            day = int(time[0]) // DAY_MS
            kept[day] = pack(day, time, value)
            yield time, value
        self._keep(series, days, claim, kept)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._database.close()

    def _claim(self, series: int, days: range, claim: int) -> bool:
        def work(connection: Connection) -> None:
            # From here on writers look for days that a late reading changes.
            connection.execute("UPDATE rollup_end SET until = max(until, ?)", (days.stop * DAY_MS,))
            connection.executemany(_CLAIM, [(row_of(series, day), claim) for day in days])

        return self._attempt(work)

    def _keep(self, series: int, days: range, claim: int, kept: dict[int, Blobs]) -> None:
        def work(connection: Connection) -> None:
            connection.executemany(_KEEP, [(*blobs, row_of(series, day), claim) for day, blobs in kept.items()])
            # Days without readings are not kept.
            rows = row_of(series, days.start), row_of(series, days.stop - 1)
            connection.execute("DELETE FROM rollup WHERE id BETWEEN ? AND ? AND claim = ?", (*rows, claim))

        self._attempt(work)

    def _attempt(self, work: Callable[[Connection], None]) -> bool:
        """Work in a transaction, but not where one failed a while ago; whether it came to its end."""
        with self._lock:
            if monotonic() < self._not_before:
                return False
            try:
                with self._database.transaction() as connection:
                    work(connection)
            except (Retryable, Misconfigured) as error:
                self._not_before = monotonic() + _PAUSE_SECONDS
                _log.warning("rollups_not_kept", error=str(error))
                return False
            return True


def by_day(chunks: Iterable[Readings]) -> Iterator[Readings]:
    """Readings in ascending chunks as one chunk for each day (UTC) that holds any."""
    rest: list[Readings] = []
    for time, value in chunks:
        cuts = np.flatnonzero(np.diff(time // DAY_MS)) + 1
        for part in zip(np.split(time, cuts), np.split(value, cuts), strict=True):
            if rest and part[0][0] // DAY_MS != rest[-1][0][-1] // DAY_MS:
                yield _joined(rest)
                rest = []
            rest.append(part)
    if rest:
        yield _joined(rest)


def _joined(parts: list[Readings]) -> Readings:
    return np.concatenate([time for time, _ in parts]), np.concatenate([value for _, value in parts])
