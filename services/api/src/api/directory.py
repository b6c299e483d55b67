"""What a project holds, by the names that the asker may know: what is listed and what the store has seen."""

import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from zoneinfo import ZoneInfo

from api.access import Access, View
from api.ahead import Ahead
from api.names import Names, Pseudonyms
from hdh.model import UNASSIGNED, Series
from hdh.quantities import catalogue
from hdh.site import Device, House, Project, Site
from hdh.store.interface import Latest, Reader, Selection

FRESH_SECONDS = 5.0
"""How late a directory may be, where the store lists its series in no time."""
_REST = 10
"""A directory may be so many times as late as listing took: ten thousands of series must not be all a store does."""
_MOST_SECONDS = 120.0
"""How late it may be at most, however long one listing took."""
MISS_SECONDS = 1.0
"""How late it may be where a name was not found in it: what such a name may cost the store."""


@dataclass(frozen=True, slots=True)
class DeviceEntry:
    """A device of one house as it is shown.

    Attributes:
        listed: the site file's device, None where it is not listed.
        rooms: where it stands, by its readings or its assignments.
        quantities: what the store has of it.
    """

    house: str
    device: str
    listed: Device | None
    rooms: set[str] = field(default_factory=set)
    quantities: set[str] = field(default_factory=set)


class Directory:
    """One project as one who asks sees it.

    Attributes:
        id: the project.
        listed: the site file's project, None where it is not listed.
        stored: whether the store has it.
        view: how it is shown.
        seen: its series that hold readings, by their real names.
        names: real names to shown ones.
        pseudonyms: real names to those that the public is shown.
    """

    def __init__(
        self, project: str, listed: Project | None, seen: Iterable[Series], *, stored: bool, view: View, secret: bytes
    ) -> None:
        self.id = project
        self.listed = listed
        self.stored = stored
        self.view = view
        self.seen = tuple(seen)
        real = {series.house for series in self.seen} | {house.id for house in self.listed_houses}
        real |= {a.house for device in self.listed_devices for a in device.assignments}
        self._real_houses = frozenset(real)
        self.pseudonyms = Pseudonyms(project, listed, real, secret)
        self.names = self.pseudonyms if view is View.PUBLIC else Names()

    @property
    def listed_houses(self) -> tuple[House, ...]:
        """The houses of the site file."""
        return self.listed.houses if self.listed else ()

    @property
    def listed_devices(self) -> tuple[Device, ...]:
        """The devices of the site file."""
        return self.listed.devices if self.listed else ()

    @property
    def zone(self) -> ZoneInfo:
        """The project's zone."""
        return self.listed.zone if self.listed else ZoneInfo("UTC")

    def zone_of(self, house: str) -> ZoneInfo:
        """The zone of a house (its real id)."""
        found = self.listed.house(house) if self.listed else None
        return found.zone if found else self.zone

    @cached_property
    def houses(self) -> dict[str, str]:
        """Houses, shown name to real one, sorted by the shown."""
        return dict(sorted((self.names.house(house), house) for house in self._real_houses))

    @cached_property
    def rooms(self) -> frozenset[tuple[str, str]]:
        """House and room, by their real names."""
        listed = {(house.id, room.id) for house in self.listed_houses for room in house.rooms}
        assigned = {(a.house, a.room) for device in self.listed_devices for a in device.assignments}
        return frozenset({(series.house, series.room) for series in self.seen} | listed | assigned)

    @cached_property
    def devices(self) -> dict[tuple[str, str], DeviceEntry]:
        """Devices by house and name, all real."""
        entries: dict[tuple[str, str], DeviceEntry] = {}
        for device in self.listed_devices:
            for house in {a.house for a in device.assignments} or {device.house or UNASSIGNED}:
                rooms = {a.room for a in device.assignments if a.house == house}
                entries[house, device.id] = DeviceEntry(house, device.id, device, rooms)
        for series in self.seen:
            key = series.house, series.device
            entry = entries.setdefault(key, DeviceEntry(*key, self.device_of(series)))
            entry.rooms.add(series.room)
            entry.quantities.add(series.quantity)
        return entries

    def device_of(self, series: Series) -> Device | None:
        """The listed device that a series is of, or is a component of."""
        name = series.device
        while name:
            if found := self._by_device.get((series.house, name)):
                return found
            name = name.rpartition(".")[0]
        return None

    @cached_property
    def _by_device(self) -> dict[tuple[str, str], Device]:
        found: dict[tuple[str, str], Device] = {}
        for device in self.listed_devices:
            houses = {a.house for a in device.assignments} | ({device.house} if device.house else set())
            for house in houses or self._real_houses:
                found.setdefault((house, device.id), device)
        return found

    @cached_property
    def quantities(self) -> frozenset[str]:
        """The quantities that the store has, by their real names."""
        return frozenset(series.quantity for series in self.seen)

    @cached_property
    def shown(self) -> dict[str, frozenset[str]]:
        """Every name that may be asked for, by the parameter that takes it."""
        names = self.names
        return {
            "house": frozenset(self.houses),
            "room": frozenset(names.text(room) for _, room in self.rooms),
            "device": frozenset(names.text(device) for _, device in self.devices),
            "quantity": frozenset(map(names.quantity, self.quantities)) | {q.name for q in catalogue()},
        }


class Directories:
    """The directories of all projects, kept for some seconds. Safe for several threads.

    Args:
        reader: the store.
        secret: makes pseudonyms.
        clock: seconds that only grow.
    """

    def __init__(self, reader: Reader, secret: bytes, clock: Callable[[], float]) -> None:
        self._reader = reader
        self._secret = secret
        self._clock = clock
        self._took: dict[str, float] = {}
        self._lock = threading.Lock()
        self._stored: Ahead[tuple[str, ...]] = Ahead(clock)
        self._latest: Ahead[list[Latest]] = Ahead(clock)
        self._seen: dict[str, tuple[list[Latest], tuple[Series, ...]]] = {}
        self._made: dict[tuple[str, View, str], tuple[tuple[Series, ...], Directory]] = {}

    def views(self, access: Access, site: Site, *, age: float = FRESH_SECONDS) -> Iterator[tuple[str, View]]:
        """The projects that may be seen, and how; sorted."""
        for project in sorted({listed.id for listed in site.projects} | set(self.stored(age))):
            listed = site.project(project)
            if view := access.view(project, public=listed is not None and listed.public):
                yield project, view

    def stored(self, age: float = FRESH_SECONDS) -> tuple[str, ...]:
        """The projects that the store has, at most `age` seconds late."""
        return self._stored.get("", lambda: tuple(self._reader.projects()), age)

    def directory(self, project: str, view: View, site: Site, *, age: float = FRESH_SECONDS) -> Directory:
        """One project's directory, at most `age` seconds late; more where listing takes long and `age` allows it."""
        # A project that is listed but not there may be created any moment.
        stored = project in self.stored(age) or project in self.stored(min(age, MISS_SECONDS))
        seen = self._series(project, age) if stored else ()
        key = project, view, site.version
        with self._lock:
            made = self._made.get(key)
        if made is not None and made[0] is seen and made[1].stored == stored:
            return made[1]
        listed = site.project(project)
        directory = Directory(project, listed, seen, stored=stored, view=view, secret=self._secret)
        with self._lock:
            for other in [k for k in self._made if k[:2] == key[:2]]:
                del self._made[other]
            self._made[key] = seen, directory
        return directory

    def latest(self, selection: Selection, age: float = 0.0) -> list[Latest]:
        """The newest readings of what is selected, at most `age` seconds late."""
        return self._latest.get(selection, lambda: self._reader.latest(selection), age)

    def _list(self, project: str) -> list[Latest]:
        began = self._clock()
        found = self._reader.latest(Selection(project))
        self._took[project] = self._clock() - began
        return found

    def _series(self, project: str, age: float) -> tuple[Series, ...]:
        # The newest readings name every series, and cost the stores less than counting does.
        if age >= FRESH_SECONDS:
            age = max(age, min(_REST * self._took.get(project, 0.0), _MOST_SECONDS))
        latest = self._latest.get(Selection(project), lambda: self._list(project), age)
        with self._lock:
            read, seen = self._seen.get(project, (None, ()))
            if read is not latest:
                found = tuple(each.series for each in latest)
                # The same ones are the same object, which a directory is known by.
                seen = seen if seen == found else found
                self._seen[project] = latest, seen
            return seen
