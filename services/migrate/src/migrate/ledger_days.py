"""The part of the ledger that verifying fills: what each side holds of each series on each day."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from hdh.model import Span
from migrate.checksum import DAY_MS, Stats
from migrate.ledger import Ledger, Side

_COLUMNS = "count, first, last, low, high, sum, checksum"
_SUM_TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True)
class DayPair:
    """A day of a series on both sides; None where a side holds nothing."""

    series: int
    day: int
    source: Stats | None
    destination: Stats | None

    @property
    def is_equal(self) -> bool:
        """Whether the destination holds what the source holds."""
        a, b = self.source, self.destination
        if a is None or b is None:
            return a is b
        exact = (a.count, a.first, a.last, a.low, a.high, a.checksum) == (
            b.count,
            b.first,
            b.last,
            b.low,
            b.high,
            b.checksum,
        )
        return exact and _near(a, b)


class Days:
    """Days in a ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def clear(self) -> None:
        """Forget what an earlier look found."""
        self._ledger.execute("DELETE FROM day")

    def add(self, side: Side, found: dict[tuple[int, int], Stats]) -> None:
        """Take what a chunk holds to what is known already."""
        known = f"SELECT {_COLUMNS} FROM day WHERE series = ? AND day = ? AND side = ?"  # noqa: S608 (names of ours)
        for (series, day), stats in found.items():
            whole = stats
            if (row := self._ledger.execute(known, (series, day, side)).fetchone()) is not None:
                whole = _stats(row)
                whole.add(stats)
            self._ledger.execute(
                "INSERT OR REPLACE INTO day (series, day, side, count, first, last, low, high, sum, checksum) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (series, day, side, *_row(whole)),
            )

    def spans(self) -> dict[int, Span]:
        """The whole days that the source's readings of each series span."""
        query = "SELECT series, MIN(day), MAX(day) FROM day WHERE side = 'source' GROUP BY series"
        rows = self._ledger.execute(query)
        return {series: Span(first * DAY_MS, (last + 1) * DAY_MS) for series, first, last in rows}

    def pairs(self) -> Iterator[DayPair]:
        """All days of all series, by series and day."""
        query = f"SELECT series, day, side, {_COLUMNS} FROM day ORDER BY series, day"  # noqa: S608 (as above)
        at: tuple[int, int] | None = None
        sides: dict[str, Stats] = {}
        for series, day, side, *row in self._ledger.execute(query):
            if at is not None and at != (series, day):
                yield DayPair(*at, sides.get("source"), sides.get("destination"))
                sides = {}
            at = (series, day)
            sides[side] = _stats(row)
        if at is not None:
            yield DayPair(*at, sides.get("source"), sides.get("destination"))


def _near(a: Stats, b: Stats) -> bool:
    """Whether two sums are equal but for the order in which they were added up."""
    if a.total is None or b.total is None:
        return a.total is b.total
    size = max(abs(a.low or 0.0), abs(a.high or 0.0)) * a.count
    return math.isclose(a.total, b.total, rel_tol=_SUM_TOLERANCE, abs_tol=_SUM_TOLERANCE * size)


def _stats(row: list[object] | tuple[object, ...]) -> Stats:
    stats = Stats(*row)
    stats.checksum %= 2**64
    return stats


def _row(stats: Stats) -> tuple[object, ...]:
    signed = stats.checksum - 2**64 if stats.checksum >= 2**63 else stats.checksum
    return stats.count, stats.first, stats.last, stats.low, stats.high, stats.total, signed
