"""Aggregates that the server computes: windows of one length are one InfluxQL statement, without its time zones."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hdh.model import Span
from hdh.store.influxdb.arrays import Kind
from hdh.store.influxdb.influxql import Parameters, where
from hdh.store.influxdb.sources import Source
from hdh.store.windowed import Grid, Readings
from hdh.windows import Aggregate

PUSHED = frozenset(
    {
        Aggregate.MEAN,
        Aggregate.MIN,
        Aggregate.MAX,
        Aggregate.MEDIAN,
        Aggregate.COUNT,
        Aggregate.FIRST,
        Aggregate.LAST,
        Aggregate.SUM,
        Aggregate.STDDEV,
    }
)
"""What InfluxQL computes as we do; its functions bear the same names."""

MOST_RUNS = 500


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbouring windows of one length: what InfluxQL can group by.

    Attributes:
        start: of the first window, epoch ms.
        width: of each, ms.
        span: the readings that count.
    """

    start: int
    width: int
    span: Span

    def statement(self, source: Source, aggregate: Aggregate, alias: str, parameters: Parameters) -> str:
        """Compute one value for each window that holds a reading."""
        chosen = source.field.select(aggregate.value, alias)
        conditions = where([source.condition(parameters), parameters.time(self.span)])
        return f"{chosen}{conditions} GROUP BY time({self.width}ms, {self.start % self.width}ms) fill(none)"


def runs(grid: Grid) -> list[Run]:
    """The windows of a grid as runs: a day of 23 or 25 hours, or a month, is a run of its own."""
    starts, edges = grid.starts, grid.edges
    if not len(starts):
        return []
    # The last window's own length does not matter: its readings end with the span.
    widths = np.append(np.diff(starts), max(int(edges[-1] - starts[-1]), 1))
    if len(widths) > 1 and widths[-1] < widths[-2]:
        widths[-1] = widths[-2]
    firsts = np.flatnonzero(np.diff(widths, prepend=0))
    ends = np.append(firsts[1:], len(starts))
    return [
        Run(int(starts[first]), int(widths[first]), Span(int(edges[first]), int(edges[end])))
        for first, end in zip(firsts, ends, strict=True)
    ]


def place(grid: Grid, answers: Sequence[Readings], kind: Kind) -> NDArray[Any]:
    """The server's values in the windows of the grid: NaN, or None for text, where it gave none."""
    missing: Callable[..., NDArray[Any]] = np.full
    values = missing(len(grid.starts), None, np.object_) if kind is Kind.TEXT else missing(len(grid.starts), np.nan)
    for time, value in answers:
        values[np.searchsorted(grid.starts, time, "right") - 1] = value
    return values
