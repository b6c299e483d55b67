"""From a series of the source to its place in the destination, by the mapping file and the site file."""

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import TypeAlias

from hdh.model import UNASSIGNED, Place
from hdh.quantities import catalogue
from hdh.site import Project, Site
from hdh.site.stand import Devices, Stand
from hdh.site.values import check_device, check_level
from ingest.decoders.fields import Field, field_of
from migrate.batch import FIELD, Labels
from migrate.mapping.schema import MappingEntry, SeriesEntry
from migrate.units import conversion

_LABEL = re.compile(r"\{([^{}]+)\}")
_WILD = re.compile(r"[*?\[]")
_MOST_DECIDED = 40_000
_NAMES = 4_096


@dataclass(frozen=True, slots=True)
class Target:
    """Where the readings of a series go, and what is done to their values.

    Attributes:
        project: the listed project.
        raw: the quantity as the mapping file names it.
        field: what ingest knows about this name.
        measurement: that of the field.
        stand: where the device stands at which time.
        factor: by which values are multiplied.
        offset: added afterwards.
        low: less is left out.
        high: more is left out.
    """

    project: Project
    raw: str
    field: Field
    measurement: str
    stand: Stand
    factor: float
    offset: float
    low: float | None
    high: float | None

    @property
    def keeps_values(self) -> bool:
        """Whether values stay as they are, and all of them."""
        return (self.factor, self.offset) == (1.0, 0.0) and self.low is None and self.high is None


@dataclass(frozen=True, slots=True)
class Skipped:
    """A series that stays where it is, and why."""

    why: str


@dataclass(frozen=True, slots=True)
class Unmapped:
    """A series that cannot be moved, and what is to be mended."""

    detail: str


Decision: TypeAlias = Target | Skipped | Unmapped


class Rules:
    """Finds the target of each series.

    Args:
        entry: the mapping file.
        site: what is listed.
    """

    def __init__(self, entry: MappingEntry, site: Site) -> None:
        self._entry = entry
        self._projects = {project.id: project for project in site.projects}
        self._devices = {project.id: Devices(project) for project in site.projects}
        self._renamed: dict[str, dict[str, str]] = {
            key: getattr(entry.rename, key) for key in ("house", "room", "device")
        }
        self._found: dict[tuple[Labels, tuple[str, ...]], list[Decision]] = {}
        self._decided = 0

    def find(self, labels: Labels, fields: tuple[str, ...]) -> list[Decision]:
        """What becomes of the series of each field of what has these labels."""
        found = self._found.get((labels, fields))
        if found is None:
            known = dict(labels)
            found = [self._decide(known | {FIELD: field}) for field in fields]
            # Series come in turns: of too many, those that are known stay known.
            if self._decided < _MOST_DECIDED:
                self._found[labels, fields] = found
                self._decided += len(fields)
        return found

    def _decide(self, known: dict[str, str]) -> Decision:
        rule = next((each for each in self._entry.series if _matches(each.match, known)), None)
        if rule is None:
            return Unmapped("no entry under `series` matches it. Add one with a quantity, or one with `skip`.")
        if rule.skip is not None:
            return Skipped(rule.skip)
        try:
            return self._target(rule, known)
        except ValueError as error:
            return Unmapped(str(error))

    def _target(self, rule: SeriesEntry, known: dict[str, str]) -> Target:
        name = self._filled("project", rule, known)
        project = self._projects.get(name)
        if project is None:
            listed = ", ".join(self._projects)
            raise ValueError(f"project {name!r} is not listed; listed are {listed}. Mend the mapping or the site file.")
        house, room = (self._level(key, rule, known) for key in ("house", "room"))
        device = self._level("device", rule, known)
        name, _, component = device.partition(".")
        raw = _fill(rule.quantity or "", known)
        field = field_of(raw)
        if field.fault is not None:
            raise ValueError(f"quantity: {field.fault.detail}")
        factor, offset = rule.scale, rule.offset
        if rule.unit is not None and field.quantity is not None:
            by, plus = conversion(rule.unit, field.quantity)
            factor, offset = factor * by, offset * by + plus
        stand = self._devices[project.id].stand(house, room, name, component)
        measurement = catalogue().measurement_of(field.name)
        return Target(project, raw, field, measurement, stand, factor, offset, rule.minimum, rule.maximum)

    def _level(self, key: str, rule: SeriesEntry, known: dict[str, str]) -> str:
        text = self._filled(key, rule, known).strip(".")
        return _checked(key, self._renamed[key].get(text, text))

    def _filled(self, key: str, rule: SeriesEntry, known: dict[str, str]) -> str:
        template: str = getattr(rule, key) or getattr(self._entry.place, key) or ""
        return _fill(template, known)


@lru_cache(maxsize=_NAMES)
def _checked(key: str, text: str) -> str:
    if text in {"", UNASSIGNED}:
        return ""
    try:
        return check_device(text) if key == "device" else check_level(text)
    except ValueError as error:
        raise ValueError(f"{key}: {error} Give it another name under `rename`.") from None


def _fill(template: str, known: dict[str, str]) -> str:
    if "{" not in template:
        return template.strip()
    parts = _parts(template)
    return "".join([known.get(part, "") if number % 2 else part for number, part in enumerate(parts)]).strip()


@lru_cache
def _parts(template: str) -> list[str]:
    """Text and labels in turn."""
    return _LABEL.split(template)


def with_field(labels: Labels, field: str) -> Labels:
    """The labels of one series of a batch."""
    return tuple(sorted((*labels, (FIELD, field))))


def escaped(text: str) -> str:
    """A text as `match` takes it for itself."""
    return _WILD.sub(lambda match: f"[{match[0]}]", text)


def place_text(place: Place) -> str:
    """A place as people read it."""
    return f"{place.house}/{place.room}/{place.device}"


def _matches(match: dict[str, str], known: dict[str, str]) -> bool:
    return all(fnmatchcase(known.get(key, ""), pattern) for key, pattern in match.items())
