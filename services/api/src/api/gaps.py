"""When readings of a series are expected, how many, and where they are missing for longest."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from api.answers import Times
from hdh.model import Series, Span
from hdh.site import Device


@dataclass(frozen=True, slots=True)
class Expectation:
    """The time in which readings are expected.

    Attributes:
        span: from the range's start, or the series' first reading where that is later, until the range's end or now.
        away: spans in which the device stood elsewhere, ascending.
    """

    span: Span
    away: tuple[Span, ...] = ()

    def elapsed(self, times: Times) -> NDArray[np.int64]:
        """How much of it lies before each time, in milliseconds."""
        start, stop = self.span.start, self.span.stop
        passed = np.clip(times, start, stop) - start
        for span in self.away:
            low, high = np.clip((span.start, span.stop), start, stop)
            passed = passed - (np.clip(times, low, high) - low)
        return np.asarray(passed)

    def counts(self, edges: Times, interval: int) -> NDArray[np.int64]:
        """How many readings are expected between neighbouring edges: one at its start, then one each interval."""
        return np.diff(-(-self.elapsed(edges) // interval))


def away(device: Device | None, series: Series) -> tuple[Span, ...]:
    """The spans in which the site file has the device in another place than the series."""
    assignments = device.assignments if device else ()
    return tuple(
        Span(-(2**53) if each.start is None else each.start, 2**53 if each.stop is None else each.stop)
        for each in assignments
        if (each.house, each.room) != (series.house, series.room)
    )


@dataclass(frozen=True, slots=True)
class GapFound:
    """A stretch without readings: from the one before until the one after, or to the range's edge."""

    start: int
    stop: int
    missing: int


class Silences:
    """The longest silences of one series.

    Args:
        expectation: only expected time counts.
        most: how many are kept.
    """

    def __init__(self, expectation: Expectation, most: int) -> None:
        self._expectation = expectation
        self._most = most
        self._last: int | None = None
        self._first: int | None = None
        # Columns: expected time in it, start, stop.
        self._found: NDArray[np.int64] = np.empty((0, 3), np.int64)

    def add(self, times: Times) -> NDArray[np.int64]:
        """Take more readings' times, ascending, and return their distances, each to the one before it."""
        if self._last is None:
            self._first = int(times[0])
        else:
            times = np.concatenate(([self._last], times))
        self._last = int(times[-1])
        silent = np.diff(self._expectation.elapsed(times))
        self._keep(np.column_stack((silent, times[:-1], times[1:])))
        return np.diff(times)

    def gaps(self, interval: int) -> list[GapFound]:
        """Those in which at least one reading is missing, longest first."""
        rows = [(silent, start, stop, _between(silent, interval)) for silent, start, stop in self._found.tolist()]
        missed = [(row[0], GapFound(*row[1:])) for row in [*rows, *self._edges(interval)] if row[3] > 0]
        missed.sort(key=lambda each: (-each[0], each[1].start))
        return [gap for _, gap in missed[: self._most]]

    def _edges(self, interval: int) -> list[tuple[int, int, int, int]]:
        """What is silent before the first reading and after the last."""
        start, stop = self._expectation.span.start, self._expectation.span.stop
        if self._first is None or self._last is None:
            silent = self._silent(start, stop)
            return [(silent, start, stop, -(-silent // interval))]
        before, after = self._silent(start, self._first), self._silent(self._last, stop)
        return [
            (before, start, self._first, before // interval),
            (after, self._last, stop, _between(after, interval)),
        ]

    def _silent(self, start: int, stop: int) -> int:
        before, after = self._expectation.elapsed(np.array([start, stop], np.int64)).tolist()
        return int(after - before)

    def _keep(self, rows: NDArray[np.int64]) -> None:
        found = np.concatenate((self._found, rows))
        if len(found) > self._most:
            found = found[np.argsort(-found[:, 0], kind="stable")[: self._most]]
        self._found = found


def _between(silent: int, interval: int) -> int:
    """How many readings fit in between: none where the next is late by less than half an interval."""
    return (2 * silent + interval) // (2 * interval) - 1
