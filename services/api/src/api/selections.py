"""What a request selects: filters by shown names, resolved to what the store is asked."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import TypeAlias
from zoneinfo import ZoneInfo

from api.access import Access, View
from api.directory import FRESH_SECONDS, MISS_SECONDS, Directories, Directory
from api.problems import Problem, unknown_name
from api.suggestions import suggest
from hdh.errors import Invalid
from hdh.model import TEXT_SUFFIX, Series
from hdh.quantities import catalogue
from hdh.site import Site
from hdh.store.interface import Reader, Selection, SeriesInfo

Names: TypeAlias = tuple[str, ...]

_LEVELS = 5


@dataclass(frozen=True, slots=True)
class Filters:
    """Names as they were asked for; what is empty takes all, several values are alternatives.

    Attributes:
        series: whole series by their shown names, where alternatives of names would select too much.
    """

    project: Names = ()
    house: Names = ()
    room: Names = ()
    device: Names = ()
    quantity: Names = ()
    series: frozenset[Series] = frozenset()

    @property
    def named_quantities(self) -> Names:
        """The quantities that were asked for by name; none: all."""
        return self.quantity or tuple(sorted({series.quantity for series in self.series}))

    def take(self, shown: Series) -> bool:
        """Whether a series, by its shown names, is selected."""
        return (not self.series or shown in self.series) and all(
            not wanted or name in wanted
            for wanted, name in (
                (self.house, shown.house),
                (self.room, shown.room),
                (self.device, shown.device),
                (self.quantity, shown.quantity),
            )
        )


@dataclass(frozen=True, slots=True)
class Part:
    """One question to the store: what of one project is read by one zone's clock."""

    directory: Directory
    selection: Selection
    zone: ZoneInfo


def parse_series(text: str) -> Series:
    """A series as one text, `project/house/room/device/quantity`; a device's name may hold slashes.

    Raises:
        Invalid: it has too few parts.
    """
    levels = text.split("/")
    if len(levels) < _LEVELS:
        remedy = "Write project/house/room/device/quantity, the names that /v1/series lists."
        raise Invalid("is no series.", parameter="series", value=text, remedy=remedy)
    project, house, room, *device, quantity = levels
    return Series(project, house, room, "/".join(device), quantity)


def spell_series(series: Series) -> str:
    """The text that `parse_series` reads."""
    return f"{series.project}/{series.house}/{series.room}/{series.device}/{series.quantity}"


def find(directories: Directories, access: Access, site: Site, filters: Filters) -> list[Directory]:
    """The selected projects, sorted.

    Raises:
        Problem: 404, a name that does not exist or may not be seen: both answers are the same.
    """
    try:
        return _find(directories, access, site, filters, FRESH_SECONDS)
    except Problem:
        return _find(directories, access, site, filters, MISS_SECONDS)


def _find(directories: Directories, access: Access, site: Site, filters: Filters, age: float) -> list[Directory]:
    views = dict(directories.views(access, site, age=age))
    for project in filters.project:
        if project not in views:
            raise unknown_name("project", project, suggest(project, views, otherwise="See /v1/projects."))
    of_series = {series.project for series in filters.series}
    chosen = [
        directories.directory(project, view, site, age=age)
        for project, view in views.items()
        if (not filters.project or project in filters.project) and (not of_series or project in of_series)
    ]
    for parameter in ("house", "room", "device", "quantity"):
        known = frozenset[str]().union(*(directory.shown[parameter] for directory in chosen))
        for name in getattr(filters, parameter):
            if name not in known and not _is_text(parameter, name):
                raise unknown_name(parameter, name, _remedy(parameter, name, known))
    _check_series(filters, chosen)
    return chosen


def _check_series(filters: Filters, chosen: list[Directory]) -> None:
    if not filters.series:
        return
    shown = {directory.names.series(series) for directory in chosen for series in directory.seen}
    if unknown := sorted(filters.series - shown):
        name = spell_series(unknown[0])
        near = (spell_series(series) for series in shown if series.quantity == unknown[0].quantity)
        raise unknown_name("series", name, suggest(name, near, otherwise="See /v1/series."))


def _is_text(parameter: str, name: str) -> bool:
    return parameter == "quantity" and catalogue().get(name.removesuffix(TEXT_SUFFIX)) is not None


def _remedy(parameter: str, name: str, known: frozenset[str]) -> str:
    if parameter == "quantity" and (meant := catalogue().resolve(name)):
        return f"Did you mean {meant.name}?"
    if "," in name and all(part.strip() in known for part in name.split(",")):
        return f"Repeat the parameter for several values: {'&'.join(f'{parameter}={p}' for p in name.split(','))}."
    path = {"quantity": "quantities"}.get(parameter, f"{parameter}s")
    return suggest(name, known, otherwise=f"See /v1/{path}.")


def series_of(reader: Reader, directory: Directory, filters: Filters) -> list[SeriesInfo]:
    """The selected series of one project that hold readings, by their real names."""
    selection = whole_selection(directory, filters)
    if selection is None:
        return []
    return [info for info in reader.series(selection) if takes(directory, filters, info.series)]


def takes(directory: Directory, filters: Filters, series: Series) -> bool:
    """Whether a series, by its real names, is selected. The public sees only houses that the directory knows."""
    if directory.view is View.FULL:
        return not filters.series or series in filters.series
    shown = directory.names.series(series)
    return directory.houses.get(shown.house) == series.house and filters.take(shown)


def whole_selection(directory: Directory, filters: Filters) -> Selection | None:
    """All that is selected in a project and, for the public, perhaps more; None where there is nothing."""
    if not directory.stored:
        return None
    of_series = sorted(series for series in filters.series if series.project == directory.id)
    if directory.view is View.FULL:
        houses = filters.house or tuple(dict.fromkeys(series.house for series in of_series))
        return Selection(directory.id, houses, filters.room, filters.device, filters.quantity)
    wanted = filters.house or tuple(series.house for series in of_series)
    houses = tuple(real for shown, real in directory.houses.items() if not wanted or shown in wanted)
    return Selection(directory.id, houses) if houses else None


def parts(directory: Directory, filters: Filters, tz: ZoneInfo | None) -> Iterator[Part]:
    """What to ask the store for, in the order in which houses are shown.

    Args:
        directory: the project.
        filters: what is selected.
        tz: the zone for all; None: each house's own.
    """
    if not directory.stored:
        return
    if filters.series:
        yield from _series_parts(directory, filters, tz)
    elif directory.view is View.PUBLIC:
        yield from _public_parts(directory, filters, tz)
    elif tz is not None or not has_several_zones(directory):
        selection = Selection(directory.id, filters.house, filters.room, filters.device, filters.quantity)
        yield Part(directory, selection, tz or directory.zone)
    else:
        for zone, houses in groupby(sorted(filters.house or directory.houses), key=directory.zone_of):
            selection = Selection(directory.id, tuple(houses), filters.room, filters.device, filters.quantity)
            yield Part(directory, selection, zone)


def has_several_zones(directory: Directory) -> bool:
    """Whether a house of the project keeps another time than the project."""
    return any(house.zone != directory.zone for house in directory.listed_houses)


def _series_parts(directory: Directory, filters: Filters, tz: ZoneInfo | None) -> Iterator[Part]:
    """A device at a time, with just the wanted quantities."""
    names = ((directory.names.series(series), series) for series in directory.seen)
    taken = sorted(pair for pair in names if takes(directory, filters, pair[1]) and filters.take(pair[0]))
    for place, group in groupby(taken, key=lambda pair: pair[1].place):
        quantities = tuple(series.quantity for _, series in group)
        selection = Selection(directory.id, (place.house,), (place.room,), (place.device,), quantities)
        yield Part(directory, selection, tz or directory.zone_of(place.house))


def _public_parts(directory: Directory, filters: Filters, tz: ZoneInfo | None) -> Iterator[Part]:
    """A house at a time, so that their order is that of their pseudonyms."""
    names = directory.names
    for shown, house in directory.houses.items():
        if filters.house and shown not in filters.house:
            continue
        rooms = _real(filters.room, {names.text(room): room for h, room in directory.rooms if h == house})
        devices = _real(filters.device, {names.text(device): device for h, device in directory.devices if h == house})
        quantities = _real(filters.quantity, {names.quantity(quantity): quantity for quantity in directory.quantities})
        if rooms is not None and devices is not None and quantities is not None:
            selection = Selection(directory.id, (house,), rooms, devices, quantities)
            yield Part(directory, selection, tz or directory.zone_of(house))


def _real(wanted: Names, by_shown: dict[str, str]) -> Names | None:
    """The real names of the wanted ones; None where something is wanted that is not here."""
    found = tuple(real for shown, real in by_shown.items() if shown in wanted)
    return None if wanted and not found else found
