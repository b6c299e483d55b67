"""From a mapping file's text to a checked mapping, or to all that is wrong with it at once."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from hdh.errors import Misconfigured
from hdh.quantities import catalogue
from hdh.site import Site
from hdh.site.source import Problem, read_yaml
from hdh.site.validate import validate
from hdh.site.values import parse_time
from migrate.mapping.schema import ENTRIES, MappingEntry
from migrate.units import conversion

_NEEDS = {"line-protocol": "path", "csv": "path", "influxdb": "url", "journal": "path"}
_OPEN_BRACE = re.compile(r"\{[^{}]*$|\{\}")
_PLACES = ("project", "house", "room", "device")
_UTC = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class Mapping:
    """A mapping file.

    Attributes:
        path: the file.
        text: what stands in it.
        entry: its content, checked.
    """

    path: Path
    text: str
    entry: MappingEntry

    def beside(self, suffix: str) -> Path:
        """A file that belongs to this mapping: `flat.yaml` has `flat.ledger.db`."""
        return self.path.with_name(f"{self.path.stem}{suffix}")

    def resolve(self, path: str) -> Path:
        """A path of the file: relative ones begin at its folder."""
        return self.path.parent / Path(path).expanduser()

    def projects(self) -> list[str]:
        """The projects that are named outright, not by what the source says."""
        place = self.entry.place.project
        named = [each.project or place for each in self.entry.series if each.skip is None]
        return sorted({name for name in named if name is not None and "{" not in name})

    def bounds(self) -> tuple[int | None, int | None]:
        """`source.start` and `source.stop` as epoch ms."""
        source = self.entry.source
        start, stop = (None if text is None else parse_time(text, _UTC) for text in (source.start, source.stop))
        return start, stop


def load_mapping(path: Path) -> Mapping:
    """Read a mapping file.

    Raises:
        Misconfigured: it cannot be read or is wrong; a line per problem, `mapping.yaml:12: path: what. remedy`.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise Misconfigured(f"{path}: {error.strerror}. Name a mapping file; `migrate plan` writes one.") from error
    except UnicodeDecodeError as error:
        raise Misconfigured(f"{path}: it is not UTF-8. Save it as UTF-8.") from error
    return parse_mapping(text, path)


def parse_mapping(text: str, path: Path) -> Mapping:
    """Read a mapping file's text; `path` is where it stands, or will.

    Raises:
        Misconfigured: see `load_mapping`.
    """
    source = read_yaml(text)
    if source.data is None and not source.problems:
        source.problems.append(Problem((), "the file is empty. `migrate plan SOURCE --output FILE` writes one."))
    entry = validate(source, MappingEntry, ENTRIES, str(path), lambda data: list(_check(data)))
    return Mapping(path, text, entry)


def check_projects(mapping: Mapping, site: Site) -> None:
    """Refuse a project that the site file does not list, where the mapping names it outright.

    Raises:
        Misconfigured: a line per project.
    """
    source, listed = read_yaml(mapping.text), [project.id for project in site.projects]
    entry = mapping.entry
    named: list[tuple[tuple[str | int, ...], str | None]] = [(("place", "project"), entry.place.project)]
    named += [(("series", number, "project"), each.project) for number, each in enumerate(entry.series)]
    lines = [
        f"{mapping.path}:{source.line_of(path)}: project {project!r} is not listed; listed are {', '.join(listed)}. "
        "Name one of them, or add it to the site file (HDH_SITE_FILE)."
        for path, project in named
        if project is not None and "{" not in project and project not in listed
    ]
    if lines:
        raise Misconfigured("\n".join(lines))


def check_decided(mapping: Mapping) -> None:
    """Refuse a mapping in which something is still in doubt.

    Raises:
        Misconfigured: a line per doubt.
    """
    source = read_yaml(mapping.text)
    lines = [
        f"{mapping.path}:{source.line_of(('doubts', number))}: {text}"
        for number, text in enumerate(mapping.entry.doubts)
    ] + [
        f"{mapping.path}:{source.line_of(('series', number, 'doubt'))}: {series.doubt}"
        for number, series in enumerate(mapping.entry.series)
        if series.doubt is not None and series.skip is None
    ]
    if lines:
        lines.append("Decide each: correct what it is about if need be, and remove the line with the doubt.")
        raise Misconfigured("\n".join(lines))


def _check(data: object) -> Iterator[Problem]:
    """What must hold between the entries."""
    if not isinstance(data, dict):
        return
    source = data.get("source")
    if isinstance(source, dict):
        yield from _check_source(source)
    places = [(("place",), data.get("place"))]
    series = data.get("series")
    places += [(("series", n), each) for n, each in enumerate(series)] if isinstance(series, list) else []  # type: ignore[misc]
    for path, place in places:
        if isinstance(place, dict):
            yield from _check_place(path, place)
    destination = data.get("destination")
    if isinstance(destination, dict) and {"store", "broker"} <= set(destination):
        yield Problem(("destination",), "store and broker both stand here. Keep one: a run goes to one place.")


def _check_source(source: dict[str, object]) -> Iterator[Problem]:
    kind = source.get("kind")
    needed = _NEEDS.get(kind) if isinstance(kind, str) else None
    if needed and needed not in source:
        yield Problem(("source",), f"a source of kind {kind} needs `{needed}`. Add it.")
    if kind == "csv" and "csv" not in source:
        yield Problem(("source",), "a source of kind csv needs `csv` with its form. `migrate plan` finds it out.")
    form = source.get("csv")
    if isinstance(form, dict) and isinstance(encoding := form.get("encoding"), str):
        try:
            codecs.lookup(encoding)
        except LookupError:
            yield Problem(("source", "csv", "encoding"), f"{encoding!r} is no encoding. Give utf-8, cp1252 or latin-1.")


def _check_place(path: tuple[str | int, ...], place: dict[str, object]) -> Iterator[Problem]:
    for key in _PLACES:
        text = place.get(key)
        if isinstance(text, str) and _OPEN_BRACE.search(text):
            yield Problem((*path, key), f"{text!r} has a brace without a label. Write {{label}}, as in {{tag.room}}.")
    quantity, unit = place.get("quantity"), place.get("unit")
    known = catalogue().resolve(quantity) if isinstance(quantity, str) else None
    if known is not None and isinstance(unit, str):
        try:
            conversion(unit, known)
        except ValueError as error:
            yield Problem((*path, "unit"), str(error))
    if path != ("place",) and "skip" not in place and "quantity" not in place:
        yield Problem(path, "it says neither `quantity` nor `skip`. Add one of them.")
