"""What the api counts about itself."""

import time

from prometheus_client import CollectorRegistry, Counter, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_BUCKETS = (0.005, 0.02, 0.1, 0.5, 2, 10, 60, 600)


class Metrics:
    """Counters of one process, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "api_requests", "Requests answered, by path and status.", ["path", "status"], registry=self.registry
        )
        self.seconds = Histogram(
            "api_request_seconds",
            "Seconds from a request to the end of its answer.",
            ["path"],
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self.aborted = Counter(
            "api_streams_aborted", "Answers broken off because the store failed on the way.", registry=self.registry
        )


class CountRequests:
    """Counts and times every request, by its path's template."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and count what was answered."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 500

        async def count(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        start = time.perf_counter()
        try:
            await self._app(scope, receive, count)
        finally:
            # A path that is none must not become a label of its own.
            path = getattr(scope.get("route"), "path", "other")
            self._metrics.requests.labels(path, str(status)).inc()
            self._metrics.seconds.labels(path).observe(time.perf_counter() - start)
