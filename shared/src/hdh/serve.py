"""What every HTTP service has: health, metrics, and a server that says why it cannot listen."""

import asyncio
import errno
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from email.utils import formatdate

import uvicorn
from fastapi import FastAPI, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from uvicorn.server import ServerState

from hdh.errors import Misconfigured
from hdh.settings import Address

Ready = Callable[[], list[str]]
"""Returns why the service is not ready, a sentence each; an empty list when it is."""


_KEEP_ALIVE_SECONDS = 75
"""Longer than clients keep an idle connection (5 s with httpx), so that none is closed as a request is sent on it."""

_READY_SECONDS = 8.0
_READY_THREADS = 4


def add_health(app: FastAPI, ready: Ready, metrics: CollectorRegistry) -> None:
    """Add `/health/live`, `/health/ready` and `/metrics`."""
    # Threads of their own: those of the requests may all be waiting for a store that hangs.
    threads = ThreadPoolExecutor(_READY_THREADS, thread_name_prefix="ready")

    @app.get("/health/live", tags=["health"])
    async def live() -> dict[str, str]:
        """The process runs and answers."""
        # Not in a thread: those may all be waiting for a store that hangs.
        return {"status": "live"}

    @app.get("/health/ready", tags=["health"], responses={503: {"description": "Not ready, with the reasons."}})
    async def is_ready() -> Response:
        """The service can do its work; if not, 503 with the reasons."""
        try:
            reasons = await asyncio.wait_for(asyncio.get_running_loop().run_in_executor(threads, ready), _READY_SECONDS)
        except TimeoutError:
            reasons = [f"The checks did not end within {_READY_SECONDS:g} seconds."]
        body = {"status": "not ready", "reasons": reasons} if reasons else {"status": "ready"}
        return JSONResponse(body, status_code=503 if reasons else 200)

    @app.get("/metrics", tags=["health"], response_class=Response)
    def read_metrics() -> Response:
        """Counters and gauges in the text format of Prometheus."""
        return Response(generate_latest(metrics), media_type=CONTENT_TYPE_LATEST)


def listen(address: Address, variable: str) -> socket.socket:
    """Bind a listening socket.

    Raises:
        Misconfigured: the address is taken or not ours; the sentence names `variable`.
    """
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    # The protocol is named because asyncio sets TCP_NODELAY only where it is: without, the body of an answer that comes
    # after its head waits some 40 ms for the client's acknowledgement.
    sock = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((address.host, address.port))
    except OSError as error:
        sock.close()
        why = "is taken" if error.errno == errno.EADDRINUSE else f"cannot be used ({error.strerror})"
        raise Misconfigured(f"The address {address} {why}; set {variable} to another one.") from error
    sock.listen(2048)
    return sock


def server(app: FastAPI, on_end: Callable[[], None] = lambda: None) -> uvicorn.Server:
    """A server for `app`; start it with `.run(sockets=[listen(…)])`, end it by setting `.should_exit`.

    Args:
        app: the app.
        on_end: called when it is told to end, before it waits for open connections: those of answers without end.
    """
    config = uvicorn.Config(
        app,
        log_config=None,
        date_header=False,
        access_log=False,
        lifespan="on",
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=5,
    )
    return _Server(config, on_end)


class _State(ServerState):
    """What uvicorn's connections share. It makes a header `Date` every second, this makes one when it is asked for."""

    @property
    def default_headers(self) -> list[tuple[bytes, bytes]]:
        """What every answer begins with."""
        return [(b"date", formatdate(usegmt=True).encode()), *self._others]

    @default_headers.setter
    def default_headers(self, headers: list[tuple[bytes, bytes]]) -> None:
        self._others = headers


class _Server(uvicorn.Server):
    """Ends as soon as it is told to. uvicorn itself looks ten times a second, which is most of what idling costs."""

    def __init__(self, config: uvicorn.Config, on_end: Callable[[], None]) -> None:
        self._on_end = on_end
        self._told = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        super().__init__(config)
        self.server_state = _State()

    @property
    def should_exit(self) -> bool:
        """Whether it was told to end; may be set by any thread and by a signal's handler."""
        return self._should_exit

    @should_exit.setter
    def should_exit(self, value: bool) -> None:
        self._should_exit = value
        if value and (loop := self._loop) is not None:
            loop.call_soon_threadsafe(self._told.set)

    async def main_loop(self) -> None:
        """Until told to end, do nothing beside answering."""
        self._loop = asyncio.get_running_loop()
        try:
            if not await self.on_tick(0):
                await self._told.wait()
        finally:
            self._loop = None

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._on_end()
        await super().shutdown(sockets)
