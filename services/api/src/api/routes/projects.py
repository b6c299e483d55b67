"""`/v1/projects`: what there is to read."""

from fastapi import APIRouter
from pydantic import BaseModel, Field

from api.access import View
from api.deps import AccessDep, ServicesDep, SiteDep
from api.problems import documented
from api.routes import V1
from api.samples import samples
from api.selections import Filters, find

router = APIRouter(prefix=V1, tags=["discovery"])


class ProjectOut(BaseModel):
    """A project."""

    id: str
    title: str
    zone: str = Field(description="Time zone of its houses, where they have no other.")
    public: bool = Field(description="Whether anybody may read it, under pseudonyms.")
    retention: int | None = Field(description="How long readings are kept, in milliseconds; null: for ever.")
    listed: bool = Field(description="Whether the site file lists it.")
    stored: bool = Field(description="Whether the store has it; without that there are no readings yet.")
    pseudonymous: bool = Field(description="Whether you see its houses under pseudonyms.")


class ProjectsOut(BaseModel):
    """All projects that the key may see, sorted."""

    projects: list[ProjectOut]


@router.get("/projects", responses=documented(), openapi_extra=samples("/v1/projects"))
def read_projects(shared: ServicesDep, access: AccessDep, site: SiteDep) -> ProjectsOut:
    """The projects that you may read."""
    return ProjectsOut(
        projects=[
            ProjectOut(
                id=directory.id,
                title=directory.names.text(directory.listed.title) if directory.listed else directory.id,
                zone=directory.zone.key,
                public=directory.listed is not None and directory.listed.public,
                retention=directory.listed.retention if directory.listed else None,
                listed=directory.listed is not None,
                stored=directory.stored,
                pseudonymous=directory.view is View.PUBLIC,
            )
            for directory in find(shared.directories, access, site, Filters())
        ]
    )
