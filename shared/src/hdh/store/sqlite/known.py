"""The series that a reader has seen in a file, looked up anew only where some came or went."""

import sqlite3
from collections.abc import Iterable
from typing import TypeAlias

from hdh.model import OTHER, Series
from hdh.quantities import Catalogue, catalogue
from hdh.store.interface import Selection
from hdh.store.sqlite.projects import SeriesRow, find_project, find_series

Grouped: TypeAlias = tuple[tuple[Series, tuple[SeriesRow, ...]], ...]
"""Series, sorted, each with its rows; its own measurement's stands before the others that it is found in."""

# Ids only grow and no row is ever changed, so these two tell of each that came or went.
_STATE = "SELECT max(id), count(*) FROM series WHERE project = ?"


class KnownSeries:
    """The series of each project, also those whose readings were all deleted. Safe for several threads."""

    def __init__(self) -> None:
        # What several threads put here at once is the same.
        self._kept: dict[int, tuple[tuple[int | None, int], Grouped]] = {}

    def find(self, connection: sqlite3.Connection, selection: Selection) -> Grouped:
        """The selected series.

        Raises:
            Misconfigured: there is no such project.
        """
        project = find_project(connection, selection.project)
        state = connection.execute(_STATE, (project.id,)).fetchone()
        kept = self._kept.get(project.id)
        if kept is None or kept[0] != state:
            rows = find_series(connection, project, Selection(selection.project))
            kept = self._kept[project.id] = state, _grouped(selection.project, rows)
        return _selected(kept[1], selection)


def _selected(grouped: Grouped, selection: Selection) -> Grouped:
    houses, rooms = frozenset(selection.houses), frozenset(selection.rooms)
    devices, quantities = frozenset(selection.devices), frozenset(selection.quantities)
    if not (houses or rooms or devices or quantities):
        return grouped
    return tuple(
        group
        for group in grouped
        if (not houses or group[0].house in houses)
        and (not rooms or group[0].room in rooms)
        and (not devices or group[0].device in devices)
        and (not quantities or group[0].quantity in quantities)
    )


def _grouped(project: str, rows: Iterable[SeriesRow]) -> Grouped:
    groups: dict[tuple[str, str, str, str], list[SeriesRow]] = {}
    for row in rows:
        groups.setdefault((row.house, row.room, row.device, row.field), []).append(row)
    names = catalogue()
    return tuple(
        (Series(project, *place), tuple(sorted(group, key=lambda row: _rank(row, names))))
        for place, group in sorted(groups.items())
    )


def _rank(row: SeriesRow, names: Catalogue) -> tuple[bool, bool, str]:
    return row.measurement != names.measurement_of(row.field), row.measurement == OTHER, row.measurement
