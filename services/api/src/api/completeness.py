"""How complete series are: what was expected and what came, window by window, and the longest gaps; in one pass."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, groupby
from typing import Any

import numpy as np
import orjson

from api.answers import Times, TimeStyle
from api.directory import Directory
from api.gaps import Expectation, Silences, away
from api.intervals import FEW, Distances, Interval, given_interval, learn_before
from api.iterators import close
from api.moments import written
from api.planning import Extent, Planned, plan
from api.resolved import resolved
from api.selections import Part
from hdh.model import Span
from hdh.store.interface import Reader, SeriesInfo
from hdh.store.windowed import Grid
from hdh.windows import Aggregate, Every, Window

MOST_WINDOWS = 100_000
"""Windows of one series: a minute each for 69 days."""


@dataclass(frozen=True, slots=True)
class CompletenessRequest:
    """What was asked for.

    Attributes:
        extent: which series and windows; its `every` is given.
        interval: as asked for, in milliseconds; None: configured or learned.
        gaps: how many of the longest gaps of each series are told.
    """

    extent: Extent
    every: Every
    interval: int | None
    gaps: int
    style: TimeStyle


class _Tally:
    """What one series has in its range, counted as its readings come."""

    def __init__(self, request: CompletenessRequest, part: Part, span: Span, grid: Grid, info: SeriesInfo) -> None:
        start = max(span.start, info.first)
        stop = max(start, min(span.stop, request.extent.range.now))
        series = info.series
        self.expectation = Expectation(Span(start, stop), away(part.directory.device_of(series), series))
        self.silences = Silences(self.expectation, request.gaps)
        self.distances = Distances()
        self.counts = np.zeros(len(grid.labels), np.int64)
        self._edges = grid.edges

    def add(self, times: Times) -> None:
        """Take more readings' times, ascending."""
        if not len(times):
            return
        self.counts += np.diff(np.searchsorted(times, self._edges))
        self.distances.add(self.silences.add(times))


def pieces(
    reader: Reader, request: CompletenessRequest, directories: Sequence[Directory]
) -> tuple[Iterator[bytes], Iterator[bytes]]:
    """The answer as JSON, series by series, in constant memory.

    Returns:
        The body, of which the first series is read already, so that a store that is away is a clean error till then;
        and the generator behind it, to be closed.

    Raises:
        Invalid: the range is wrong, or has too many windows.
        Retryable: the store is away.
    """
    planned = plan(reader, request.extent, directories)
    head = b'{"query":' + orjson.dumps(_resolved(request, directories, planned)) + b',"series":['
    series = _joined(reader, request, planned)
    first = list(_take_one(series))
    return chain([head], first, series, [b'],"complete":true}']), series


def _take_one(series: Iterator[bytes]) -> Iterator[bytes]:
    if (one := next(series, None)) is not None:
        yield one


def _joined(reader: Reader, request: CompletenessRequest, planned: Planned) -> Iterator[bytes]:
    separator = b""
    for part, span in planned:
        for found in _series(reader, request, part, span):
            yield separator + orjson.dumps(found, option=orjson.OPT_SERIALIZE_NUMPY)
            separator = b","


def _series(reader: Reader, request: CompletenessRequest, part: Part, span: Span) -> Iterator[dict[str, Any]]:
    grid = Grid.of(span, Window(request.every, part.zone, Aggregate.COUNT))
    infos = [info for info in reader.series(part.selection) if info.first < span.stop]
    chunks = reader.read(part.selection, span)
    try:
        groups = groupby(chunks, key=lambda chunk: chunk.series)
        current = next(groups, None)
        for info in infos:
            tally = _Tally(request, part, span, grid, info)
            # What was written since the series were listed is seen the next time.
            while current is not None and current[0] < info.series:
                current = next(groups, None)
            if current is not None and current[0] == info.series:
                for chunk in current[1]:
                    tally.add(chunk.time)
                current = next(groups, None)
            given = given_interval(part.directory, info.series, request.interval)
            yield _shown(request, part, grid, info, tally, given or _learned(reader, tally, info, span))
    finally:
        close(chunks)


def _learned(reader: Reader, tally: _Tally, info: SeriesInfo, span: Span) -> Interval | None:
    if len(tally.distances) < FEW and info.first < span.start:
        return learn_before(reader, info, span.start) or tally.distances.learned()
    return tally.distances.learned()


def _shown(
    request: CompletenessRequest, part: Part, grid: Grid, info: SeriesInfo, tally: _Tally, interval: Interval | None
) -> dict[str, Any]:
    shown = part.directory.names.series(info.series)
    expected = tally.expectation.counts(grid.edges, interval.ms) if interval else None
    gaps = tally.silences.gaps(interval.ms) if interval else []

    def moment(time: int) -> int | str:
        return written(time, request.style, part.zone)

    return {
        "project": shown.project,
        "house": shown.house,
        "room": shown.room,
        "device": shown.device,
        "quantity": shown.quantity,
        "interval_ms": interval and interval.ms,
        "interval_source": interval and interval.source.value,
        "expected": None if expected is None else int(expected.sum()),
        "actual": int(tally.counts.sum()),
        "windows": {
            "time": [moment(time) for time in grid.labels.tolist()],
            "expected": [None] * len(grid.labels) if expected is None else expected,
            "actual": tally.counts,
        },
        "gaps": [{"start": moment(gap.start), "stop": moment(gap.stop), "missing": gap.missing} for gap in gaps],
    }


def _resolved(request: CompletenessRequest, directories: Sequence[Directory], planned: Planned) -> dict[str, object]:
    """What was asked for, with every default and relative time filled in."""
    own = {"every": request.every.text, "interval_ms": request.interval, "gaps": request.gaps}
    return resolved(request.extent, directories, planned, request.style) | own
