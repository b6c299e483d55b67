"""The projects and series of a SQLite store, looked up."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from hdh.errors import Misconfigured
from hdh.model import TEXT_SUFFIX
from hdh.store.interface import Selection


@dataclass(frozen=True, slots=True)
class ProjectRow:
    """A project: its id and its retention in milliseconds, None for ever."""

    id: int
    retention: int | None


class SeriesRow(NamedTuple):
    """One field of one place in one measurement. A tuple: a query makes one for each series of a project."""

    id: int
    measurement: str
    house: str
    room: str
    device: str
    field: str

    @property
    def table(self) -> str:
        """Where its readings are: numbers and text are kept apart."""
        return "reading_text" if self.field.endswith(TEXT_SUFFIX) else "reading"


def find_project(connection: sqlite3.Connection, name: str) -> ProjectRow:
    """The project of this name.

    Raises:
        Misconfigured: there is none.
    """
    try:
        row = connection.execute("SELECT id, retention FROM project WHERE name = ?", (name,)).fetchone()
    except UnicodeEncodeError:
        row = None
    if row is None:
        raise Misconfigured(
            f"The store has no project {name!r}: list it in the site file and start ingest, which creates it."
        )
    return ProjectRow(*row)


def find_series(connection: sqlite3.Connection, project: ProjectRow, selection: Selection) -> list[SeriesRow]:
    """The selected series of a project, also those whose readings were all deleted."""
    rows = connection.execute(
        "SELECT id, measurement, house, room, device, field FROM series WHERE project = ?", (project.id,)
    )
    return list(filter(is_selected(selection), map(SeriesRow._make, rows)))


def is_selected(selection: Selection) -> Callable[[SeriesRow], bool]:
    """Tells whether a series of the project is selected."""
    # Compared here, not in SQL: a selection may name more devices than a statement has room for parameters.
    houses, rooms = frozenset(selection.houses), frozenset(selection.rooms)
    devices, quantities = frozenset(selection.devices), frozenset(selection.quantities)

    def takes(row: SeriesRow) -> bool:
        return (
            (not houses or row.house in houses)
            and (not rooms or row.room in rooms)
            and (not devices or row.device in devices)
            and (not quantities or row.field in quantities)
        )

    return takes
