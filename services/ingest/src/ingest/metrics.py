"""Counters and gauges for Prometheus, read from the journal when they are asked for, so that they survive restarts."""

from collections.abc import Iterator
from contextlib import suppress

from prometheus_client import CollectorRegistry, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from hdh.errors import Retryable
from ingest.clock import now_ms
from ingest.journal import Journal
from ingest.pipeline import Pipeline
from ingest.receive import Receiver
from ingest.reports import Reports


def write_seconds(registry: CollectorRegistry) -> Histogram:
    """How long writes to the store take."""
    buckets = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
    return Histogram("hdh_write_seconds", "Seconds that a write to the store took.", buckets=buckets, registry=registry)


class Counters(Collector):
    """The counters of an ingest process."""

    def __init__(self, journal: Journal, receiver: Receiver, pipeline: Pipeline, reports: Reports) -> None:
        self._journal = journal
        self._receiver = receiver
        self._pipeline = pipeline
        self._reports = reports

    def describe(self) -> list[Metric]:
        """Nothing: registering must not ask the journal."""
        return []

    def collect(self) -> Iterator[Metric]:
        """The metrics of this moment."""
        # A journal that cannot be read now must not take the other metrics along.
        with suppress(Retryable):
            yield from self._messages()
        yield from self._process()
        with suppress(Retryable):
            yield GaugeMetricFamily("hdh_journal_bytes", "Bytes of the journal's files.", self._journal.size())
        oldest = self._pipeline.oldest
        age = 0.0 if oldest is None else max(0, now_ms() - oldest) / 1000
        yield GaugeMetricFamily("hdh_oldest_pending_seconds", "Age of the oldest pending message.", age)

    def _messages(self) -> Iterator[Metric]:
        totals = self._journal.totals()
        yield CounterMetricFamily("hdh_messages_received", "Messages journaled.", totals.received)
        yield GaugeMetricFamily("hdh_messages_pending", "Messages journaled and not done yet.", totals.pending)
        for name, counts in (("messages_written", totals.written), ("points_written", totals.points)):
            family = CounterMetricFamily(f"hdh_{name}", f"{name.capitalize().replace('_', ' ')}.", labels=["project"])
            for project, count in counts.items():
                family.add_metric([project], count)
            yield family
        for name, by_reason in (("rejected", totals.rejected), ("ignored", totals.ignored)):
            family = CounterMetricFamily(f"hdh_messages_{name}", f"Messages {name}.", labels=["project", "reason"])
            for (project, reason), count in by_reason.items():
                family.add_metric([project, reason], count)
            yield family

    def _process(self) -> Iterator[Metric]:
        receiver = self._receiver
        retries = CounterMetricFamily(
            "hdh_write_retries", "Writes that failed and are tried again.", labels=["project"]
        )
        for project, count in list(self._pipeline.waits.failures.items()):
            retries.add_metric([project], count)
        yield retries
        connected = 0 if receiver.problem else 1
        yield GaugeMetricFamily("hdh_broker_connected", "Whether the broker is connected and subscribed.", connected)
        for name, text, count in (
            ("redelivered", "Messages that the broker sent again, journaled before.", receiver.redelivered),
            ("reconnects", "Connections to the broker after the first.", max(0, receiver.connects - 1)),
            ("journal_errors", "Times that the journal could not be written.", receiver.journal_errors),
            ("reports_dropped", "Error reports dropped as too many waited.", self._reports.dropped),
        ):
            yield CounterMetricFamily(f"hdh_{name}", text, count)
