"""What is kept of a day: its readings where they are few, else summaries of its quarters of an hour."""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from hdh.store.sqlite.days import DAY_MS
from hdh.store.sqlite.summaries import MOMENTS, PARTS, Part, Summaries, Times, concatenated

STEP_MS = 900_000
"""A quarter of an hour: every zone's clock is off by whole ones, and every window from 15m on is made of them."""

STEPS = DAY_MS // STEP_MS

_READING_BYTES = 12
_FEWEST = 672
"""A day of fewer readings takes less room as it is than summed up (84 bytes a step)."""

_LARGEST = 1e100
"""Squares of larger values may pass the largest float in a step though they cancel out in a window."""

Blobs: TypeAlias = tuple[bytes | None, ...]


def steps(part: Part, time: Times, value: NDArray[np.float64]) -> Summaries:
    """Summaries of readings by step; the first and the last step may be parts of ones."""
    if not len(time):
        return concatenated([], part)
    return part.join(part.of(time, value), np.flatnonzero(np.diff(time // STEP_MS, prepend=time[0] // STEP_MS - 1)))


def pack(day: int, time: Times, value: NDArray[np.float64]) -> Blobs:
    """What is kept of a day's readings: the columns `readings`, `moments`, `extremes` and `ends`."""
    if len(time) < _FEWEST or not (np.abs(value) <= _LARGEST).all():
        return (time - day * DAY_MS).astype("<u4").tobytes() + value.astype("<f8").tobytes(), None, None, None
    return None, *(_pack_steps(part, day, steps(part, time, value)) for part in PARTS)


def _pack_steps(part: Part, day: int, found: Summaries) -> bytes:
    packed = np.zeros((), _packed(part))
    packed["numbers"] = np.nan
    step = (found.at - day * DAY_MS) // STEP_MS
    packed["numbers"][:, step] = found.numbers
    # Times count from their step's start.
    packed["wholes"][:, step] = found.wholes - (found.at // STEP_MS * STEP_MS if part.of_times else 0)
    return packed.tobytes()


def _packed(part: Part) -> np.dtype[np.void]:
    """A day of one part; the first number of a step without readings is NaN."""
    return np.dtype([("numbers", "<f8", (part.numbers, STEPS)), ("wholes", "<u4", (part.wholes, STEPS))])


def unpack(part: Part, rows: Sequence[tuple[int, bytes | None, bytes | None]]) -> list[Summaries]:
    """Summaries by step of kept days: the day, its readings or the part's column; each kind ascending by itself."""
    summed = [(day, column) for day, _, column in rows if column is not None]
    few = [(day, readings) for day, readings, _ in rows if readings is not None]
    found = [_unpack_steps(part, [day for day, _ in summed], [column for _, column in summed])] if summed else []
    return [*found, _unpack_readings(part, few)] if few else found


def count(rows: Sequence[tuple[int | None, bytes | None]]) -> int:
    """How many readings kept days hold: the length of the day's readings, or its moments."""
    few = sum(length // _READING_BYTES for length, _ in rows if length is not None)
    columns = b"".join(moments for _, moments in rows if moments is not None)
    return few + int(np.frombuffer(columns, _packed(MOMENTS))["wholes"].sum(dtype=np.int64))


def _unpack_steps(part: Part, days: list[int], columns: list[bytes]) -> Summaries:
    packed = np.frombuffer(b"".join(columns), _packed(part))
    numbers = packed["numbers"].transpose(1, 0, 2).reshape(part.numbers, -1).astype(np.float64, copy=False)
    wholes = packed["wholes"].transpose(1, 0, 2).astype(np.int64).reshape(part.wholes, -1)
    at = (np.array(days, np.int64)[:, np.newaxis] * DAY_MS + np.arange(STEPS) * STEP_MS).ravel()
    if part.of_times:
        wholes += at
    found = Summaries(at, numbers, wholes)
    empty = np.isnan(numbers[0])
    return found[np.flatnonzero(~empty)] if empty.any() else found


def _unpack_readings(part: Part, days: list[tuple[int, bytes]]) -> Summaries:
    counts = [len(readings) // _READING_BYTES for _, readings in days]
    cut = [(readings, 4 * count) for (_, readings), count in zip(days, counts, strict=True)]
    offsets = np.frombuffer(b"".join(readings[:end] for readings, end in cut), "<u4").astype(np.int64)
    values = np.frombuffer(b"".join(readings[end:] for readings, end in cut), "<f8").astype(np.float64)
    begins = np.array([day * DAY_MS for day, _ in days], np.int64)
    return steps(part, offsets + np.repeat(begins, counts), values)
