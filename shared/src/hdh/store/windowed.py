"""Windows over a series that comes in chunks: memory holds a chunk and the open window, however long the series is."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from hdh.aggregates import aggregate_series
from hdh.model import Span
from hdh.windows import Aggregate, Side, Window

Readings: TypeAlias = tuple[NDArray[np.int64], NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Grid:
    """All windows that overlap a span.

    Attributes:
        labels: the times that name the windows, shape (w,).
        starts: the first millisecond of each window, shape (w,); the first may lie before the span.
        edges: the same and the first millisecond after the last, cut to the span, shape (w + 1,).
        limits: where the windows begin and end on the clock, cut to the span, shape (w + 1,).
    """

    labels: NDArray[np.int64]
    starts: NDArray[np.int64]
    edges: NDArray[np.int64]
    limits: NDArray[np.int64]

    @classmethod
    def of(cls, span: Span, window: Window) -> "Grid":
        """Cut a span into windows; an empty span has none."""
        if span.start >= span.stop:
            none, edge = np.empty(0, np.int64), np.array([span.start], np.int64)
            return cls(none, none, edge, edge)
        # Closed on the right, a window holds its end instead of its start: all that lies a millisecond later.
        later = 1 if window.closed is Side.RIGHT else 0
        clock = window.every.edges(Span(span.start - later, span.stop - later), window.zone)
        held = clock + later
        labels = clock[1:] if window.label is Side.RIGHT else clock[:-1]
        edges, limits = (np.clip(each, span.start, span.stop) for each in (held, clock))
        return cls(labels, held[:-1], edges, limits)


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
    edges, limits = grid.edges, grid.limits
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
        window = slice(closed, now_closed + 1)
        parts.append(aggregate_series(time, value, edges[window], aggregate, before=before, limits=limits[window]))
        used = int(np.searchsorted(time, edges[now_closed]))
        if used:
            before = int(time[used - 1]), value[used - 1]
        time, value, closed = time[used:], value[used:], now_closed
    if not found:
        return None
    parts.append(aggregate_series(time, value, edges[closed:], aggregate, before=before, limits=limits[closed:]))
    return np.concatenate(parts)
