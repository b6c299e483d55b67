"""What every HTTP service has: health, metrics, and a server that says why it cannot listen."""

import errno
import socket
from collections.abc import Callable

import uvicorn
from fastapi import FastAPI, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from hdh.errors import Misconfigured
from hdh.settings import Address

Ready = Callable[[], list[str]]
"""Returns why the service is not ready, a sentence each; an empty list when it is."""


def add_health(app: FastAPI, ready: Ready, metrics: CollectorRegistry) -> None:
    """Add `/health/live`, `/health/ready` and `/metrics`."""

    @app.get("/health/live", tags=["health"])
    async def live() -> dict[str, str]:
        """The process runs and answers."""
        # Not in a thread: those may all be waiting for a store that hangs.
        return {"status": "live"}

    @app.get("/health/ready", tags=["health"], responses={503: {"description": "Not ready, with the reasons."}})
    def is_ready() -> Response:
        """The service can do its work; if not, 503 with the reasons."""
        reasons = ready()
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
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((address.host, address.port))
    except OSError as error:
        sock.close()
        why = "is taken" if error.errno == errno.EADDRINUSE else f"cannot be used ({error.strerror})"
        raise Misconfigured(f"The address {address} {why}; set {variable} to another one.") from error
    sock.listen(2048)
    return sock


def server(app: FastAPI) -> uvicorn.Server:
    """A server for `app`; start it with `.run(sockets=[listen(…)])`, end it by setting `.should_exit`."""
    config = uvicorn.Config(app, log_config=None, access_log=False, lifespan="on", timeout_graceful_shutdown=5)
    return uvicorn.Server(config)
