"""`/v1/readings`: readings of any series, raw or in windows, streamed."""

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from api.accepts import chosen_format
from api.answers import TimeStyle
from api.deps import AccessDep, FiltersDep, Moment, ServicesDep, SiteDep, TzParam
from api.formats import FORMATS
from api.iterators import close
from api.planning import Extent
from api.problems import documented
from api.reading import ReadingsRequest, answer
from api.resolved import ResolvedOut
from api.routes import V1
from api.samples import table_samples
from api.selections import find
from api.streams import Stream
from api.timerange import TimeRange
from api.zones import parse_zone
from hdh.windows import Aggregate, Every, Gap

router = APIRouter(prefix=V1, tags=["readings"])


class QueryOut(ResolvedOut):
    """What was asked for, with every default and relative time filled in."""

    every: str | None
    aggregate: str | None
    gap: str | None


class ReadingsSeriesOut(BaseModel):
    """One series: as many values as times."""

    project: str
    house: str
    room: str
    device: str
    quantity: str
    unit: str | None = Field(description="UCUM code of the values; null for text and where it is not known.")
    time: list[Moment] = Field(description="Ascending; a window is named by its start.")
    value: list[float | str | None] = Field(description="null: a window without a value.")


class ReadingsOut(BaseModel):
    """Readings series by series. An answer that does not end in `complete` is broken off: take none of it."""

    query: QueryOut
    series: list[ReadingsSeriesOut]
    complete: bool


_CSV_EXAMPLE = """time,project,house,room,device,quantity,value,unit
2026-03-29T02:59:00+02:00,toe,house-1,kitchen,thermometer-1,temperature,21.4,Cel
2026-03-29T04:00:00+03:00,toe,house-1,kitchen,thermometer-1,temperature,21.5,Cel
"""

_OK: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The readings, streamed: JSON series by series, or tidy CSV.",
        "content": {"text/csv": {"schema": {"type": "string"}, "example": _CSV_EXAMPLE}},
    }
}

_START = (
    "The first time, inclusive: ISO 8601 (without offset in `tz` or the house's zone), epoch seconds or milliseconds, "
    "or relative (`-7d`, `-12h`, `-30m`). Without it, the first reading of the selection."
)
_STOP = "The end, exclusive; as `start`. Without it, now."
_EVERY = (
    "Windows: divisors of a minute or an hour (10s, 5m, 1h) by elapsed time; 2h 3h 4h 6h 8h 12h and 1d 1w 1mo 1y by "
    "the local clock. Without it, raw readings."
)
_AGGREGATE = "What is computed in each window; mean where only `every` is given. Text knows count, first and last."
_GAP = "What stands in a window without a value: null where only `every` is given."


@router.get(
    "/readings",
    response_model=ReadingsOut,
    responses=_OK | documented(404, 406),
    openapi_extra=table_samples(
        "/v1/readings",
        project="toe",
        quantity="temperature",
        start="2026-03-01",
        stop="2026-04-01",
        every="1d",
        tz="Europe/Helsinki",
    ),
)
def read_readings(  # noqa: PLR0913, PLR0917 (one parameter each)
    request: Request,
    filters: FiltersDep,
    shared: ServicesDep,
    access: AccessDep,
    site: SiteDep,
    start: Annotated[str | None, Query(description=_START, openapi_examples={"example": {"value": "-7d"}})] = None,
    stop: Annotated[str | None, Query(description=_STOP, openapi_examples={"example": {"value": "now"}})] = None,
    every: Annotated[str | None, Query(description=_EVERY, openapi_examples={"example": {"value": "1h"}})] = None,
    aggregate: Annotated[Aggregate | None, Query(description=_AGGREGATE)] = None,
    tz: TzParam = None,
    gap: Annotated[Gap | None, Query(description=_GAP)] = None,
    time: Annotated[
        TimeStyle | None,
        Query(description="Times as epoch milliseconds (default of JSON) or ISO 8601 with offset (default of CSV)."),
    ] = None,
    format: Annotated[  # noqa: A002 (the parameter's name)
        str | None,
        Query(
            description="The form of the answer; wins over the Accept header. JSON is capped, and says so.",
            json_schema_extra={"enum": list(FORMATS)},
        ),
    ] = None,
) -> Stream:
    """Readings of the selected series in the half-open range `start <= time < stop`."""
    form = chosen_format(format, request.headers.get("Accept"))
    asked = ReadingsRequest(
        extent=Extent(
            filters=filters,
            range=TimeRange(start, stop, shared.now()),
            tz=parse_zone(tz) if tz is not None else None,
            every=Every.parse(every) if every is not None else None,
        ),
        aggregate=aggregate,
        gap=gap,
        style=time or form.style,
        format=form,
    )
    directories = find(shared.directories, access, site, filters)
    found = answer(shared.reader, asked, directories, cap=shared.json_readings, permits=shared.permits)
    aborted = shared.metrics.aborted.inc
    return Stream(form.encode(found), close=partial(close, found.blocks), failed=aborted, media_type=form.media_type)
