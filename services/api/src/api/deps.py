"""What routes ask for: the shared services, who asks, filters; and that no parameter is overlooked."""

from typing import Annotated, Any, TypeAlias

from fastapi import Depends, Query, Request, Security
from fastapi.security import APIKeyHeader, HTTPBearer
from pydantic import Field

from api.access import Access, access_of
from api.answers import TimeStyle
from api.problems import Problem
from api.selections import Filters, parse_series
from api.services import Services
from api.suggestions import suggest
from hdh.site import Site

_bearer = HTTPBearer(auto_error=False, description="A key of `api key add`: hdh_…", scheme_name="Bearer")
_header = APIKeyHeader(name="X-API-Key", auto_error=False, description="The same key.", scheme_name="ApiKey")


async def services(request: Request) -> Services:
    """What the routes share."""
    found: Services = request.app.state.services
    return found


ServicesDep: TypeAlias = Annotated[Services, Depends(services)]


def site(shared: ServicesDep) -> Site:
    """What the site file says now."""
    return shared.site_file.fresh()


SiteDep: TypeAlias = Annotated[Site, Depends(site)]


def access(
    request: Request,
    shared: ServicesDep,
    current: SiteDep,
    _bearer: Annotated[object, Security(_bearer)],
    _api_key: Annotated[object, Security(_header)],
) -> Access:
    """Who asks. The headers are read as they came: one that is no key must not pass for none."""
    is_open = shared.openness.holds(shared.keys, current)
    headers = request.headers
    return access_of(headers.get("Authorization"), headers.get("X-API-Key"), shared.keys, is_open=is_open)


AccessDep: TypeAlias = Annotated[Access, Depends(access)]


def refuse_strange_parameters(request: Request) -> None:
    """Refuse parameters that the path does not know, and several values where one is meant.

    Raises:
        Problem: 422, with the name that was probably meant.
    """
    known = _parameters(request)
    for name in request.query_params:
        if name not in known:
            remedy = suggest(name, known, otherwise=f"This path takes {', '.join(known) or 'no parameters'}.")
            raise Problem(
                422,
                "unknown-parameter",
                f"There is no parameter {name} here.",
                parameter=name,
                value=request.query_params[name],
                remedy=remedy,
            )
        values = request.query_params.getlist(name)
        if len(values) > 1 and not known[name]:
            raise Problem(
                422,
                "repeated-parameter",
                f"{name} is given {len(values)} times, but takes one value.",
                parameter=name,
                value=values,
                remedy="Give it once.",
            )


def _parameters(request: Request) -> dict[str, bool]:
    """The path's parameters as they are documented, and whether each may be repeated."""
    paths: dict[str, Any] = request.app.openapi()["paths"]
    operation = paths[request.scope["route"].path]["get"]
    return {
        parameter["name"]: parameter["schema"].get("type") == "array"
        for parameter in operation.get("parameters", [])
        if parameter["in"] == "query"
    }


def _no_names() -> list[str]:
    """What `list` returns too; but its signature, which is looked up at every request, would be parsed each time."""
    return []


def _several(name: str, description: str, example: str) -> Any:  # noqa: ANN401 (what Query is)
    return Query(
        alias=name,
        description=f"{description} May be repeated; without it, all.",
        openapi_examples={"example": {"value": [example]}},
        default_factory=_no_names,
    )


ProjectParam: TypeAlias = Annotated[list[str], _several("project", "Project.", "healthy-digital-house")]
HouseParam: TypeAlias = Annotated[list[str], _several("house", "House; the public knows pseudonyms.", "house-1")]
RoomParam: TypeAlias = Annotated[list[str], _several("room", "Room.", "kitchen")]
DeviceParam: TypeAlias = Annotated[list[str], _several("device", "Device, with its component.", "thermometer-1")]
QuantityParam: TypeAlias = Annotated[
    list[str], _several("quantity", "Quantity, a name of /v1/quantities.", "temperature")
]
StyleParam: TypeAlias = Annotated[
    TimeStyle, Query(alias="time", description="Times as epoch milliseconds, or as ISO 8601 with offset.")
]
TzParam: TypeAlias = Annotated[
    str | None,
    Query(
        description="Time zone (IANA) of times without offset, windows and ISO times; without it each house's own.",
        openapi_examples={"example": {"value": "Europe/Helsinki"}},
    ),
]


SeriesParam: TypeAlias = Annotated[
    list[str],
    _several(
        "series",
        "One whole series, project/house/room/device/quantity: for mixes that alternatives of names do not give.",
        "toe/house-1/kitchen/thermometer-1/temperature",
    ),
]


def filters(
    project: ProjectParam,
    house: HouseParam,
    room: RoomParam,
    device: DeviceParam,
    quantity: QuantityParam,
    series: SeriesParam,
) -> Filters:
    """Names of all five kinds, and whole series."""
    whole = frozenset(map(parse_series, series))
    return Filters(tuple(project), tuple(house), tuple(room), tuple(device), tuple(quantity), whole)


FiltersDep: TypeAlias = Annotated[Filters, Depends(filters)]

Moment: TypeAlias = Annotated[
    int | str, Field(description="Epoch milliseconds, or ISO 8601 with offset where time=iso was asked for.")
]
