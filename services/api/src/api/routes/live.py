"""`/v1/live`: the newest readings within a second of their writing, as server-sent events."""

from collections.abc import AsyncIterator
from typing import Annotated, Any, TypeAlias

from fastapi import APIRouter, Depends, Header, Query, Request
from starlette.concurrency import run_in_threadpool

from api.deps import AccessDep, FiltersDep, ServicesDep, SiteDep, access
from api.live.audience import Audience
from api.live.cursors import Cursors, parse
from api.live.events import Events
from api.live.listener import Listener
from api.problems import documented
from api.routes import V1
from api.samples import live_samples
from api.selections import find
from api.streams import EventStream
from hdh.errors import Invalid
from hdh.site import Site

router = APIRouter(prefix=V1, tags=["readings"])

_EXAMPLE = """retry: 2000

event: heartbeat
id: WyJbXCJi
data: {"time":1795475776000,"complete":true}

event: readings
id: WyJbXCJj
data: {"readings":[{"project":"toe","house":"house-1","room":"kitchen","device":"thermometer-1",\
"quantity":"temperature","unit":"Cel","time":1795475777000,"value":21.4}]}
"""
_OK: dict[int | str, dict[str, Any]] = {
    200: {
        "description": (
            "Events without end. `readings`: as they were written. `heartbeat`: every five seconds; `complete` says "
            "whether every ingest is heard; the first one says that whatever is written from here on is told. "
            "`missed`: some readings are not told one by one; ask /v1/readings for them, then go on."
        ),
        "content": {"text/event-stream": {"schema": {"type": "string"}, "example": _EXAMPLE}},
    }
}
_LAST = "The id of the last event that was heard, to go on behind it without missing one. The header wins."


def _heard(
    last_event_id: Annotated[str | None, Query(description=_LAST)] = None,
    header: Annotated[str | None, Header(alias="Last-Event-ID", description=_LAST)] = None,
) -> Cursors | None:
    """What was heard before; of no slot where the header is none of ours, as after a change of its form."""
    if header:
        try:
            return parse(header)
        except Invalid:
            return []
    return parse(last_event_id) if last_event_id else None


async def _listener(
    shared: ServicesDep,
    access: AccessDep,
    site: SiteDep,
    filters: FiltersDep,
    heard: Annotated[Cursors | None, Depends(_heard)],
) -> AsyncIterator[Listener]:
    """A place among those who listen, until the answer has ended."""
    await run_in_threadpool(find, shared.directories, access, site, filters)
    async with shared.hub.listening(heard) as listener:
        yield listener


ListenerDep: TypeAlias = Annotated[Listener, Depends(_listener)]


@router.get(
    "/live",
    status_code=200,
    response_class=EventStream,
    responses=_OK | documented(404),
    openapi_extra=live_samples("/v1/live", project="toe", quantity="temperature"),
)
async def read_live(request: Request, filters: FiltersDep, shared: ServicesDep, listener: ListenerDep) -> EventStream:
    """The readings of the selected series as they are written, for as long as the connection lasts."""

    def ask() -> tuple[Audience, Site]:
        site = shared.site_file.fresh()
        return shared.audiences.of(access(request, shared, site, None, None), filters), site

    async def who() -> tuple[Audience, Site]:
        return await run_in_threadpool(ask)

    return EventStream(Events(shared.hub, listener, who))
