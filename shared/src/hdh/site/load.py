"""From a site file's text to a Site, or to all that is wrong with it at once."""

import hashlib
from pathlib import Path as FilePath
from zoneinfo import ZoneInfo

from hdh.errors import Misconfigured
from hdh.model import UNASSIGNED
from hdh.site.checks import check_site
from hdh.site.model import Assignment, Device, House, Project, Room, Route, Site
from hdh.site.schema import (
    ENTRIES,
    AssignmentEntry,
    DeviceEntry,
    HouseEntry,
    ProjectEntry,
    RoomEntry,
    RouteEntry,
    SiteEntry,
)
from hdh.site.source import LARGEST_BYTES, Problem, read_yaml
from hdh.site.template import parse_template
from hdh.site.validate import validate
from hdh.site.values import parse_length, parse_retention, parse_time, parse_zone

DEFAULT = """\
projects:
  - id: healthy-digital-house
    title: Healthy Digital House
    timezone: Europe/Helsinki
  - id: toe
    title: TOE
    timezone: Europe/Helsinki
"""
"""What is listed where there is no site file."""


def load_site(path: FilePath | None) -> Site:
    """Read a site file; without one, the default: two projects, nothing else listed.

    Raises:
        Misconfigured: it cannot be read or is wrong; a line per problem, `site.yaml:12: path: what. remedy`.
    """
    if path is None:
        return parse_site(DEFAULT, "default site")
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_BYTES + 1)
        # One too large is cut, maybe within a character, and refused for its size.
        text = content.decode(errors="replace" if len(content) > LARGEST_BYTES else "strict")
    except OSError as error:
        remedy = "Let HDH_SITE_FILE name a file that this user can read, or unset it."
        raise Misconfigured(f"{path}: {error.strerror}. {remedy}") from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise Misconfigured(f"{path}:{line}: file: it is not UTF-8. Save it as UTF-8.") from error
    return parse_site(text, str(path))


def parse_site(text: str, name: str) -> Site:
    """Read a site file's text; `name` is what errors call the file.

    Raises:
        Misconfigured: see `load_site`.
    """
    source = read_yaml(text)
    if source.data is None and not source.problems:
        source.problems.append(Problem((), "the file is empty. List at least one project under `projects:`."))
    entry = validate(source, SiteEntry, ENTRIES, name, check_site)
    projects = tuple(_project(project) for project in entry.projects)
    routes = tuple(_route(route, source.line_of(("routes", i))) for i, route in enumerate(entry.routes))
    return Site(text, hashlib.sha256(text.encode()).hexdigest()[:12], projects, routes)


def _project(entry: ProjectEntry) -> Project:
    zone = parse_zone(entry.timezone)
    houses = tuple(_house(house, zone) for house in entry.houses)
    zones = {house.id: house.zone for house in houses}
    return Project(
        id=entry.id,
        title=entry.title or entry.id,
        zone=zone,
        public=entry.public,
        retention=parse_retention(entry.retention),
        clock_earliest=parse_time(entry.clock_earliest, zone),
        clock_ahead=parse_length(entry.clock_ahead),
        houses=houses,
        devices=tuple(_device(device, zones) for device in entry.devices),
    )


def _house(entry: HouseEntry, zone: ZoneInfo) -> House:
    own_zone = parse_zone(entry.timezone) if entry.timezone else zone
    rooms = tuple(_room(room) for room in entry.rooms)
    return House(entry.id, entry.name or entry.id, entry.pseudonym or entry.id, own_zone, rooms)


def _room(entry: RoomEntry) -> Room:
    return Room(entry.id, entry.name or entry.id, entry.floor, tuple((x, y) for x, y in entry.polygon or ()))


def _device(entry: DeviceEntry, zones: dict[str, ZoneInfo]) -> Device:
    assignments = [_assignment(assignment, zones[assignment.house]) for assignment in entry.assignments]
    assignments.sort(key=lambda assignment: float("-inf") if assignment.start is None else assignment.start)
    return Device(
        id=entry.id,
        name=entry.name or entry.id,
        house=entry.house,
        time_source=entry.time_source,
        assignments=tuple(assignments),
        interval=None if entry.interval is None else parse_length(entry.interval),
        intervals=tuple((quantity, parse_length(length)) for quantity, length in entry.intervals.items()),
    )


def _assignment(entry: AssignmentEntry, zone: ZoneInfo) -> Assignment:
    start, stop = (None if text is None else parse_time(text, zone) for text in (entry.start, entry.stop))
    return Assignment(entry.house, entry.room or UNASSIGNED, start, stop)


def _route(entry: RouteEntry, line: int) -> Route:
    template = parse_template(entry.topic)
    project = entry.project or (None if "project" in template.names else template.first)
    return Route(entry.topic, entry.decoder, project, entry.house, entry.room, entry.device, line)
