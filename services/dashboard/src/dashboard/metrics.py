"""What the dashboard counts about itself."""

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Gauge

from hdh.requests import RequestMetrics


class Metrics:
    """Counters of one process, in a registry of their own.

    Args:
        sessions: how many there are now.
    """

    def __init__(self, sessions: Callable[[], int]) -> None:
        self.registry = CollectorRegistry()
        self.requests = RequestMetrics("dashboard", self.registry)
        Gauge("hdh_dashboard_sessions", "Sessions with a key.", registry=self.registry).set_function(sessions)
