"""`/v1/devices`: the devices, where they stood when, and what they measure."""

from collections.abc import Iterator

from fastapi import APIRouter
from pydantic import BaseModel, Field

from api.answers import TimeStyle
from api.deps import (
    AccessDep,
    DeviceParam,
    HouseParam,
    Moment,
    ProjectParam,
    RoomParam,
    ServicesDep,
    SiteDep,
    StyleParam,
)
from api.directory import DeviceEntry, Directory
from api.moments import written_or_none
from api.problems import documented
from api.routes import V1
from api.samples import samples
from api.selections import Filters, find
from hdh.site import Assignment, TimeSource

router = APIRouter(prefix=V1, tags=["discovery"])


class AssignmentOut(BaseModel):
    """Where a device stood, from `start` until just before `stop`; null: open."""

    house: str
    room: str
    start: Moment | None
    stop: Moment | None


class DeviceOut(BaseModel):
    """A device of a house; one that moved between houses stands in each."""

    project: str
    house: str
    device: str
    name: str
    rooms: list[str] = Field(description="Where its readings and assignments place it.")
    quantities: list[str] = Field(description="What it has readings of.")
    time_source: TimeSource | None = Field(description="Whose clock its readings carry; null where it is not listed.")
    assignments: list[AssignmentOut]
    listed: bool = Field(description="Whether the site file lists it, or the device that it is a component of.")


class DevicesOut(BaseModel):
    """Devices, sorted by project, house and device."""

    devices: list[DeviceOut]


@router.get(
    "/devices", responses=documented(404), openapi_extra=samples("/v1/devices", project="healthy-digital-house")
)
def read_devices(  # noqa: PLR0913, PLR0917 (one parameter each)
    project: ProjectParam,
    house: HouseParam,
    room: RoomParam,
    device: DeviceParam,
    shared: ServicesDep,
    access: AccessDep,
    site: SiteDep,
    time: StyleParam = TimeStyle.MS,
) -> DevicesOut:
    """The devices that are listed or have readings."""
    filters = Filters(project=tuple(project), house=tuple(house), room=tuple(room), device=tuple(device))
    found = find(shared.directories, access, site, filters)
    entries = (entry for directory in found for entry in _devices(directory, filters, time))
    return DevicesOut(devices=sorted(entries, key=lambda entry: (entry.project, entry.house, entry.device)))


def _devices(directory: Directory, filters: Filters, style: TimeStyle) -> Iterator[DeviceOut]:
    for entry in directory.devices.values():
        shown = _device(directory, entry, style)
        if (
            (not filters.house or shown.house in filters.house)
            and (not filters.device or shown.device in filters.device)
            and (not filters.room or set(shown.rooms) & set(filters.room))
        ):
            yield shown


def _device(directory: Directory, entry: DeviceEntry, style: TimeStyle) -> DeviceOut:
    names, listed = directory.names, entry.listed
    return DeviceOut(
        project=directory.id,
        house=names.house(entry.house),
        device=names.text(entry.device),
        name=names.text(listed.name if listed else entry.device),
        rooms=sorted(map(names.text, entry.rooms)),
        quantities=sorted(map(names.quantity, entry.quantities)),
        time_source=listed.time_source if listed else None,
        assignments=[_assignment(directory, given, style) for given in (listed.assignments if listed else ())],
        listed=listed is not None,
    )


def _assignment(directory: Directory, given: Assignment, style: TimeStyle) -> AssignmentOut:
    zone = directory.zone_of(given.house)
    return AssignmentOut(
        house=directory.names.house(given.house),
        room=directory.names.text(given.room),
        start=written_or_none(given.start, style, zone),
        stop=written_or_none(given.stop, style, zone),
    )
