"""From the source's columns to the store's: catalogue, placing and checks as for live data; every change is counted."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hdh.model import TEXT_SUFFIX, Place
from hdh.site import Site
from hdh.soundness import is_unicode
from hdh.store.columns import has
from hdh.store.interface import Columns
from hdh.times import spell
from ingest.decoders.fields import add_reading
from ingest.lane import check_time
from ingest.message import Fault
from migrate.batch import BadRow, Batch, Column, Labels, weight_of
from migrate.mapping.load import Mapping
from migrate.mapping.rules import Rules, Skipped, Target, Unmapped, with_field

MS = 1_000_000
_EXACT = 2**53
_MOST_SINGLE = 1_000

CHANGES = {
    "times_cut": "times cut to whole milliseconds",
    "integers": "integers written as floats",
    "integers_rounded": "integers beyond 2^53 rounded",
    "booleans": "booleans written as 0 and 1",
    "texts_to_numbers": "texts read as numbers",
    "converted": "values converted by unit, scale or offset",
}
"""What may change on the way, by the name under which it is counted."""

LEFT = {
    "skipped": "left where they are, as the mapping says",
    "filtered": "left where they are, as a filter of the mapping says",
    "expired": "older than the project's retention",
}
"""Readings that do not go on and are no error, by the name under which they are counted."""


@dataclass(frozen=True, slots=True)
class Part:
    """Readings of one place, ready for the store.

    Attributes:
        project: where they go.
        columns: what is written.
        rows: of each row, its number in the source.
    """

    project: str
    columns: Columns
    rows: NDArray[np.int64]

    def count(self) -> int:
        """How many readings."""
        return sum(int(np.count_nonzero(has(values))) for values in self.columns.fields.values())

    @property
    def weight(self) -> int:
        """What it takes of memory; see `Batch.weight`."""
        return weight_of(len(self.rows), len(self.columns.fields))


class Converter:
    """Converts batches. What it does depends on the batch, the mapping, the site file and `now` alone.

    Args:
        mapping: the mapping file.
        site: the site file.
        now: epoch ms, when the migration began: times are checked against it.

    Attributes:
        counts: how many readings changed or were left, by the names of CHANGES and LEFT.
    """

    def __init__(self, mapping: Mapping, site: Site, now: int) -> None:
        self.counts: Counter[str] = Counter()
        self._rules = Rules(mapping.entry, site)
        self._now = now
        self._bounds = mapping.bounds()

    def convert(self, batch: Batch) -> Iterator[Part | BadRow]:
        """What a batch comes to."""
        batch = self._within_bounds(batch)
        if not len(batch.rows):
            return
        groups: dict[tuple[int, str, Labels], list[tuple[Target, str, Column]]] = {}
        targets = self._rules.find(batch.labels, tuple(batch.fields))
        for (name, column), target in zip(batch.fields.items(), targets, strict=True):
            if isinstance(target, Skipped):
                self.counts["skipped"] += column.count()
            elif isinstance(target, Unmapped):
                row = int(batch.rows[0])
                series = ", ".join(f"{key}={text}" for key, text in with_field(batch.labels, name))
                yield BadRow(row, "mapping", target.detail, series[:200], column.count())
            else:
                where = (id(target.project), target.measurement, target.stand.place)
                groups.setdefault(where, []).append((target, name, column))  # type: ignore[arg-type]
        for members in groups.values():
            yield from self._group(batch, members)

    def _within_bounds(self, batch: Batch) -> Batch:
        start, stop = self._bounds
        if start is None and stop is None:
            return batch
        time = batch.time // MS
        inside = np.ones(len(time), np.bool_)
        if start is not None:
            inside &= time >= start
        if stop is not None:
            inside &= time < stop
        if inside.all():
            return batch
        self.counts["filtered"] += sum(taken(column, ~inside).count() for column in batch.fields.values())
        fields = {name: taken(column, inside) for name, column in batch.fields.items()}
        return Batch(batch.labels, batch.rows[inside], batch.time[inside], fields)

    def _group(self, batch: Batch, members: list[tuple[Target, str, Column]]) -> Iterator[Part | BadRow]:
        """The fields of one project, measurement and place."""
        first = members[0][0]
        time = batch.time // MS
        good, bad = self._check_times(first, batch, time, members)
        yield from bad
        rows = batch.rows
        inexact = batch.time % MS != 0
        if good is not None:
            time, rows, inexact = time[good], rows[good], inexact[good]
            members = [(target, name, taken(column, good)) for target, name, column in members]
        if not len(rows):
            return
        fields: dict[str, NDArray[Any]] = {}
        cut = bool(inexact.any())
        for target, name, column in members:
            made, faults = self._values(target, name, column, rows)
            yield from faults
            for field, values in made.items():
                if cut:
                    self.counts["times_cut"] += int(np.count_nonzero(inexact & has(values)))
                if field in fields:
                    # Two fields of one row mean the same quantity: the second goes its own way and is found there.
                    yield from self._placed(first, time, rows, {field: values})
                else:
                    fields[field] = values
        yield from self._placed(first, time, rows, fields)

    def _placed(
        self, target: Target, time: NDArray[np.int64], rows: NDArray[np.int64], fields: dict[str, NDArray[Any]]
    ) -> Iterator[Part]:
        if not fields:
            return
        for place, chosen in _places(target, time):
            columns = Columns(target.measurement, place, time, fields)
            if chosen is None:
                yield Part(target.project.id, columns, rows)
            elif chosen.any():
                own = {name: values[chosen] for name, values in fields.items()}
                yield Part(target.project.id, replace(columns, time=time[chosen], fields=own), rows[chosen])

    def _check_times(
        self, target: Target, batch: Batch, time: NDArray[np.int64], members: list[tuple[Target, str, Column]]
    ) -> tuple[NDArray[np.bool_] | None, list[BadRow]]:
        """Which rows have a time that live data may have, None for all; and what is wrong with the others."""
        project = target.project
        earliest = project.clock_earliest
        if project.retention is not None:
            earliest = max(earliest, self._now - project.retention)
        good = (time >= earliest) & (time <= self._now + project.clock_ahead)
        if good.all():
            return None, []
        bad: list[BadRow] = []
        outside = np.flatnonzero(~good)
        counts = sum((taken(c, ~good).present_or_all().astype(np.int64) for _, _, c in members), np.zeros(1, np.int64))
        for index, count in zip(outside.tolist(), counts.tolist(), strict=True):
            fault = check_time(project, int(time[index]), self._now)
            reason = "clock" if fault is None else str(fault.reason)
            if reason == "expired":
                self.counts["expired"] += count
                continue
            detail = f"time {spell(int(time[index]))} is out of reason." if fault is None else fault.detail
            bad.append(BadRow(int(batch.rows[index]), reason, detail, "", count))
        return good, bad

    def _values(
        self, target: Target, name: str, column: Column, rows: NDArray[np.int64]
    ) -> tuple[dict[str, NDArray[Any]], list[BadRow]]:
        """A field's values as the store holds them."""
        if column.kind == "text":
            return self._texts(target, name, column, rows)
        if not target.field.numeric:
            detail = (
                f"numbers cannot go to {target.raw!r}: names in {TEXT_SUFFIX} are for text. Map it to another name."
            )
            return {}, [BadRow(int(rows[0]), "type", detail, name, column.count())]
        values = column.values.astype(np.float64, copy=False)
        if column.present is None and column.kind == "float" and target.keeps_values and np.isfinite(values).all():
            return {target.field.name: values}, []  # nearly always
        shown = column.present_or_all()
        self._count_kind(column, shown)
        bad: list[BadRow] = []
        infinite = shown & ~np.isfinite(values)
        if infinite.any():
            detail = f"{name} is not finite. No reading can be so; leave it out."
            bad += [BadRow(row, "type", detail, name) for row in rows[infinite].tolist()[:_MOST_SINGLE]]
            if (more := int(np.count_nonzero(infinite)) - _MOST_SINGLE) > 0:
                bad.append(BadRow(0, "type", f"{name} is not finite in more rows.", name, more))
            shown = shown & ~infinite
        if (target.factor, target.offset) != (1.0, 0.0):
            values = values * target.factor + target.offset
            self.counts["converted"] += int(np.count_nonzero(shown))
        if target.low is not None or target.high is not None:
            inside = (values >= (target.low if target.low is not None else -np.inf)) & (
                values <= (target.high if target.high is not None else np.inf)
            )
            self.counts["filtered"] += int(np.count_nonzero(shown & ~inside))
            shown = shown & inside
        if not shown.all():
            values = np.where(shown, values, np.nan)
        return {target.field.name: values}, bad

    def _count_kind(self, column: Column, shown: NDArray[np.bool_]) -> None:
        if column.kind == "boolean":
            self.counts["booleans"] += int(np.count_nonzero(shown))
        elif column.kind in {"integer", "unsigned"}:
            self.counts["integers"] += int(np.count_nonzero(shown))
            large = column.values[shown & (np.abs(column.values.astype(np.float64)) >= _EXACT)]
            if len(large):
                back = [int(float(value)) != value for value in large.tolist()]
                self.counts["integers_rounded"] += sum(back)

    def _texts(
        self, target: Target, name: str, column: Column, rows: NDArray[np.int64]
    ) -> tuple[dict[str, NDArray[Any]], list[BadRow]]:
        """Texts: what live data would make of them, each different text looked at once."""
        made: dict[str, NDArray[Any]] = {}
        bad: list[BadRow] = []
        known: dict[str, tuple[str, float | str] | Fault] = {}
        for index in np.flatnonzero(column.present_or_all()).tolist():
            text = str(column.values[index])
            if text not in known:
                known[text] = _read_text(target.raw, text)
            found = known[text]
            if isinstance(found, Fault):
                bad.append(BadRow(int(rows[index]), str(found.reason), found.detail, f"{name}={text}"[:200]))
                continue
            field, value = found
            if isinstance(value, str):
                made.setdefault(field, np.full(len(rows), None, np.object_))[index] = value
            else:
                self.counts["texts_to_numbers"] += 1
                made.setdefault(field, np.full(len(rows), np.nan))[index] = value * target.factor + target.offset
        return made, bad


def taken(column: Column, chosen: NDArray[np.bool_]) -> Column:
    """Some rows of a column."""
    present = None if column.present is None else column.present[chosen]
    return Column(column.kind, column.values[chosen], present)


def _read_text(raw: str, text: str) -> tuple[str, float | str] | Fault:
    fields: dict[str, float | str] = {}
    faults: list[Fault] = []
    if not is_unicode(text):
        text = text.encode("utf-8", "replace").decode()
    add_reading(fields, faults, raw, text)
    return faults[0] if faults else next(iter(fields.items()))


def _places(target: Target, time: NDArray[np.int64]) -> Iterator[tuple[Place, NDArray[np.bool_] | None]]:
    """Where the readings belong by their times; None: all of them."""
    stand = target.stand
    if not stand.assigned:
        yield stand.place, None
        return
    left = np.ones(len(time), np.bool_)
    for assignment, place in stand.assigned:
        inside = left.copy()
        if assignment.start is not None:
            inside &= time >= assignment.start
        if assignment.stop is not None:
            inside &= time < assignment.stop
        left &= ~inside
        yield place, inside
    yield stand.place, left
