"""The way to the query API: requests passed on with the session's key, answers passed back as they come."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import structlog
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from dashboard.problems import api_away

log = structlog.get_logger()

_ASKED = ("accept", "accept-encoding", "if-none-match", "if-modified-since", "last-event-id", "cache-control")
_ANSWERED = (
    "content-type",
    "content-length",
    "content-encoding",
    "content-disposition",
    "etag",
    "last-modified",
    "retry-after",
    "vary",
    "cache-control",
)
# A live stream has a heartbeat every 5 seconds; a long query begins to answer well within a minute.
_TIMEOUT = httpx.Timeout(60.0, connect=5.0, pool=5.0)


class Upstream:
    """The query API.

    Args:
        url: its address, without a slash at the end.
    """

    def __init__(self, url: str) -> None:
        # Live streams stay open as long as their pages, so their number must not be limited here.
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=20)
        self._client = httpx.AsyncClient(base_url=url, timeout=_TIMEOUT, limits=limits, trust_env=False)

    async def pass_on(self, request: Request, path: str, key: str | None) -> Response:
        """Ask the API for a path with the request's query, and stream its answer.

        A body that breaks off on the way is broken off here too, so that nobody takes a part for the whole.
        """
        headers = {name: request.headers[name] for name in _ASKED if name in request.headers}
        # Without it httpx asks for its own encodings, which the browser may not read.
        headers.setdefault("accept-encoding", "identity")
        url = httpx.URL(path=path, query=request.url.query.encode())
        asked = self._client.build_request(request.method, url, headers=headers | authorization(key))
        try:
            answer = await self._client.send(asked, stream=True)
        except httpx.HTTPError as error:
            log.warning("api_away", path=path, error=str(error) or type(error).__name__)
            return api_away("it cannot be reached" if isinstance(error, httpx.ConnectError) else "no answer in time")
        passed = {name: answer.headers[name] for name in _ANSWERED if name in answer.headers}
        if passed.get("content-type", "").startswith("text/event-stream"):
            # Servers between here and the browser must not gather events.
            passed |= {"cache-control": "no-store", "x-accel-buffering": "no"}
        return StreamingResponse(_body(answer, path), answer.status_code, passed)

    async def accepts(self, key: str) -> httpx.Response:
        """What the API says to a key.

        Raises:
            httpx.HTTPError: it does not answer.
        """
        return await self._client.get("/v1/projects", headers=authorization(key))

    def problem(self) -> str | None:
        """Why the API cannot be used now; None where it can."""
        try:
            answer = httpx.get(self._client.base_url.join("/health/live"), timeout=5, trust_env=False)
        except httpx.HTTPError as error:
            return f"The query API ({self._client.base_url}) does not answer: {str(error) or type(error).__name__}."
        return None if answer.is_success else f"The query API answers with {answer.status_code}."

    async def close(self) -> None:
        """Close all connections."""
        await self._client.aclose()


def authorization(key: str | None) -> dict[str, str]:
    """The header that carries a key."""
    return {} if key is None else {"Authorization": f"Bearer {key}"}


async def _body(answer: httpx.Response, path: str) -> AsyncIterator[bytes]:
    try:
        async for piece in answer.aiter_raw():
            yield piece
    except httpx.HTTPError as error:
        log.warning("api_broke_off", path=path, error=str(error) or type(error).__name__)
        raise
    finally:
        await answer.aclose()
