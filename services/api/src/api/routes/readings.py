"""`/v1/readings`: readings of any series, raw or in windows, streamed."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from api.accepts import chosen_format
from api.answers import TimeStyle
from api.bodies import End, Form, response
from api.deps import AccessDep, FiltersDep, Moment, ServicesDep, SiteDep, TzParam
from api.formats import FORMATS
from api.planning import MOST_WINDOWS, Extent
from api.points import FEWEST, MOST
from api.problems import documented
from api.reading import answer
from api.requests import ReadingsRequest
from api.resolved import ResolvedOut
from api.routes import V1
from api.samples import table_samples
from api.selections import find
from api.timerange import TimeRange
from api.wide import Layout
from api.zones import parse_zone
from hdh.windows import Aggregate, Every, Gap, Side

router = APIRouter(prefix=V1, tags=["readings"])


class QueryOut(ResolvedOut):
    """What was asked for, with every default and relative time filled in."""

    every: str | None
    aggregate: str | None
    gap: str | None
    gap_limit: int | None = Field(description="At most so many windows in a row are filled; null: all.")
    closed: Side | None = Field(description="The end that belongs to a window; null for raw readings.")
    label: Side | None = Field(description="The end that names a window.")
    unit: str | None = Field(description="As asked for; null: each quantity's own.")
    points: int | None = Field(description="At most so many readings of each series; null: all.")


class ReadingsSeriesOut(BaseModel):
    """One series: as many values as times."""

    project: str
    house: str
    room: str
    device: str
    quantity: str
    unit: str | None = Field(description="UCUM code of the values; null for text and where it is not known.")
    time: list[Moment] | None = Field(
        default=None,
        description="Ascending; a window is named by its start, or as `label` says. Wide: see above.",
    )
    column: str | None = Field(default=None, description="The column's name in the wide layout.")
    value: list[float | str | None] = Field(description="null: a window without a value.")


class ReadingsOut(BaseModel):
    """Readings series by series. An answer that does not end in `complete` is broken off: take none of it."""

    query: QueryOut
    time: list[Moment] | None = Field(default=None, description="The times of all series, in the wide layout only.")
    series: list[ReadingsSeriesOut]
    rows: int = Field(description="How many readings there are.")
    complete: bool


_CSV_EXAMPLE = """time,project,house,room,device,quantity,value,unit
2026-03-29T02:59:00+02:00,toe,house-1,kitchen,thermometer-1,temperature,21.4,Cel
2026-03-29T04:00:00+03:00,toe,house-1,kitchen,thermometer-1,temperature,21.5,Cel
"""

_FILE = {"schema": {"type": "string", "format": "binary"}}
_OK: dict[int | str, dict[str, Any]] = {
    200: {
        "description": (
            "The readings, streamed, series by series. Parquet and Arrow: columns time (with its zone), project, "
            "house, room, device, quantity, unit, value, and text where text may be selected; query in the metadata."
        ),
        "content": {form.media_type: _FILE for form in FORMATS.values() if form.name != "json"}
        | {"text/csv": {"schema": {"type": "string"}, "example": _CSV_EXAMPLE}},
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
_LAYOUT = (
    "tidy: a row a reading, or in JSON a list a series. wide: a row a time and a column a series, joined over all "
    "times; JSON then has `time` once. A column is named by what differs among the series, and by its unit."
)
_END = (
    "line: CSV and JSON lines end in a line that says how many rows there were and that these are all "
    "(`# rows=… complete=true`); the other formats always say so at their end."
)
_GAP_LIMIT = "With `gap=previous` or `linear`: of the windows in a row without a value at most so many are filled."
_CLOSED = "The end that belongs to a window, as in pandas: left (start <= time < end) where only `every` is given."
_LABEL = "The end by which a window is named, as in pandas: left where only `every` is given."
_UNIT = (
    "The unit of all values: a UCUM code (Cel, [degF], kW.h) or a common name (°F, kWh). A unit of another dimension "
    "than a selected quantity's is an error that says which fit. Differences of temperatures, and rates, convert too."
)
_POINTS = (
    "At most so many readings of each series, chosen for a plot by MinMaxLTTB from the raw readings or the windows: "
    "real ones, the first, the last, the least and the greatest among them. Text is left out."
)


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
    layout: Annotated[Layout, Query(description=_LAYOUT)] = Layout.TIDY,
    end: Annotated[End, Query(description=_END)] = End.NONE,
    gap_limit: Annotated[int | None, Query(ge=1, le=MOST_WINDOWS, description=_GAP_LIMIT)] = None,
    closed: Annotated[Side | None, Query(description=_CLOSED)] = None,
    label: Annotated[Side | None, Query(description=_LABEL)] = None,
    unit: Annotated[
        str | None, Query(max_length=64, description=_UNIT, openapi_examples={"example": {"value": "[degF]"}})
    ] = None,
    points: Annotated[int | None, Query(ge=FEWEST, le=MOST, description=_POINTS)] = None,
    time: Annotated[
        TimeStyle | None,
        Query(description="Times as epoch milliseconds (default of JSON) or ISO 8601 with offset (default of CSV)."),
    ] = None,
    format: Annotated[  # noqa: A002 (the parameter's name)
        str | None,
        Query(
            description=(
                "The form of the answer; wins over the Accept header. JSON is capped, and says so; csv-fi is for "
                "spreadsheets in Finland: `;`, decimal comma, local times."
            ),
            json_schema_extra={"enum": list(FORMATS)},
        ),
    ] = None,
) -> Response:
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
        gap_limit=gap_limit,
        closed=closed,
        label=label,
        unit=unit,
        points=points,
        style=time or form.style,
        format=form,
    )
    directories = find(shared.directories, access, site, filters)
    found = answer(shared.reader, asked, directories, cap=shared.json_readings, permits=shared.permits)
    accept_encoding = request.headers.get("Accept-Encoding")
    return response(found, Form(form, layout, end, accept_encoding, filters), shared)
