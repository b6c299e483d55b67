"""`/v1/series`: what holds readings, since when, until when and how many."""

from fastapi import APIRouter
from pydantic import BaseModel, Field

from api.answers import TimeStyle
from api.deps import AccessDep, FiltersDep, Moment, ServicesDep, SiteDep, StyleParam
from api.directory import Directory
from api.moments import written
from api.problems import documented
from api.routes import V1
from api.samples import samples
from api.selections import find, series_of
from api.units import known_quantity, unit_of
from hdh.quantities import Kind
from hdh.store.interface import SeriesInfo

router = APIRouter(prefix=V1, tags=["discovery"])


class SeriesOut(BaseModel):
    """A series that holds at least one reading."""

    project: str
    house: str
    room: str
    device: str
    quantity: str
    unit: str | None = Field(description="UCUM code; null for text and where it is not known.")
    symbol: str | None = Field(description="The unit as people write it.")
    kind: Kind | None = Field(description="gauge, counter or state; null where it is not known.")
    first: Moment
    last: Moment
    count: int = Field(description="How many readings it holds.")
    interval: float | None = Field(description="Seconds between readings, on average; null for a single one.")
    listed: bool = Field(description="Whether the site file lists its device.")


class AllSeriesOut(BaseModel):
    """Series, sorted by project, house, room, device and quantity."""

    series: list[SeriesOut]


@router.get(
    "/series", responses=documented(404), openapi_extra=samples("/v1/series", project="toe", quantity="temperature")
)
def read_series(
    filters: FiltersDep, shared: ServicesDep, access: AccessDep, site: SiteDep, time: StyleParam = TimeStyle.MS
) -> AllSeriesOut:
    """The series that hold readings."""
    found = [
        _series(directory, info, time)
        for directory in find(shared.directories, access, site, filters)
        for info in series_of(shared.reader, directory, filters)
    ]
    return AllSeriesOut(series=sorted(found, key=lambda s: (s.project, s.house, s.room, s.device, s.quantity)))


def _series(directory: Directory, info: SeriesInfo, style: TimeStyle) -> SeriesOut:
    real, shown = info.series, directory.names.series(info.series)
    zone = directory.zone_of(real.house)
    unit = unit_of(real.quantity)
    known = known_quantity(real.quantity)
    return SeriesOut(
        project=shown.project,
        house=shown.house,
        room=shown.room,
        device=shown.device,
        quantity=shown.quantity,
        unit=unit,
        symbol=known.symbol if known and unit else None,
        kind=known.kind if known else None,
        first=written(info.first, style, zone),
        last=written(info.last, style, zone),
        count=info.count,
        interval=(info.last - info.first) / (info.count - 1) / 1000 if info.count > 1 else None,
        listed=directory.device_of(real) is not None,
    )
