"""`/v1/houses`: the houses of the projects."""

from fastapi import APIRouter
from pydantic import BaseModel, Field

from api.deps import AccessDep, HouseParam, ProjectParam, ServicesDep, SiteDep
from api.directory import Directory
from api.problems import documented
from api.routes import V1
from api.samples import samples
from api.selections import Filters, find

router = APIRouter(prefix=V1, tags=["discovery"])


class HouseOut(BaseModel):
    """A house; the public sees its pseudonym alone."""

    project: str
    id: str
    name: str
    pseudonym: str = Field(description="The name under which the public knows it.")
    zone: str = Field(description="Its time zone: days of windows begin at its midnight.")
    listed: bool = Field(description="Whether the site file lists it.")


class HousesOut(BaseModel):
    """Houses, sorted by project and id."""

    houses: list[HouseOut]


@router.get("/houses", responses=documented(404), openapi_extra=samples("/v1/houses", project="healthy-digital-house"))
def read_houses(
    project: ProjectParam, house: HouseParam, shared: ServicesDep, access: AccessDep, site: SiteDep
) -> HousesOut:
    """The houses that are listed or have readings."""
    filters = Filters(project=tuple(project), house=tuple(house))
    found = find(shared.directories, access, site, filters)
    return HousesOut(houses=[entry for directory in found for entry in _houses(directory, filters)])


def _houses(directory: Directory, filters: Filters) -> list[HouseOut]:
    entries = []
    for shown, house in directory.houses.items():
        if filters.house and shown not in filters.house:
            continue
        listed = directory.listed.house(house) if directory.listed else None
        entries.append(
            HouseOut(
                project=directory.id,
                id=shown,
                name=directory.names.house_name(listed) if listed else shown,
                pseudonym=directory.pseudonyms.house(house),
                zone=directory.zone_of(house).key,
                listed=listed is not None,
            )
        )
    return entries
