"""Finds the second reading of a series in one millisecond: within a chunk, and against the chunks before it."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hdh.model import Series
from migrate.batch import BadRow
from migrate.convert import Part, has
from migrate.ledger import Ledger

_NONE = -(2**62)


class Seen:
    """Which times of which series have come. Chunks come in the order of their numbers.

    Args:
        ledger: knows what the chunks before brought.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._ids: dict[Series, int] = {}
        self._last_before: dict[int, int] = {}
        self._number = 0
        self._now: dict[int, list[NDArray[np.int64]]] = {}
        self._last_now: dict[int, int] = {}

    def begin(self, number: int) -> None:
        """A chunk begins; those with smaller numbers are in the ledger."""
        for series, last in self._ledger.last_times(self._number, number).items():
            self._last_before[series] = max(last, self._last_before.get(series, _NONE))
        self._number = number
        self._now, self._last_now = {}, {}

    def forget(self) -> None:
        """What the ledger did not keep came to nothing."""
        self._ids.clear()
        self._last_before.clear()
        self._number = 0

    def brought(self) -> dict[int, NDArray[np.int64]]:
        """What this chunk brought: times, ascending, by series."""
        found = {}
        for series, pieces in self._now.items():
            times = np.concatenate(pieces)
            times.sort()
            found[series] = times
        return found

    def only_first(self, part: Part) -> tuple[Part, list[BadRow]]:
        """The part without readings whose millisecond is taken, and these as bad rows."""
        fields: dict[str, NDArray[Any]] = {}
        bad: list[BadRow] = []
        for name, values in part.columns.fields.items():
            series = self.id_of(part, name)
            found = has(values)
            every = bool(found.all())
            times = part.columns.time if every else part.columns.time[found]
            if not len(times):
                continue
            double = self._doubles(series, times)
            if double is not None:
                at = np.flatnonzero(found)[double]
                bad += [_bad(part, name, int(index)) for index in at]
                times = np.delete(times, double)
                fields[name] = values.copy()
                fields[name][at] = None if values.dtype == np.object_ else np.nan
            else:
                fields[name] = values
            if len(times):
                self._now.setdefault(series, []).append(times)
                self._last_now[series] = max(int(times.max()), self._last_now.get(series, _NONE))
        return replace(part, columns=replace(part.columns, fields=fields)), bad

    def id_of(self, part: Part, field: str) -> int:
        """The ledger's number of a series."""
        place = part.columns.place
        series = Series(part.project, place.house, place.room, place.device, field)
        if series not in self._ids:
            self._ids[series] = self._ledger.series_id(series)
        return self._ids[series]

    def _doubles(self, series: int, times: NDArray[np.int64]) -> NDArray[np.int64] | None:
        """The positions of times that are taken, None for none."""
        ascending = len(times) == 1 or bool((np.diff(times) > 0).all())
        newest = max(self._last_now.get(series, _NONE), self._last_before.get(series, _NONE))
        first = int(times[0] if ascending else times.min())
        if ascending and first > newest:
            return None
        order = np.argsort(times, kind="stable")
        again = np.zeros(len(times), np.bool_)
        again[order[1:]] = np.diff(times[order]) == 0
        last = int(times.max())
        before = list(self._now.get(series, ()))
        if first <= self._last_before.get(series, _NONE):
            before += self._ledger.times_before(series, self._number, first, last)
        for piece in before:
            again |= np.isin(times, piece)
        return np.flatnonzero(again) if again.any() else None


def _bad(part: Part, name: str, index: int) -> BadRow:
    place = part.columns.place
    time = int(part.columns.time[index])
    detail = (
        f"{place.house}/{place.room}/{place.device} has a reading of {name} at {time} ms already; the first one stays. "
        "Map one of them to another name or place if both are wanted."
    )
    return BadRow(int(part.rows[index]), "duplicate", detail, f"{name}={part.columns.fields[name][index]}"[:200])
