"""A pipeline over a real journal of many small segments, with a clock to turn and a store in memory to break."""

from collections.abc import Sequence
from pathlib import Path
from random import Random

from hdh.model import Point
from hdh.site import SiteFile
from hdh.store.interface import Refusal
from ingest.journal import SqliteJournal
from ingest.message import Message, Messages
from ingest.pipeline import Pipeline
from ingest.place import Placer
from ingest.reports import Reports
from ingest.store import Store

A, B = "a/h/r/d/temperature", "b/h/r/d/temperature"
"""Topics of its two projects."""

SITE = "projects:\n  - {{id: a, title: A, timezone: UTC}}\n  - {{id: b, title: B, timezone: UTC}}\n{more}"
"""They, and whatever `more` lists."""


class Clock:
    """Stands still until it is set."""

    now = 0.0

    def __call__(self) -> float:
        """What it shows, in seconds."""
        return self.now


class Memory(Store):
    """A store in memory: what was written in which order; `failing` raises for a project, `refusing` refuses values."""

    def __init__(self) -> None:
        super().__init__("sqlite:////nowhere/store.db", None)
        self.values: dict[str, list[float]] = {}
        self.written: dict[str, dict[tuple[object, int], dict[str, object]]] = {}
        self.failing: dict[str, Exception] = {}
        self.refusing: set[float] = set()

    def create(self) -> None:
        """There is nothing to make."""

    def write(self, project: str, points: Sequence[Point]) -> list[Refusal]:
        """Keep the points, or do as it was told."""
        if project in self.failing:
            raise self.failing[project]
        refusals = []
        for index, point in enumerate(points):
            value = point.fields["temperature"]
            if value in self.refusing:
                refusals.append(Refusal(index, "store", "no"))
                continue
            assert isinstance(value, float)
            self.values.setdefault(project, []).append(value)
            self.written.setdefault(project, {})[point.place, point.time] = dict(point.fields)
        return refusals


class World:
    """A pipeline with its journal, a clock to turn and a store to break."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "site.yaml"
        self.file.write_text(SITE.format(more=""))
        self.sites = SiteFile(self.file, accept=Placer)
        self.journal = SqliteJournal(folder / "journal", segment_bytes=1)
        self.store = Memory()
        self.clock = Clock()
        self.reports = Reports()
        self.pipeline = self.fresh()
        self._n = 0

    def fresh(self) -> Pipeline:
        """Another pipeline over the same, as after a restart."""
        return Pipeline(self.journal, self.sites, self.store, self.reports, Random(1), clock=self.clock)

    def receive(self, *topics: str, payload: bytes | None = None) -> None:
        """Journal a message on each topic, by default with the next whole number as its payload."""
        messages = []
        for topic in topics:
            self._n += 1
            messages.append(
                Message(topic, b"%d" % self._n if payload is None else payload, 1_700_000_000_000 + self._n)
            )
        self.journal.append(Messages.of(messages), self.sites.site.version, self.sites.site.text)

    def settle(self) -> None:
        """Have everything done that can be."""
        while self.pipeline.step():
            pass

    @property
    def counts(self) -> tuple[int, int, int, int]:
        """Messages written, rejected, ignored, pending."""
        totals = self.journal.totals()
        sums = (sum(totals.written.values()), sum(totals.rejected.values()), sum(totals.ignored.values()))
        return (*sums, totals.pending)

    def positions(self) -> dict[str, int]:
        """Where each lane stands."""
        return {name: lane.position for name, lane in self.journal.lanes().items()}
