"""What the dashboard counts about itself."""

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Metrics:
    """Counters of one process, in a registry of their own.

    Args:
        sessions: how many there are now.
    """

    def __init__(self, sessions: Callable[[], int]) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "hdh_dashboard_requests",
            "Requests answered, by route and status.",
            ["path", "status"],
            registry=self.registry,
        )
        self.open = Gauge(
            "hdh_dashboard_requests_open", "Requests being answered, live ones too.", registry=self.registry
        )
        Gauge("hdh_dashboard_sessions", "Sessions with a key.", registry=self.registry).set_function(sessions)


class CountRequests:
    """Counts every request by its route."""

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

        with self._metrics.open.track_inprogress():
            try:
                await self._app(scope, receive, count)
            finally:
                path = getattr(scope.get("route"), "path", "other")
                self._metrics.requests.labels(path, str(status)).inc()
