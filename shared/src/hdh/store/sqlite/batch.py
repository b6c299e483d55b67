"""From points to rows: what is sound is sorted for its tables, what is not is refused, each point by itself."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import TypeAlias

from hdh.model import ALL_TIME, Place, Point
from hdh.soundness import check_point
from hdh.store.interface import Refusal
from hdh.times import spell

NumberRow: TypeAlias = tuple[int, int, float]
TextRow: TypeAlias = tuple[int, int, str]
Ids: TypeAlias = dict[str, int]
FindId: TypeAlias = Callable[[str, Place, str], int]

_LARGEST = sys.float_info.max
_NOTHING: Ids = {}
_BY_SERIES = itemgetter(0)
_BY_SERIES_AND_TIME = itemgetter(0, 1)


@dataclass(slots=True)
class SeriesIds:
    """The ids of one project's series that were met: by measurement and place, then by field."""

    numbers: dict[tuple[str, Place], Ids] = field(default_factory=dict)
    texts: dict[tuple[str, Place], Ids] = field(default_factory=dict)

    @property
    def places(self) -> int:
        """How many are remembered."""
        return len(self.numbers) + len(self.texts)


@dataclass(slots=True)
class Batch:
    """The rows of one write; within a series ascending by time, of equal times the last one given counts.

    Attributes:
        numbers: rows of numbers.
        texts: rows of text.
        refusals: the points that have no row.
        earliest: no row is of an earlier time.
    """

    numbers: list[NumberRow] = field(default_factory=list)
    texts: list[TextRow] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    earliest: int = ALL_TIME.stop

    @property
    def newest(self) -> list[NumberRow | TextRow]:
        """The newest row of each series."""
        rows: dict[int, NumberRow | TextRow] = {row[0]: row for row in self.numbers}
        rows.update((row[0], row) for row in self.texts)
        return list(rows.values())


def to_rows(points: Sequence[Point], ids: SeriesIds, find_id: FindId, oldest: int) -> Batch:
    """Turn points into rows.

    Args:
        points: what is to be written.
        ids: the project's series that are known already.
        find_id: gives a series its id when it is met for the first time.
        oldest: the first time within the project's retention.
    """
    batch = Batch()
    numbers, newest, in_order, earliest = batch.numbers, ALL_TIME.start, True, batch.earliest
    for index, point in enumerate(points):
        time, fields = point.time, point.fields
        if not oldest <= time < ALL_TIME.stop or type(time) is not int:
            batch.refusals.append(_refuse_time(index, time, oldest))
            continue
        known = ids.numbers.get((point.measurement, point.place), _NOTHING)
        try:
            # The usual point: every field is a finite number of a series that was met before.
            rows = [
                (known[name], time, value)
                for name, value in fields.items()
                if type(value) is float and -_LARGEST <= value <= _LARGEST
            ]
        except KeyError:
            rows = []
        if rows and len(rows) == len(fields):
            numbers += rows
        else:
            _add_unusual(batch, index, point, ids, find_id)
        in_order = in_order and newest <= time
        newest = time
        earliest = min(earliest, time)
    batch.earliest = earliest
    # Sorting keeps the order of arrival among equals, so the last one given is written last.
    numbers.sort(key=_BY_SERIES if in_order else _BY_SERIES_AND_TIME)
    batch.texts.sort(key=_BY_SERIES_AND_TIME)
    return batch


def _refuse_time(index: int, time: object, oldest: int) -> Refusal:
    if type(time) is not int or not ALL_TIME.start <= time < ALL_TIME.stop:
        return Refusal(index, "store", f"the time {time!r} is not one that a store holds")
    return Refusal(
        index, "expired", f"the time {spell(time)} is before {spell(oldest)}, where the project's retention begins"
    )


def _add_unusual(batch: Batch, index: int, point: Point, ids: SeriesIds, find_id: FindId) -> None:
    """Add a point with text, with whole numbers, of a series not met before, or refuse it."""
    key = (point.measurement, point.place)
    try:
        check_point(point)
    except ValueError as error:
        batch.refusals.append(Refusal(index, "store", str(error)))
        return
    for name, value in point.fields.items():
        known = (ids.texts if isinstance(value, str) else ids.numbers).setdefault(key, {})
        if name not in known:
            known[name] = find_id(*key, name)
        if isinstance(value, str):
            batch.texts.append((known[name], point.time, value))
        else:
            batch.numbers.append((known[name], point.time, float(value)))
