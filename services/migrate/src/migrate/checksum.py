"""What two sides are compared by: counts, extremes, sums, and a checksum that no order changes, per series and day."""

import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from operator import add
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hdh.store.columns import has, is_text
from hdh.store.interface import Columns

DAY_MS = 86_400_000
MASK = 2**64 - 1


@dataclass(slots=True)
class Stats:
    """Readings of one series on one day (UTC), or of more.

    Attributes:
        count: how many.
        first: epoch ms.
        last: epoch ms.
        low: the least value, None for text.
        high: the greatest value, None for text.
        total: the sum, None for text.
        checksum: of times and values, 64 bits; the sum of one number a reading, so that order does not matter.
    """

    count: int
    first: int
    last: int
    low: float | None
    high: float | None
    total: float | None
    checksum: int

    def add(self, other: "Stats") -> None:
        """Take more readings in."""
        self.count += other.count
        self.first, self.last = min(self.first, other.first), max(self.last, other.last)
        self.low = _both(min, self.low, other.low)
        self.high = _both(max, self.high, other.high)
        self.total = _both(add, self.total, other.total)
        self.checksum = (self.checksum + other.checksum) & MASK


def _both(function: Callable[[float, float], float], a: float | None, b: float | None) -> float | None:
    return None if a is None or b is None else function(a, b)


def by_day(time: NDArray[np.int64], values: NDArray[Any]) -> Iterator[tuple[int, Stats]]:
    """Days (since 1970, UTC) and what is on them."""
    if not len(time):
        return
    if len(time) > 1 and (np.diff(time) < 0).any():
        order = np.argsort(time, kind="stable")
        time, values = time[order], values[order]
    days = time // DAY_MS
    starts = np.concatenate([[0], np.flatnonzero(np.diff(days)) + 1])
    text = values.dtype == np.object_
    hashes = mix(time, values)
    sums = np.add.reduceat(hashes, starts)
    ends = [*starts[1:].tolist(), len(time)]
    plain = None if text else values.astype(np.float64)
    lows = None if plain is None else np.minimum.reduceat(plain, starts)
    highs = None if plain is None else np.maximum.reduceat(plain, starts)
    totals = None if plain is None else np.add.reduceat(plain, starts)
    for number, (start, end) in enumerate(zip(starts.tolist(), ends, strict=True)):
        yield (
            int(days[start]),
            Stats(
                end - start,
                int(time[start]),
                int(time[end - 1]),
                None if lows is None else float(lows[number]),
                None if highs is None else float(highs[number]),
                None if totals is None else float(totals[number]),
                int(sums[number]),
            ),
        )


def summed(parts: Iterable[Columns]) -> tuple[int, int]:
    """How many readings columns hold, and the sum (64 bits) of one number a reading."""
    times: dict[bool, list[NDArray[np.int64]]] = {False: [], True: []}
    columns: dict[bool, list[NDArray[Any]]] = {False: [], True: []}
    for part in parts:
        for values in part.fields.values():
            times[is_text(values)].append(part.time)
            columns[is_text(values)].append(values)
    count = total = 0
    for kind in (False, True):
        if columns[kind]:
            time, values = np.concatenate(times[kind]), np.concatenate(columns[kind])
            there = has(values)
            count += int(np.count_nonzero(there))
            total += int(np.add.reduce(mix(time[there], values[there])))
    return count, total & MASK


def mix(time: NDArray[np.int64], values: NDArray[Any]) -> NDArray[np.uint64]:
    """A number of 64 bits for each reading."""
    if values.dtype == np.object_:
        texts = [str(value).encode("utf-8", "replace") for value in values]
        bits = np.array([zlib.crc32(text) << 32 | zlib.adler32(text) for text in texts], np.uint64)
    else:
        # Zero has two signs, which stores need not keep.
        bits = (values.astype(np.float64) + 0.0).view(np.uint64)
    mixed = time.astype(np.int64).view(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + bits
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    found: NDArray[np.uint64] = mixed ^ (mixed >> np.uint64(31))
    return found
