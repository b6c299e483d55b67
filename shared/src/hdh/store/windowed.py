"""Windows over a series that comes in chunks: memory holds a chunk and the open window, however long the series is."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from hdh.aggregates import aggregate_series
from hdh.model import Span
from hdh.windows import Aggregate, Window

Readings: TypeAlias = tuple[NDArray[np.int64], NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Grid:
    """All windows that overlap a span.

    Attributes:
        starts: the windows' starts, by which they are labelled, shape (w,); the first may lie before the span.
        edges: the same and the end of the last, cut to the span, shape (w + 1,).
    """

    starts: NDArray[np.int64]
    edges: NDArray[np.int64]

    @classmethod
    def of(cls, span: Span, window: Window) -> "Grid":
        """Cut a span into windows; an empty span has none."""
        if span.start >= span.stop:
            return cls(np.empty(0, np.int64), np.array([span.start], np.int64))
        edges = window.every.edges(span, window.zone)
        return cls(edges[:-1], np.clip(edges, span.start, span.stop))


def aggregate_chunks(
    chunks: Iterable[Readings],
    grid: Grid,
    aggregate: Aggregate,
    before: tuple[int, Any] | None = None,
) -> NDArray[Any] | None:
    """Compute one value a window of the grid from readings that come in chunks.

    Args:
        chunks: times and values of one series, ascending within a chunk and from chunk to chunk.
        grid: the windows; readings outside its span are left out.
        aggregate: what to compute.
        before: the last reading before the span, for the aggregates that look back.

    Returns:
        As `aggregate_series`, shape (w,); None where no chunk holds a reading of the span.
    """
    edges = grid.edges
    parts: list[NDArray[Any]] = []
    closed, found = 0, False
    time, value = np.empty(0, np.int64), np.empty(0)
    for more_time, more_value in chunks:
        if not len(more_time):
            continue
        found = found or bool(((more_time >= edges[0]) & (more_time < edges[-1])).any())
        time = np.concatenate((time, more_time))
        value = np.concatenate((value, more_value)) if len(value) else more_value
        # A window that ends at or before the newest reading can get no more.
        now_closed = int(np.searchsorted(edges, time[-1], "right")) - 1
        if now_closed <= closed:
            continue
        parts.append(aggregate_series(time, value, edges[closed : now_closed + 1], aggregate, before=before))
        used = int(np.searchsorted(time, edges[now_closed]))
        if used:
            before = int(time[used - 1]), value[used - 1]
        time, value, closed = time[used:], value[used:], now_closed
    if not found:
        return None
    parts.append(aggregate_series(time, value, edges[closed:], aggregate, before=before))
    return np.concatenate(parts)
