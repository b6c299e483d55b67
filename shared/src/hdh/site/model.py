"""What a site file says: projects, houses, rooms, devices and where they stood when, routes. Data only."""

from dataclasses import dataclass, field
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo

TimeSource: TypeAlias = Literal["device", "gateway", "server"]
"""Whose clock a device's readings carry."""


@dataclass(frozen=True, slots=True)
class Room:
    """A room and its outline on the floor plan, corners in metres."""

    id: str
    name: str
    floor: int = 0
    polygon: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class House:
    """A house. In public answers it goes by its pseudonym, which is the id where the file gives none."""

    id: str
    name: str
    pseudonym: str
    zone: ZoneInfo
    rooms: tuple[Room, ...] = ()

    def room(self, room_id: str) -> Room | None:
        """The room of this id."""
        return next((room for room in self.rooms if room.id == room_id), None)


@dataclass(frozen=True, slots=True)
class Assignment:
    """Where a device stood, from `start` until just before `stop` (epoch ms; None: open)."""

    house: str
    room: str
    start: int | None = None
    stop: int | None = None

    def holds(self, time: int) -> bool:
        """Whether the device stood there at this time."""
        return (self.start is None or self.start <= time) and (self.stop is None or time < self.stop)


@dataclass(frozen=True, slots=True)
class Device:
    """A device and its assignments, earliest first.

    Attributes:
        id: as its topic names it.
        name: for people.
        house: the house that its topic names, where an id repeats between houses; None where it does not.
        time_source: whose clock its readings carry.
        assignments: where it stood when; they do not overlap.
        interval: how far apart its readings should be (ms), None where the file does not say.
        intervals: the same for single quantities, which go before it.
    """

    id: str
    name: str
    house: str | None = None
    time_source: TimeSource = "device"
    assignments: tuple[Assignment, ...] = ()
    interval: int | None = None
    intervals: tuple[tuple[str, int], ...] = ()

    def interval_of(self, quantity: str) -> int | None:
        """How far apart the readings of a quantity should be (ms), None where the file does not say."""
        return dict(self.intervals).get(quantity, self.interval)


@dataclass(frozen=True, slots=True)
class Project:
    """A research project.

    Attributes:
        id: its name in topics and in the store.
        title: for people.
        zone: of its houses, where they do not say otherwise.
        public: whether anybody may read it, under pseudonyms.
        retention: how long readings are kept (ms), None for ever.
        clock_earliest: readings before this time (epoch ms) are rejected.
        clock_ahead: readings further ahead of their arrival than this (ms) are rejected.
        houses: its houses.
        devices: its devices.
    """

    id: str
    title: str
    zone: ZoneInfo
    public: bool = False
    retention: int | None = None
    clock_earliest: int = 946_684_800_000
    clock_ahead: int = 86_400_000
    houses: tuple[House, ...] = ()
    devices: tuple[Device, ...] = ()

    def house(self, house_id: str) -> House | None:
        """The house of this id."""
        return next((house for house in self.houses if house.id == house_id), None)


@dataclass(frozen=True, slots=True)
class Route:
    """Which topics a decoder reads, and where the tags are in them.

    Attributes:
        topic: a template, `toe/{house}/zigbee2mqtt/{device...}`; see `hdh.site.template`.
        decoder: its name.
        project: fixed, where the topic does not hold it (a listed project as its first level is one, too).
        house: fixed, where the topic does not hold it.
        room: fixed, where the topic does not hold it.
        device: fixed, where the topic does not hold it.
        line: where it stands in the file.
    """

    topic: str
    decoder: str
    project: str | None = None
    house: str | None = None
    room: str | None = None
    device: str | None = None
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Site:
    """All that a site file says.

    Attributes:
        text: the file's text.
        version: the first 12 hexadecimal digits of the text's SHA-256.
        projects: the listed projects, in the file's order.
        routes: the file's routes; the first that matches a topic wins.
    """

    text: str
    version: str
    projects: tuple[Project, ...]
    routes: tuple[Route, ...] = ()

    def project(self, project_id: str) -> Project | None:
        """The project of this id."""
        return next((project for project in self.projects if project.id == project_id), None)
