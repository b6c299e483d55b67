"""`/v1/completeness`: how many readings were expected and how many came, and where they are missing for longest."""

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from api.answers import TimeStyle
from api.completeness import MOST_WINDOWS, CompletenessRequest, pieces
from api.deps import AccessDep, FiltersDep, Moment, ServicesDep, SiteDep, StyleParam, TzParam
from api.intervals import Source, parse_interval
from api.iterators import close
from api.planning import Extent
from api.problems import documented
from api.resolved import ResolvedOut
from api.routes import V1
from api.samples import samples
from api.selections import find
from api.streams import Stream
from api.timerange import TimeRange
from api.zones import parse_zone
from hdh.windows import Every

router = APIRouter(prefix=V1, tags=["readings"])


class QueryOut(ResolvedOut):
    """What was asked for, with every default and relative time filled in."""

    every: str
    interval_ms: int | None = Field(description="As asked for; null: each series' own.")
    gaps: int


class WindowsOut(BaseModel):
    """Window by window: as many counts as times."""

    time: list[Moment] = Field(description="Each window's start.")
    expected: list[int | None] = Field(description="null where no interval is known.")
    actual: list[int]


class GapOut(BaseModel):
    """From the reading before a gap until the one after it, or to the edge of the range, or to now."""

    start: Moment
    stop: Moment
    missing: int = Field(description="How many readings would have fitted in.")


class CompletenessSeriesOut(BaseModel):
    """One series that had a reading before the range's end."""

    project: str
    house: str
    room: str
    device: str
    quantity: str
    interval_ms: int | None = Field(description="Between readings; null where none is given and none can be learned.")
    interval_source: Source | None
    expected: int | None
    actual: int
    windows: WindowsOut
    gaps: list[GapOut] = Field(description="The longest first.")


class CompletenessOut(BaseModel):
    """Completeness series by series. An answer that does not end in `complete` is broken off."""

    query: QueryOut
    series: list[CompletenessSeriesOut]
    complete: bool


_OK: dict[int | str, dict[str, Any]] = {200: {"description": "Series by series, streamed."}}

_START = (
    "The first time, inclusive: ISO 8601 (without offset in `tz` or the house's zone), epoch seconds or milliseconds, "
    "or relative (`-7d`). Without it, the first reading of the selection."
)
_EVERY = f"Windows, as of `/v1/readings`; at most {MOST_WINDOWS} in a series."
_INTERVAL = (
    "How far apart readings should be (30s, 5m, 1h), for all series. Without it, what the site file says of the "
    "device, else the median distance of the series' readings, where at least half of them are like it."
)


@router.get(
    "/completeness",
    response_model=CompletenessOut,
    responses=_OK | documented(404),
    openapi_extra=samples("/v1/completeness", project="toe", quantity="temperature", start="-7d", every="1d"),
)
def read_completeness(  # noqa: PLR0913, PLR0917 (one parameter each)
    filters: FiltersDep,
    shared: ServicesDep,
    access: AccessDep,
    site: SiteDep,
    start: Annotated[str | None, Query(description=_START, openapi_examples={"example": {"value": "-7d"}})] = None,
    stop: Annotated[str | None, Query(description="The end, exclusive; as `start`. Without it, now.")] = None,
    every: Annotated[str, Query(description=_EVERY, openapi_examples={"example": {"value": "1d"}})] = "1d",
    tz: TzParam = None,
    interval: Annotated[str | None, Query(description=_INTERVAL, openapi_examples={"example": {"value": "1m"}})] = None,
    gaps: Annotated[int, Query(ge=0, le=1000, description="How many of the longest gaps of each series.")] = 10,
    time: StyleParam = TimeStyle.MS,
) -> Stream:
    """Expected and actual readings of each series and window, and its longest gaps.

    Nothing is expected before a series' first reading, after now, or while the site file has the device elsewhere.
    """
    windows = Every.parse(every)
    asked = CompletenessRequest(
        extent=Extent(
            filters=filters,
            range=TimeRange(start, stop, shared.now()),
            tz=parse_zone(tz) if tz is not None else None,
            every=windows,
            most_windows=MOST_WINDOWS,
        ),
        every=windows,
        interval=parse_interval(interval) if interval is not None else None,
        gaps=gaps,
        style=time,
    )
    directories = find(shared.directories, access, site, filters)
    body, source = pieces(shared.reader, asked, directories)
    aborted = shared.metrics.aborted.inc
    return Stream(body, close=partial(close, source), failed=aborted, media_type="application/json", headers={})
