"""The series that a reader has seen in a file, looked up anew only where some came or went."""

import sqlite3
from collections.abc import Iterable
from typing import TypeAlias

from hdh.model import OTHER, Series
from hdh.quantities import Catalogue, catalogue
from hdh.store.interface import Selection
from hdh.store.sqlite.projects import SeriesRow, find_project, find_series, is_selected

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
        project, everything = find_project(connection, selection.project), Selection(selection.project)
        state = connection.execute(_STATE, (project.id,)).fetchone()
        kept = self._kept.get(project.id)
        if kept is None or kept[0] != state:
            rows = find_series(connection, project, everything)
            kept = self._kept[project.id] = state, _grouped(selection.project, rows)
        if selection == everything:
            return kept[1]
        takes = is_selected(selection)
        # Rows of one series differ by their measurement only.
        return tuple((series, rows) for series, rows in kept[1] if takes(rows[0]))


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
