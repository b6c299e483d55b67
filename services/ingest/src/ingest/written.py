"""`/written`: the points that were written, line by line as it happens, for whoever shows them live."""

from collections.abc import Generator
from typing import Annotated, Any

import msgspec
from anyio import CancelScope
from fastapi import FastAPI, Query, Request
from fastapi.responses import JSONResponse, StreamingResponse
from starlette.concurrency import run_in_threadpool
from starlette.types import Receive, Scope, Send

from hdh.errors import Invalid, Retryable
from ingest.cursor import parse
from ingest.journal import Journal
from ingest.progress import Progress
from ingest.tail import Tail, Written

MOST_STREAMS = 16
"""Each holds one of the server's threads while it waits."""
_BEAT_SECONDS = 2.0
_GATHER_SECONDS = 0.1


def add_written(app: FastAPI, journal: Journal, progress: Progress) -> None:
    """Add the path to the service's app."""
    streams: set[Tail] = set()
    app.add_exception_handler(Invalid, _invalid)

    @app.get("/written", response_class=StreamingResponse)
    def written(
        after: Annotated[str | None, Query(description="The cursor of an earlier answer; without it, now.")] = None,
        until: Annotated[str | None, Query(description="A cursor to end at; without it, never.")] = None,
    ) -> StreamingResponse:
        """Lines of `{"cursor", "points": [[project, house, room, device, time, {quantity: value}], …], "missed"}`.

        The first comes at once, without points: where it begins. A line without points every two seconds says that
        all is well. `missed` tells why something before this line can no longer be handed out.
        """
        begin, end = after and parse(after, "after"), until and parse(until, "until")
        if len(streams) >= MOST_STREAMS:
            raise Retryable(f"{MOST_STREAMS} streams are open, the most that there may be.")
        tail = Tail(journal, begin or None, end or None)
        return _Lines(_lines(tail, progress, streams))


class _Lines(StreamingResponse):
    """Ends its lines when the reader goes away: Starlette leaves that to the garbage collector."""

    media_type = "application/x-ndjson"

    def __init__(self, lines: Generator[bytes]) -> None:
        super().__init__(lines)
        self._lines = lines

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            with CancelScope(shield=True):
                await run_in_threadpool(self._lines.close)


def _lines(tail: Tail, progress: Progress, streams: set[Tail]) -> Generator[bytes]:
    # Counted here, as what is never begun is never ended.
    streams.add(tail)
    try:
        yield _line(tail.first())
        while not progress.ended:
            count = progress.count
            for written in tail.read():
                yield _line(written)
            if tail.ended:
                return
            if progress.wait(count, _BEAT_SECONDS) == count:
                yield _line(Written(tail.cursor, []))
            else:
                # What comes within a moment goes in one line: a line costs more than a reading.
                progress.wait(1 << 62, _GATHER_SECONDS)
    finally:
        tail.close()
        streams.discard(tail)


def _line(written: Written) -> bytes:
    points: list[Any] = [
        (project, point.place.house, point.place.room, point.place.device, point.time, point.fields)
        for project, point in written.points
    ]
    document = {"cursor": str(written.cursor), "points": points, "missed": written.missed}
    return msgspec.json.encode(document) + b"\n"


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    del request
    body = {"type": "about:blank", "title": "Unprocessable Content", "status": 422, "detail": str(error)}
    return JSONResponse(body, 422, media_type="application/problem+json")
