"""Looks at a source: which series, how many readings, from when to when, and what some of them look like."""

from collections.abc import Callable, Iterable

import numpy as np

from migrate.batch import NUMBERS, BadRow, Batch, Chunk, Column, Found, SeriesFound
from migrate.mapping.rules import with_field
from migrate.sources.interface import Source

_CHUNKS_A_GROUP = 3
_MOST_CHUNKS = 400
_SAMPLES = 4
_MOST_BAD = 20


def inspect(source: Source, *, whole: bool = False, tick: Callable[[int], None] = lambda _: None) -> Found:
    """Look at a source.

    Args:
        source: the source.
        whole: whether to read all of it; else some chunks of each file or measurement.
        tick: is told the size of each chunk that was looked at.

    Raises:
        Retryable: it is away.
        Misconfigured: it cannot be read.
    """
    chunks = source.chunks()
    chosen = chunks if whole else _some(chunks)
    series: dict[object, SeriesFound] = {}
    bad: list[BadRow] = []
    for chunk in chosen:
        for item in source.read(chunk):
            if isinstance(item, Batch):
                _take(series, item)
            elif len(bad) < _MOST_BAD:
                bad.append(item)
        tick(chunk.size)
    seen = sum(each.count for each in series.values())
    total, looked = sum(chunk.size for chunk in chunks), sum(chunk.size for chunk in chosen)
    exact = len(chosen) == len(chunks)
    estimated = seen if exact or not looked else round(seen * total / looked)
    found = sorted(series.values(), key=lambda each: (each.labels, each.kind))
    return Found(found, exact, estimated, source.facts(), source.doubts(), bad)


def _some(chunks: list[Chunk]) -> list[Chunk]:
    groups: dict[str, list[Chunk]] = {}
    for chunk in chunks:
        groups.setdefault(chunk.name.rpartition(":")[0], []).append(chunk)
    chosen = [chunk for group in groups.values() for chunk in _spread(group, _CHUNKS_A_GROUP)]
    return sorted(_spread(chosen, _MOST_CHUNKS), key=lambda chunk: chunk.number)


def _spread(chunks: list[Chunk], most: int) -> list[Chunk]:
    """The first, the last, and some between."""
    if len(chunks) <= most:
        return chunks
    return [chunks[round(n * (len(chunks) - 1) / (most - 1))] for n in range(most)]


def _take(series: dict[object, SeriesFound], batch: Batch) -> None:
    for name, column in batch.fields.items():
        labels = with_field(batch.labels, name)
        found = series.setdefault((labels, column.kind), SeriesFound(labels, column.kind))
        present = column.present_or_all()
        time = batch.time[present]
        if not len(time):
            continue
        first, last = int(time.min()), int(time.max())
        found.first = first if not found.count else min(found.first, first)
        found.last = last if not found.count else max(found.last, last)
        found.count += len(time)
        values = column.values[present]
        if column.kind in NUMBERS:
            _take_range(found, values.astype(np.float64))
        for at, value in _first_of(time, values, column):
            if len(found.samples) < _SAMPLES:
                found.samples.append((at, value))


def _take_range(found: SeriesFound, values: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> None:
    finite = values[np.isfinite(values)]
    if len(finite):
        low, high = float(finite.min()), float(finite.max())
        found.low = low if found.low is None else min(found.low, low)
        found.high = high if found.high is None else max(found.high, high)


def _first_of(
    time: "np.ndarray[tuple[int], np.dtype[np.int64]]",
    values: "np.ndarray[tuple[int], np.dtype[np.generic]]",
    column: Column,
) -> Iterable[tuple[int, float | int | bool | str]]:
    del column
    return zip(time[:_SAMPLES].tolist(), values[:_SAMPLES].tolist(), strict=True)
