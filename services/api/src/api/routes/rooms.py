"""`/v1/rooms`: the rooms of the houses, with their floor plan."""

from collections.abc import Iterator

from fastapi import APIRouter
from pydantic import BaseModel, Field

from api.deps import AccessDep, HouseParam, ProjectParam, RoomParam, ServicesDep, SiteDep
from api.directory import Directory
from api.problems import documented
from api.routes import V1
from api.samples import samples
from api.selections import Filters, find

router = APIRouter(prefix=V1, tags=["discovery"])


class RoomOut(BaseModel):
    """A room."""

    project: str
    house: str
    id: str
    name: str
    floor: int | None = Field(description="Its floor; null where it is not listed.")
    polygon: list[tuple[float, float]] = Field(description="Its corners on the floor plan, in metres.")
    listed: bool = Field(description="Whether the site file lists it.")


class RoomsOut(BaseModel):
    """Rooms, sorted by project, house and id."""

    rooms: list[RoomOut]


@router.get("/rooms", responses=documented(404), openapi_extra=samples("/v1/rooms", project="healthy-digital-house"))
def read_rooms(
    project: ProjectParam,
    house: HouseParam,
    room: RoomParam,
    shared: ServicesDep,
    access: AccessDep,
    site: SiteDep,
) -> RoomsOut:
    """The rooms that are listed or have readings."""
    filters = Filters(project=tuple(project), house=tuple(house), room=tuple(room))
    found = find(shared.directories, access, site, filters)
    entries = (entry for directory in found for entry in _rooms(directory, filters))
    return RoomsOut(rooms=sorted(entries, key=lambda entry: (entry.project, entry.house, entry.id)))


def _rooms(directory: Directory, filters: Filters) -> Iterator[RoomOut]:
    names = directory.names
    for house, room in directory.rooms:
        shown_house, shown_room = names.house(house), names.text(room)
        if (filters.house and shown_house not in filters.house) or (filters.room and shown_room not in filters.room):
            continue
        listed_house = directory.listed.house(house) if directory.listed else None
        listed = listed_house.room(room) if listed_house else None
        yield RoomOut(
            project=directory.id,
            house=shown_house,
            id=shown_room,
            name=names.text(listed.name) if listed else shown_room,
            floor=listed.floor if listed else None,
            polygon=list(listed.polygon) if listed else [],
            listed=listed is not None,
        )
