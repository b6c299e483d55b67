"""What must hold between the entries of a site file.

Works on the raw data, to find what it can in a file whose single values are wrong, too.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
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
        yield from _check_pseudonym(project, house)
    for device in devices:
        yield from _check_assignments(project, device)


def _check_pseudonym(project: Node, house: Node) -> Iterator[Problem]:
    pseudonym = house.text("pseudonym")
    if project.get("public") is True and isinstance(house.data, dict) and house.get("pseudonym") is None:
        yield Problem((*house.path, "pseudonym"), "a house of a public project needs one. Add `pseudonym: house-a`.")
    others = {other.text("id") for other in project.items("houses") if other.path != house.path}
    if pseudonym in others - {None}:
        yield Problem((*house.path, "pseudonym"), f"{pseudonym!r} is the id of another house. Choose another one.")


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


def _check_assignments(project: Node, device: Node) -> Iterator[Problem]:
    houses = {found: house for house in project.items("houses") if (found := house.text("id"))}
    spans: list[tuple[int, int, Node]] = []
    for assignment in device.items("assignments"):
        house, room = assignment.text("house"), assignment.text("room")
        if house is not None and house not in houses:
            yield Problem((*assignment.path, "house"), _unlisted("house", house, set(houses)))
        elif house is not None and room is not None:
            rooms = {found for node in houses[house].items("rooms") if (found := node.text("id"))}
            if room not in rooms:
                yield Problem((*assignment.path, "room"), _unlisted(f"room of {house}", room, rooms))
        zone = _zone(houses.get(house or ""), project)
        start = _time(assignment, "from", zone, ALL_TIME.start)
        stop = _time(assignment, "until", zone, ALL_TIME.stop)
        if start is None or stop is None:
            continue
        if start >= stop:
            yield Problem((*assignment.path, "until"), "it ends before it starts. `until` must be later than `from`.")
            continue
        spans.append((start, stop, assignment))
    yield from _check_overlap(spans)


def _check_overlap(spans: list[tuple[int, int, Node]]) -> Iterator[Problem]:
    spans.sort(key=lambda span: span[0])
    for i, (start, _, later) in enumerate(spans):
        if earlier := next((node for _, stop, node in spans[:i] if start < stop), None):
            text = f"it overlaps with {spell(earlier.path)}: a device stands in one place. End that one with `until`."
            yield Problem(later.path, text)


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
