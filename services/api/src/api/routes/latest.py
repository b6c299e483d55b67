"""`/v1/latest`: the newest reading of each series."""

from collections.abc import Sequence
from operator import itemgetter

import orjson
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from api.access import View
from api.answers import TimeStyle
from api.deps import AccessDep, FiltersDep, Moment, ServicesDep, SiteDep, StyleParam
from api.directory import Directories, Directory
from api.moments import written
from api.problems import documented
from api.routes import V1
from api.samples import samples
from api.selections import Filters, find, takes, whole_selection
from api.services import Services
from api.units import unit_of
from hdh.store.interface import Latest

router = APIRouter(prefix=V1, tags=["readings"])

_LATE_SECONDS = 1.0


class LatestOut(BaseModel):
    """The newest reading of a series, by its own time."""

    project: str
    house: str
    room: str
    device: str
    quantity: str
    unit: str | None = Field(description="UCUM code; null for text and where it is not known.")
    time: Moment
    value: float | str
    age: float = Field(description="Seconds since its time; below zero where a clock is ahead.")


class AllLatestOut(BaseModel):
    """Newest readings, sorted by project, house, room, device and quantity."""

    latest: list[LatestOut]


@router.get(
    "/latest",
    response_model=AllLatestOut,
    responses=documented(404),
    openapi_extra=samples("/v1/latest", project="toe", room="kitchen"),
)
def read_latest(
    request: Request,
    filters: FiltersDep,
    shared: ServicesDep,
    access: AccessDep,
    site: SiteDep,
    time: StyleParam = TimeStyle.MS,
) -> Response:
    """The newest reading of each selected series, at most a second late.

    Many may ask every second: the store is asked once or twice a second for what they share. With `Cache-Control:
    no-cache` it is asked now, as one needs who goes on from there with `/v1/live`.
    """
    directories = find(shared.directories, access, site, filters)

    def answer() -> bytes:
        return orjson.dumps({"latest": _found(shared, directories, filters, time)})

    # All that decides what is shown.
    views = tuple((directory.id, directory.view) for directory in directories)
    body = shared.latest.get((views, site.version, filters, time), answer, _late(request))
    return Response(body, media_type="application/json")


def _late(request: Request) -> float:
    """How many seconds late the answer may be: not at all for who sends what browsers send with `cache: no-cache`."""
    wanted = request.headers.get("Cache-Control", "")
    return 0.0 if "no-cache" in wanted or "max-age=0" in wanted else _LATE_SECONDS


def _found(
    shared: Services, directories: Sequence[Directory], filters: Filters, style: TimeStyle
) -> list[dict[str, object]]:
    """What `AllLatestOut` holds: thousands of series are asked for often, and models would cost more than the store."""
    now = shared.now()
    found = [
        _latest(directory, latest, style, now)
        for directory in directories
        for latest in _read(shared.directories, directory, filters)
    ]
    return sorted(found, key=itemgetter("project", "house", "room", "device", "quantity"))


def _read(directories: Directories, directory: Directory, filters: Filters) -> list[Latest]:
    selection = whole_selection(directory, filters)
    if selection is None:
        return []
    return [latest for latest in directories.latest(selection) if takes(directory, filters, latest.series)]


def _latest(directory: Directory, latest: Latest, style: TimeStyle, now: int) -> dict[str, object]:
    """An entry as `LatestOut` describes it."""
    shown = directory.names.series(latest.series)
    hides = directory.view is View.PUBLIC and isinstance(latest.value, str)
    return {
        "project": shown.project,
        "house": shown.house,
        "room": shown.room,
        "device": shown.device,
        "quantity": shown.quantity,
        "unit": unit_of(latest.series.quantity),
        "time": written(latest.time, style, directory.zone_of(latest.series.house)),
        "value": directory.names.text(str(latest.value)) if hides else latest.value,
        "age": (now - latest.time) / 1000,
    }
