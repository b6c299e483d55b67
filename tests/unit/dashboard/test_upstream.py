"""The way to the query API, against a real server that says what it was asked."""

import asyncio
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from dashboard.upstream import Upstream


class _Api(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        """Answer with path and headers; `/v1/live` with events, `/v1/broken` with half of what it promised."""
        body = json.dumps({"path": self.path, **{name.lower(): value for name, value in self.headers.items()}}).encode()
        self.send_response(200)
        is_live = self.path.startswith("/v1/live")
        self.send_header("Content-Type", "text/event-stream" if is_live else "application/json")
        self.send_header("Content-Length", str(len(body) * (2 if self.path.startswith("/v1/broken") else 1)))
        self.send_header("ETag", '"1"')
        self.send_header("Set-Cookie", "of=the-api")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """Where the server answers."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Api) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def pass_on(url: str, path: str, *, query: str = "", key: str | None = None, **headers: str) -> tuple[Response, bytes]:
    """The answer to a browser's request, and its whole body."""
    pairs = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": "GET", "path": path, "query_string": query.encode(), "headers": pairs}
    scope |= {"server": ("dashboard", 80), "scheme": "http"}

    async def ask() -> tuple[Response, bytes]:
        upstream = Upstream(url)
        try:
            response = await upstream.pass_on(Request(scope), path, key)
            if not isinstance(response, StreamingResponse):
                return response, bytes(response.body)
            return response, b"".join([bytes(piece) async for piece in response.body_iterator])  # type: ignore[arg-type]
        finally:
            await upstream.close()

    return asyncio.run(ask())


def test_the_query_is_passed_on_as_it_is(url: str) -> None:
    """Repeated names and encoded signs too."""
    query = "quantity=co2&quantity=temperature&start=2026-01-01T00%3A00%3A00%2B02%3A00"
    _, body = pass_on(url, "/v1/readings", query=query)
    assert json.loads(body)["path"] == f"/v1/readings?{query}"


def test_the_key_goes_to_the_api_and_the_browsers_secrets_do_not(url: str) -> None:
    """Neither cookie nor an authorization of the browser's own."""
    _, body = pass_on(url, "/v1/projects", key="hdh_key", cookie="hdh_session=secret", authorization="Bearer other")
    asked = json.loads(body)
    assert (asked["authorization"], "cookie" in asked) == ("Bearer hdh_key", False)
    assert "authorization" not in json.loads(pass_on(url, "/v1/projects", authorization="Bearer other")[1])


def test_headers_pass_that_the_browser_needs(url: str) -> None:
    """What it has already, and in which form it reads; of the answer no cookie."""
    response, body = pass_on(url, "/v1/series", if_none_match='"1"', accept="text/csv", accept_encoding="gzip")
    asked = json.loads(body)
    assert [asked[name] for name in ("if-none-match", "accept", "accept-encoding")] == ['"1"', "text/csv", "gzip"]
    assert json.loads(pass_on(url, "/v1/series")[1])["accept-encoding"] == "identity"
    assert response.headers["etag"] == '"1"'
    assert "set-cookie" not in response.headers


def test_events_are_gathered_nowhere(url: str) -> None:
    """Servers on the way are told so."""
    response, _ = pass_on(url, "/v1/live")
    assert (response.headers["cache-control"], response.headers["x-accel-buffering"]) == ("no-store", "no")


def test_an_answer_that_breaks_off_is_broken_off(url: str) -> None:
    """Half an answer must not look like a whole one."""
    with pytest.raises(httpx.RemoteProtocolError, match="peer closed connection"):
        pass_on(url, "/v1/broken")


def test_an_api_that_is_away_is_told_with_when_to_ask_again() -> None:
    """A problem document, as the API's own errors are."""
    response, body = pass_on("http://127.0.0.1:9", "/v1/projects")
    assert (response.status_code, response.headers["retry-after"]) == (503, "5")
    assert json.loads(body)["detail"] == "The query API does not answer (it cannot be reached)."
    assert Upstream("http://127.0.0.1:9").problem() is not None
