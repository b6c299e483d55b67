"""What every HTTP service counts of its requests."""

import time

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_BUCKETS = (0.005, 0.02, 0.1, 0.5, 2, 10, 60, 600)


class RequestMetrics:
    """Requests of one service.

    Args:
        service: its name in the metrics' names.
        registry: where they are added.
    """

    def __init__(self, service: str, registry: CollectorRegistry) -> None:
        prefix = f"hdh_{service}_request"
        self.answered = Counter(
            f"{prefix}s", "Requests answered, by path and status.", ["path", "status"], registry=registry
        )
        self.seconds = Histogram(
            f"{prefix}_seconds",
            "Seconds from a request to the end of its answer.",
            ["path"],
            buckets=_BUCKETS,
            registry=registry,
        )
        self.open = Gauge(f"{prefix}s_open", "Requests being answered, live ones too.", registry=registry)


class CountRequests:
    """Middleware that counts and times every request, by its path's template."""

    def __init__(self, app: ASGIApp, metrics: RequestMetrics) -> None:
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
        with self._metrics.open.track_inprogress():
            try:
                await self._app(scope, receive, count)
            finally:
                # A path that is none must not become a label of its own.
                path = getattr(scope.get("route"), "path", "other")
                self._metrics.answered.labels(path, str(status)).inc()
                self._metrics.seconds.labels(path).observe(time.perf_counter() - start)
