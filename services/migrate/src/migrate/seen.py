"""Finds the second reading of a series in one millisecond: within a chunk, and against the chunks before it."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hdh.model import Series
from hdh.store.columns import has, without
from migrate.batch import BadRow
from migrate.convert import Part
from migrate.ledger import Ledger

_NONE = -(2**62)
_MOST_IDS = 20_000


class Seen:
    """Which times of which series have come. Chunks come in the order of their numbers.

    Args:
        ledger: knows what the chunks before brought.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._ids: dict[Series, int] = {}
        # By the series' number: there may be a million.
        self._last_before = np.empty(0, np.int64)
        self._number = 0
        self._now: dict[int, tuple[_Times, ...]] = {}

    def begin(self, number: int) -> None:
        """A chunk begins; those with smaller numbers are in the ledger."""
        series, last = self._ledger.last_times(self._number, number)
        known = np.full(max(len(self._last_before), int(series.max(initial=-1)) + 1), _NONE)
        known[: len(self._last_before)] = self._last_before
        known[series] = np.maximum(known[series], last)
        self._last_before = known
        self._number = number
        self._now = {}

    def forget(self) -> None:
        """What the ledger did not keep came to nothing."""
        self._ids.clear()
        self._last_before = np.empty(0, np.int64)
        self._number = 0

    def brought(self) -> Iterator[tuple[list[int], NDArray[np.int64]]]:
        """What this chunk brought: series that have the same times, and these, ascending."""
        alike: dict[tuple[int, ...], list[int]] = {}
        for series, pieces in self._now.items():
            alike.setdefault(tuple(map(id, pieces)), []).append(series)
        for group in alike.values():
            times = np.concatenate([piece.times for piece in self._now[group[0]]])
            times.sort()
            yield group, times

    def only_first(self, part: Part) -> tuple[Part, list[BadRow]]:
        """The part without readings whose millisecond is taken, and these as bad rows."""
        fields: dict[str, NDArray[Any]] = {}
        bad: list[BadRow] = []
        columns = part.columns
        whole = _Times(columns.time) if len(columns) else None
        for name, values in columns.fields.items():
            there = has(values)
            if whole is None or not (count := np.count_nonzero(there)):
                continue
            new = whole if count == len(columns) else _Times(columns.time[there])
            series = self.id_of(part, name)
            double = self._doubles(series, new)
            if double is None:
                fields[name] = values
                self._add(series, new)
                continue
            at = np.flatnonzero(there)[double].tolist()
            bad += [_bad(part, name, index) for index in at]
            fields[name] = without(values, at)
            if len(at) < count:
                self._add(series, _Times(np.delete(new.times, double)))
        if bad or len(fields) < len(columns.fields):
            part = replace(part, columns=replace(columns, fields=fields))
        return part, bad

    def id_of(self, part: Part, field: str) -> int:
        """The ledger's number of a series."""
        place = part.columns.place
        series = Series(part.project, place.house, place.room, place.device, field)
        number = self._ids.get(series)
        if number is None:
            number = self._ledger.series_id(series)
            # Series come in turns: of too many, those that are known stay known.
            if len(self._ids) < _MOST_IDS:
                self._ids[series] = number
        return number

    def _add(self, series: int, new: "_Times") -> None:
        known = self._now.get(series)
        # Fields of the same rows share a tuple: of thousands of series, lists would be a lot to hold.
        self._now[series] = new.alone if known is None else known + new.alone

    def _doubles(self, series: int, new: "_Times") -> NDArray[np.int64] | None:
        """The positions of times that are taken, None for none."""
        before_now = int(self._last_before[series]) if series < len(self._last_before) else _NONE
        now = self._now.get(series, ())
        newest = max([before_now, *[piece.last for piece in now]])
        if new.is_ascending and new.first > newest:
            return None
        times = new.times
        order = np.argsort(times, kind="stable")
        again = np.zeros(len(times), np.bool_)
        again[order[1:]] = np.diff(times[order]) == 0
        before = [piece.times for piece in now]
        if new.first <= before_now:
            before += self._ledger.times_before(series, self._number, new.first, new.last)
        for piece in before:
            again |= np.isin(times, piece)
        return np.flatnonzero(again) if again.any() else None


class _Times:
    """Times of some rows, at least one, and what is asked of them again and again."""

    __slots__ = ("alone", "first", "is_ascending", "last", "times")

    def __init__(self, times: NDArray[np.int64]) -> None:
        self.times = times
        self.alone = (self,)
        self.is_ascending = bool((times[1:] > times[:-1]).all())
        self.first = int(times[0] if self.is_ascending else times.min())
        self.last = int(times[-1] if self.is_ascending else times.max())


def _bad(part: Part, name: str, index: int) -> BadRow:
    place = part.columns.place
    time = int(part.columns.time[index])
    detail = (
        f"{place.house}/{place.room}/{place.device} has a reading of {name} at {time} ms already; the first one stays. "
        "Map one of them to another name or place if both are wanted."
    )
    return BadRow(int(part.rows[index]), "duplicate", detail, f"{name}={part.columns.fields[name][index]}"[:200])
