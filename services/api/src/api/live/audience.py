"""What listeners of one kind hear: what they selected, as far as they may, by the names that they may know."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from weakref import WeakValueDictionary

import orjson
from starlette.concurrency import run_in_threadpool

from api.access import Access, View
from api.directory import MISS_SECONDS, Directories, Directory
from api.live.slots import Written, WrittenPoint
from api.names import Names
from api.selections import Filters, takes
from api.units import unit_of
from hdh.model import Series
from hdh.site import Site

_DIRECTORY_SECONDS = 60.0
"""How late a directory may be here, as a house that it lacks has it read again."""
_MOST_HEADS = 20_000
_REAL = Names()


@dataclass(frozen=True, slots=True)
class _Shown:
    """A series as it is shown, and the names that text is shown by."""

    head: Mapping[str, str | None]
    names: Names


class Audience:
    """All who listen with the same rights for the same selection: what they hear is written out once.

    Args:
        access: what they may see.
        filters: what they selected.
        directories: the names of each project.
    """

    def __init__(self, access: Access, filters: Filters, directories: Directories) -> None:
        self._access = access
        self._filters = filters
        self._directories = directories
        self._version = ""
        self._known: dict[str, Directory] = {}
        self._shown: dict[Series, _Shown | None] = {}
        self._sought: set[tuple[str, str]] = set()
        self._one_at_a_time = asyncio.Lock()
        self._last: tuple[Written, bytes] | None = None

    async def document(self, written: Written, site: Site) -> bytes:
        """The JSON of an event; empty when nothing in it is for them.

        Raises:
            HdhError: the store, which knows the houses that the public must not know, is away.
        """
        async with self._one_at_a_time:
            if self._last is None or self._last[0] is not written:
                if any(self._view(project, site) is View.PUBLIC for project in {p.project for p in written.points}):
                    self._last = written, await run_in_threadpool(self._document, written, site)
                else:
                    self._last = written, self._document(written, site)
            return self._last[1]

    def _view(self, project: str, site: Site) -> View | None:
        if self._filters.project and project not in self._filters.project:
            return None
        listed = site.project(project)
        return self._access.view(project, public=listed is not None and listed.public)

    def _document(self, written: Written, site: Site) -> bytes:
        if site.version != self._version or len(self._shown) > _MOST_HEADS:
            self._version, self._shown, self._sought = site.version, {}, set()
        self._look_again(written, site)
        readings = [reading for point in written.points for reading in self._readings(point, site)]
        return orjson.dumps({"readings": readings}) if readings else b""

    def _look_again(self, written: Written, site: Site) -> None:
        """Read the directories that the public's names come from again, where they are late or lack a house."""
        houses: dict[str, set[str]] = {}
        for point in written.points:
            houses.setdefault(point.project, set()).add(point.house)
        for project, seen in houses.items():
            if self._view(project, site) is not View.PUBLIC:
                continue
            found = self._directories.directory(project, View.PUBLIC, site, age=_DIRECTORY_SECONDS)
            if lacking := {(project, house) for house in seen - set(found.houses.values())}:
                # What is told was written before: a new house is in the store. One that is not is no reason to ask on.
                age = MISS_SECONDS if lacking <= self._sought else 0.0
                found = self._directories.directory(project, View.PUBLIC, site, age=age)
                self._sought |= lacking
            if self._known.get(project) is not found:
                self._known[project], self._shown = found, {}

    def _readings(self, point: WrittenPoint, site: Site) -> list[dict[str, str | float | None]]:
        found = []
        for quantity, value in point.fields.items():
            series = Series(point.project, point.house, point.room, point.device, quantity)
            if series not in self._shown:
                self._shown[series] = self._show(series, site)
            if (shown := self._shown[series]) is not None:
                text = shown.names.text(value) if isinstance(value, str) else value
                found.append({**shown.head, "time": point.time, "value": text})
        return found

    def _show(self, series: Series, site: Site) -> _Shown | None:
        view = self._view(series.project, site)
        if view is None:
            return None
        names: Names = _REAL
        if view is View.PUBLIC:
            directory = self._known[series.project]
            if not takes(directory, self._filters, series):
                return None
            names = directory.names
        shown = names.series(series)
        if not self._filters.take(shown):
            return None
        head = {name: getattr(shown, name) for name in ("project", "house", "room", "device", "quantity")}
        return _Shown({**head, "unit": unit_of(series.quantity)}, names)


class Audiences:
    """The audiences of those who listen now. For one event loop.

    Args:
        directories: the names of each project.
    """

    def __init__(self, directories: Directories) -> None:
        self._directories = directories
        self._all: WeakValueDictionary[tuple[Access, Filters], Audience] = WeakValueDictionary()

    def of(self, access: Access, filters: Filters) -> Audience:
        """The audience of these rights and this selection."""
        found = self._all.get((access, filters))
        if found is None:
            found = self._all[access, filters] = Audience(access, filters, self._directories)
        return found
