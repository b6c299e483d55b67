"""Every aggregate, window, closed side, label and gap policy as pandas has it, on the days when the clock changes."""

from dataclasses import dataclass
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

from hdh.aggregates import LOOKS_BACK
from hdh.gaps import fill
from hdh.model import Span
from hdh.store.windowed import Grid, aggregate_chunks
from hdh.times import from_iso
from hdh.windows import Aggregate, Every, Gap, Side, Window
from tests.common.reference import Readings, filled, window_edges, windows_of

MINUTE = 60_000


@dataclass(frozen=True)
class Day:
    """A day on which a zone's clock changes."""

    zone: str
    date: str
    hours: float

    @property
    def span(self) -> Span:
        """From the evening before to the next day's noon, by the clock."""
        date = pd.Timestamp(self.date)
        ends = ((date - pd.Timedelta("4h")), date + pd.Timedelta("36h"))
        start, stop = (int(end.tz_localize(self.zone).timestamp() * 1000) for end in ends)
        return Span(start, stop)


DAYS = (
    Day("Europe/Helsinki", "2026-03-29", 23),
    Day("Europe/Helsinki", "2026-10-25", 25),
    Day("Australia/Lord_Howe", "2026-10-04", 23.5),
    Day("Australia/Lord_Howe", "2026-04-05", 24.5),
)
POLICIES: list[tuple[Gap, int | None]] = [(Gap.NULL, None), (Gap.SKIP, None)]
POLICIES += [(gap, limit) for gap in (Gap.PREVIOUS, Gap.LINEAR) for limit in (None, 1, 2)]


@cache
def readings_of(span: Span) -> Readings:
    """Every ten minutes or so, many exactly at windows' edges; holes of hours; a counter that is reset."""
    rng = np.random.default_rng(7)
    times = np.arange(span.start - 300 * MINUTE, span.stop + 300 * MINUTE, 10 * MINUTE)
    times = np.where(rng.random(len(times)) < 0.6, times, times + rng.integers(1, 9 * MINUTE, len(times)))
    hole = (times // (60 * MINUTE)) % 9
    times = times[(hole > 2) & (rng.random(len(times)) < 0.9)]
    values = np.round(np.cumsum(rng.normal(1, 3, len(times))) % 40, 2)
    return list(zip(times.tolist(), values.tolist(), strict=True))


def ours(readings: Readings, span: Span, window: Window) -> tuple[Grid, np.ndarray]:
    """One value a window, from chunks."""
    time, value = np.array([t for t, _ in readings], np.int64), np.array([v for _, v in readings])
    before = [(t, v) for t, v in readings if t < span.start][-1] if window.aggregate in LOOKS_BACK else None
    inside = (time >= span.start) & (time < span.stop)
    cuts = range(13, int(inside.sum()), 37)
    chunks = zip(np.split(time[inside], cuts), np.split(value[inside], cuts), strict=True)
    grid = Grid.of(span, window)
    values = aggregate_chunks(chunks, grid, window.aggregate, before)
    assert values is not None
    return grid, values


@pytest.mark.parametrize("closed", Side)
@pytest.mark.parametrize("day", DAYS, ids=lambda day: f"{day.zone}-{day.hours}h")
@pytest.mark.parametrize("aggregate", Aggregate)
def test_every_window_and_gap_policy(aggregate: Aggregate, day: Day, closed: Side) -> None:
    """Times equal; values equal within rounding."""
    readings, zone = readings_of(day.span), ZoneInfo(day.zone)
    for text in ("20m", "1h", "3h", "1d"):
        every = Every(text)
        expected = windows_of(readings, day.span, every, zone, aggregate, closed)
        edges = window_edges(every, day.span, zone, closed)
        for label in Side:
            grid, values = ours(readings, day.span, Window(every, zone, aggregate, closed=closed, label=label))
            named = [(edges[n + (label is Side.RIGHT)], value) for n, (_, value) in enumerate(expected)]
            # A label moves a line between neighbours only where windows differ in length.
            for gap, limit in POLICIES if label is Side.LEFT or text == "3h" else POLICIES[:1]:
                wanted = filled(named, gap, limit)
                times, found = fill(grid.labels, values, gap, limit)
                assert [time for time, _ in wanted] == times.tolist(), (text, label, gap, limit)
                np.testing.assert_allclose(
                    found, [value for _, value in wanted], rtol=1e-9, atol=1e-9, err_msg=f"{text} {label} {gap} {limit}"
                )


@pytest.mark.parametrize("day", DAYS, ids=lambda day: f"{day.zone}-{day.hours}h")
def test_the_day_has_its_hours(day: Day) -> None:
    """Its window is as long as its clock has it."""
    grid = Grid.of(day.span, Window(Every("1d"), ZoneInfo(day.zone), Aggregate.MEAN))

    midnight = int(pd.Timestamp(day.date).tz_localize(day.zone).timestamp() * 1000)
    number = grid.labels.tolist().index(midnight)
    assert (grid.labels[number + 1] - midnight) / 3_600_000 == day.hours


@pytest.mark.parametrize("closed", Side)
@pytest.mark.parametrize("label", Side)
def test_sides_mean_what_they_mean_in_pandas(closed: Side, label: Side) -> None:
    """By `resample` itself, where the range begins and ends at windows' edges."""
    start = from_iso("2026-06-01T00:00:00Z")
    span = Span(start, start + 6 * 60 * MINUTE)
    times = np.arange(span.start, span.stop, 7 * MINUTE + 30_000)
    readings = list(zip(times.tolist(), (times % 1009).astype(float).tolist(), strict=True))
    series = pd.Series([value for _, value in readings], pd.to_datetime(times, unit="ms"))

    for every in ("15min", "1h"):
        resampled = series.resample(every, closed=closed.value, label=label.value).mean()
        window = Window(Every(every.replace("in", "")), ZoneInfo("UTC"), Aggregate.MEAN, closed=closed, label=label)
        time = np.array([t for t, _ in readings], np.int64)
        grid = Grid.of(span, window)
        values = aggregate_chunks([(time, series.to_numpy())], grid, Aggregate.MEAN)
        assert grid.labels.tolist() == (resampled.index.astype("datetime64[ms]").astype(np.int64)).tolist()
        assert values is not None
        np.testing.assert_allclose(values, resampled.to_numpy(), rtol=1e-12)


def test_a_first_reading_at_the_end_of_its_window_is_its_mean() -> None:
    """It has not held for any time, and is known all the same."""
    window = Window(Every("1h"), ZoneInfo("UTC"), Aggregate.TIME_WEIGHTED_MEAN, closed=Side.RIGHT)
    span = Span(0, 3 * 60 * MINUTE)

    grid = Grid.of(span, window)
    values = aggregate_chunks([(np.array([60 * MINUTE]), np.array([7.0]))], grid, Aggregate.TIME_WEIGHTED_MEAN)

    assert grid.labels.tolist() == [-60 * MINUTE, 0, 60 * MINUTE, 120 * MINUTE]
    np.testing.assert_array_equal(values, [np.nan, 7.0, np.nan, np.nan])
