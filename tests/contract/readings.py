"""What the contract suite writes and how it compares what comes back."""

from collections.abc import Iterable

import numpy as np

from hdh.model import ALL_TIME, Place, Point, Series, Span
from hdh.store.interface import Chunk, Reader, Selection

HOUR = 3_600_000
DAY = 24 * HOUR
START = 1_700_000_000_000
"""2023-11-14T22:13:20Z: a time that no window begins at."""

KITCHEN = Place("house-1", "kitchen", "sensor-1")
BEDROOM = Place("house-1", "bedroom", "sensor-2")
ELSEWHERE = Place("house-2", "kitchen", "sensor-1")

Rows = list[tuple[int, float | str | None]]


def climate(time: int, place: Place = KITCHEN, **fields: float | str) -> Point:
    """A point of the measurement that temperature and humidity belong to."""
    return Point("climate", place, time, dict(fields))


def series_of(project: str, quantity: str, place: Place = KITCHEN) -> Series:
    """The series of one quantity at one place."""
    return Series(project, place.house, place.room, place.device, quantity)


def rows(chunks: Iterable[Chunk]) -> dict[Series, Rows]:
    """Chunks as plain times and values by series, in the order in which they came; null is None."""
    found: dict[Series, Rows] = {}
    for chunk in chunks:
        assert len(chunk.time) == len(chunk.value)
        assert chunk.time.dtype == np.int64
        assert chunk.value.dtype in (np.float64, np.object_)
        values = [None if value != value else value for value in chunk.value.tolist()]  # noqa: PLR0124 (NaN)
        found.setdefault(chunk.series, []).extend(zip(chunk.time.tolist(), values, strict=True))
    return found


def read(reader: Reader, project: str, span: Span = ALL_TIME) -> dict[Series, Rows]:
    """All raw readings of a project."""
    return rows(reader.read(Selection(project), span))


def places(project: str, *selected: Place) -> Selection:
    """The selection of some devices by all three tags."""
    return Selection(
        project,
        tuple(place.house for place in selected),
        tuple(place.room for place in selected),
        tuple(place.device for place in selected),
    )
