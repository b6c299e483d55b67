"""What must hold between the entries of a site file.

Works on the raw data, to find what it can in a file whose single values are wrong, too.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import count, product
from string import ascii_lowercase
from zoneinfo import ZoneInfo

from hdh.model import ALL_TIME
from hdh.site.source import Path, Problem
from hdh.site.template import parse_template
from hdh.site.values import did_you_mean, parse_time, parse_zone


@dataclass(frozen=True, slots=True)
class Node:
    """A mapping in the raw data, or what stands in its place."""

    data: object
    path: Path

    def get(self, key: str) -> object:
        """What stands under a key; None if nothing does."""
        return self.data.get(key) if isinstance(self.data, dict) else None

    def items(self, key: str) -> list["Node"]:
        """The entries of a list."""
        found = self.get(key)
        entries = found if isinstance(found, list) else []
        return [Node(entry, (*self.path, key, i)) for i, entry in enumerate(entries)]

    def text(self, key: str) -> str | None:
        """The text under a key; None if there is none."""
        found = self.get(key)
        return found if isinstance(found, str) else None


@dataclass(frozen=True, slots=True)
class _Place:
    """What a house says of the devices in it."""

    zone: ZoneInfo
    rooms: frozenset[str]


def check_site(data: object) -> Iterator[Problem]:
    """What is wrong between entries."""
    root = Node(data, ())
    projects = root.items("projects")
    yield from _unique(projects, "id", "project")
    for project in projects:
        yield from _check_project(project)
    listed = {found for project in projects if (found := project.text("id"))}
    for route in root.items("routes"):
        yield from _check_route(route, listed)


def _check_project(project: Node) -> Iterator[Problem]:
    houses, devices = project.items("houses"), project.items("devices")
    yield from _unique(houses, "id", "house")
    yield from _unique(houses, "pseudonym", "pseudonym")
    yield from _unique(devices, "id", "device", also=lambda device: device.text("house"))
    for house in houses:
        yield from _unique(house.items("rooms"), "id", "room")
    yield from _check_pseudonyms(houses, public=project.get("public") is True)
    places = {found: _place(house, project) for house in houses if (found := house.text("id")) is not None}
    elsewhere = _Place(_zone(None, project), frozenset())
    for device in devices:
        yield from _check_assignments(device, places, elsewhere)


def _place(house: Node, project: Node) -> _Place:
    rooms = frozenset(found for room in house.items("rooms") if (found := room.text("id")) is not None)
    return _Place(_zone(house, project), rooms)


def _check_pseudonyms(houses: list[Node], *, public: bool) -> Iterator[Problem]:
    ids = Counter(found for house in houses if (found := house.text("id")) is not None)
    taken = set(ids) | {house.text("pseudonym") for house in houses}
    free = (name for name in _pseudonyms() if name not in taken)
    for house in houses:
        pseudonym, path = house.text("pseudonym"), (*house.path, "pseudonym")
        if public and isinstance(house.data, dict) and house.get("pseudonym") is None:
            yield Problem(path, f"a house of a public project needs one. Add `pseudonym: {next(free)}`.")
        if pseudonym is not None and ids[pseudonym] > (house.text("id") == pseudonym):
            yield Problem(path, f"{pseudonym!r} is the id of another house. Choose another one.")


def _pseudonyms() -> Iterator[str]:
    """house-a, house-b, … house-z, house-aa, …."""
    for length in count(1):
        for letters in product(ascii_lowercase, repeat=length):
            yield f"house-{''.join(letters)}"


def _unique(
    nodes: Iterable[Node], key: str, what: str, also: Callable[[Node], str | None] = lambda _: None
) -> Iterator[Problem]:
    first: dict[tuple[str, str | None], Node] = {}
    for node in nodes:
        if (value := node.text(key)) is None:
            continue
        seen = first.setdefault((value, also(node)), node)
        if seen is not node:
            hint = " Tell them apart by `house:`, the house that their topic names." if what == "device" else ""
            text = f"there is a {what} {value!r} already, {spell(seen.path)}. Rename or remove one.{hint}"
            yield Problem((*node.path, key), text)


def _check_assignments(device: Node, places: dict[str, _Place], elsewhere: _Place) -> Iterator[Problem]:
    spans: list[tuple[int, int, Node]] = []
    for assignment in device.items("assignments"):
        house, room = assignment.text("house"), assignment.text("room")
        place = places.get(house or "", elsewhere)
        if house is not None and house not in places:
            yield Problem((*assignment.path, "house"), _unlisted("house", house, set(places)))
        elif house is not None and room is not None and room not in place.rooms:
            yield Problem((*assignment.path, "room"), _unlisted(f"room of {house}", room, set(place.rooms)))
        start = _time(assignment, "from", place.zone, ALL_TIME.start)
        stop = _time(assignment, "until", place.zone, ALL_TIME.stop)
        if start is None or stop is None:
            continue
        if start >= stop:
            yield Problem((*assignment.path, "until"), "it ends before it starts. `until` must be later than `from`.")
            continue
        spans.append((start, stop, assignment))
    yield from _check_overlap(spans)


def _check_overlap(spans: list[tuple[int, int, Node]]) -> Iterator[Problem]:
    spans.sort(key=lambda span: span[0])
    longest: tuple[int, Node] | None = None
    for start, stop, node in spans:
        if longest is not None and start < longest[0]:
            text = (
                f"it overlaps with {spell(longest[1].path)}: a device stands in one place. End that one with `until`."
            )
            yield Problem(node.path, text)
        if longest is None or stop > longest[0]:
            longest = stop, node


def _check_route(route: Node, listed: set[str]) -> Iterator[Problem]:
    project = route.text("project")
    if project is not None and project not in listed:
        yield Problem((*route.path, "project"), _unlisted("project", project, listed))
    try:
        template = parse_template(route.text("topic") or "")
    except ValueError:
        return
    if project is None and "project" not in template.names and template.first not in listed:
        text = (
            "its project is unknown: it does not start with a listed one. Add `project: …`, or {project} to the topic."
        )
        yield Problem((*route.path, "topic"), text)
    for name in template.names:
        if route.text(name) is not None:
            yield Problem((*route.path, name), f"the topic holds {{{name}}} already. Keep one of the two.")


def _unlisted(what: str, value: str, known: set[str]) -> str:
    hint = did_you_mean(value, known) or f"Listed are: {', '.join(sorted(known)) or 'none'}."
    return f"{value!r} is no listed {what}. {hint}"


def _zone(house: Node | None, project: Node) -> ZoneInfo:
    for node in (house, project):
        if node is not None and (name := node.text("timezone")):
            try:
                return parse_zone(name)
            except ValueError:
                continue
    return parse_zone("UTC")


def _time(node: Node, key: str, zone: ZoneInfo, default: int) -> int | None:
    """The time under a key, the default where there is none, None where it cannot be read."""
    if node.get(key) is None:
        return default
    try:
        return parse_time(node.text(key) or "", zone)
    except ValueError:
        return None


def spell(path: Path) -> str:
    """A path as people read it: `projects[0].houses[1].id`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".") or "file"
