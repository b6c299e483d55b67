"""What the api counts about itself."""

from prometheus_client import CollectorRegistry, Counter

from hdh.requests import RequestMetrics


class Metrics:
    """Counters of one process, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = RequestMetrics("api", self.registry)
        self.aborted = Counter(
            "hdh_api_streams_aborted", "Answers broken off because the store failed on the way.", registry=self.registry
        )
