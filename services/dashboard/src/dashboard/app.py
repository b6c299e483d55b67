"""The FastAPI application: session, the API's answers, the pages and health."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI, Request, Response
from pydantic import BaseModel, Field, SecretStr

from dashboard.bundle import Bundle
from dashboard.metrics import Metrics
from dashboard.problems import api_away, problem
from dashboard.security import Secure
from dashboard.sessions import Sessions
from dashboard.upstream import Upstream
from hdh.requests import CountRequests
from hdh.serve import add_health

COOKIE = "hdh_session"
PAGES = ("", "house", "explore", "data-health", "kiosk")
"""The first words of the pages' addresses."""


class KeyIn(BaseModel):
    """A key of `api key add`."""

    key: SecretStr = Field(max_length=200)


class SessionOut(BaseModel):
    """Whether this browser's session has a key."""

    signed_in: bool


def create_app(api_url: str, bundle: Bundle) -> FastAPI:
    """Put the application together."""
    upstream, sessions = Upstream(api_url), Sessions()
    metrics = Metrics(lambda: len(sessions))

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await upstream.close()

    app = FastAPI(title="Healthy Digital House: dashboard", lifespan=lifespan, openapi_url=None)
    app.add_middleware(CountRequests, metrics=metrics.requests)
    app.add_middleware(Secure)
    add_health(app, lambda: [why] if (why := upstream.problem()) else [], metrics.registry)
    _add_session(app, upstream, sessions)
    _add_api(app, upstream, sessions)
    _add_pages(app, bundle)
    return app


def _add_session(app: FastAPI, upstream: Upstream, sessions: Sessions) -> None:
    @app.get("/session")
    async def read_session(request: Request) -> SessionOut:
        """Whether this browser has given a key."""
        return SessionOut(signed_in=sessions.key(request.cookies.get(COOKIE)) is not None)

    @app.post("/session")
    async def open_session(request: Request, given: KeyIn) -> Response:
        """Give a key; it is kept here, and checked with the API first."""
        key = given.key.get_secret_value().strip()
        if not key.isascii() or not key.isprintable() or not key:
            return _wrong_key()
        try:
            answer = await upstream.accepts(key)
        except httpx.HTTPError as error:
            return api_away(type(error).__name__)
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            return _wrong_key()
        if not answer.is_success:
            return api_away(f"it says {answer.status_code}")
        sessions.close(request.cookies.get(COOKIE))
        response = Response(status_code=204)
        response.set_cookie(COOKIE, sessions.open(key), httponly=True, samesite="strict", secure=_is_https(request))
        return response

    @app.delete("/session")
    async def close_session(request: Request) -> Response:
        """Forget the key."""
        sessions.close(request.cookies.get(COOKIE))
        response = Response(status_code=204)
        response.delete_cookie(COOKIE, httponly=True, samesite="strict", secure=_is_https(request))
        return response


def _add_api(app: FastAPI, upstream: Upstream, sessions: Sessions) -> None:
    @app.get("/api/v1/{path:path}")
    async def pass_on(request: Request, path: str) -> Response:
        """What the query API answers."""
        token = request.cookies.get(COOKIE)
        key = sessions.key(token)
        response = await upstream.pass_on(request, f"/v1/{path}", key)
        if key is not None and response.status_code == httpx.codes.UNAUTHORIZED:
            # The key was taken back: from now on this browser is a viewer.
            sessions.close(token)
        return response


def _add_pages(app: FastAPI, bundle: Bundle) -> None:
    @app.get("/{path:path}")
    async def read_page(request: Request, path: str) -> Response:
        """A file of the bundle, or the page, which reads the address by itself."""
        if (file := bundle.files.get(path)) is not None:
            return file.answer(request)
        first = path.split("/", 1)[0]
        if first in {"assets", "api"}:
            return problem(404, "not-found", f"There is no /{path} here.")
        return bundle.page.answer(request, status=200 if first in PAGES else 404)


def _wrong_key() -> Response:
    remedy = "Keys look like hdh_… and are made by `api key add`; this one may have been taken back."
    return problem(401, "wrong-key", "The API does not know this key.", remedy=remedy)


def _is_https(request: Request) -> bool:
    return "https" in {request.url.scheme, request.headers.get("X-Forwarded-Proto")}
