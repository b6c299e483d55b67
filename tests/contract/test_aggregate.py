"""Aggregates over windows: equal to pandas, on days of any length, in any zone, with every gap policy."""

import math
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from hdh.errors import Misconfigured
from hdh.model import Point, Span
from hdh.store.interface import Selection
from hdh.times import from_iso
from hdh.windows import Aggregate, Every, Gap, Window
from tests.common.reference import windows_of
from tests.common.servers import unique
from tests.contract.conftest import Store
from tests.contract.readings import BEDROOM, DAY, HOUR, KITCHEN, START, Rows, climate, rows, series_of

UTC = ZoneInfo("UTC")
HELSINKI = ZoneInfo("Europe/Helsinki")
KOLKATA = ZoneInfo("Asia/Kolkata")

FIXED = [f"{n}{unit}" for unit in ("s", "m") for n in (1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30)] + ["1h"]
CLOCK = ["2h", "3h", "4h", "6h", "8h", "12h"]
CALENDAR = ["1d", "1w", "1mo", "1y"]
ROUNDED = {Aggregate.MEAN, Aggregate.SUM, Aggregate.DELTA, Aggregate.RATE, Aggregate.TIME_WEIGHTED_MEAN}


@dataclass(frozen=True)
class Recorded:
    """A project that holds one series, and all its readings."""

    project: str
    readings: list[tuple[int, float]]


def record(store: Store, start: str, days: int, every_seconds: int) -> Recorded:
    """Irregular readings with holes, written in several batches; a counter is reset now and then."""
    rng = np.random.default_rng(days)
    project = store.create()
    first = from_iso(start)
    count = days * 86_400 // every_seconds
    times = np.unique(first + rng.integers(0, days * DAY, count))
    # Nothing in the night of every second day, so that some windows are empty and some holes are long.
    times = times[~((times - first) % (2 * DAY) < 7 * HOUR)]
    values = np.round(np.cumsum(rng.normal(0.5, 2, len(times))) % 500, 3) + 0.001
    readings = list(zip(times.tolist(), values.tolist(), strict=True))
    for begin in range(0, len(readings), 5_000):
        batch = readings[begin : begin + 5_000]
        assert store.writer.write(project, [climate(time, temperature=value) for time, value in batch]) == []
    return Recorded(project, readings)


@pytest.fixture(scope="module")
def spring(store: Store) -> Recorded:
    """A week around Finland's day of 23 hours, 29 March 2026."""
    return record(store, "2026-03-26T05:17:00Z", 7, 60)


@pytest.fixture(scope="module")
def autumn(store: Store) -> Recorded:
    """A week around Finland's day of 25 hours, 25 October 2026."""
    return record(store, "2026-10-22T05:17:00Z", 7, 60)


@pytest.fixture(scope="module")
def years(store: Store) -> Recorded:
    """Three years, a reading every few hours."""
    return record(store, "2023-11-20T05:17:00Z", 1100, 10_000)


def aggregated(store: Store, project: str, span: Span, window: Window) -> Rows:
    """The one series of a project, aggregated."""
    found = rows(store.reader.aggregate(Selection(project), span, window))
    assert list(found) == [series_of(project, "temperature")]
    return found[series_of(project, "temperature")]


def assert_as_pandas(store: Store, recorded: Recorded, span: Span, window: Window) -> None:
    """All windows of the span: times equal, values equal, or within rounding where sums are built."""
    found = aggregated(store, recorded.project, span, window)
    expected = windows_of(recorded.readings, span, window.every, window.zone, window.aggregate)
    assert [time for time, _ in found] == [time for time, _ in expected]
    values = np.array([math.nan if value is None else value for _, value in found])
    wanted = np.array([value for _, value in expected])
    assert np.isfinite(wanted).any()
    if window.aggregate in ROUNDED:
        np.testing.assert_allclose(values, wanted, rtol=1e-12, atol=1e-10)
    elif window.aggregate is Aggregate.STDDEV:
        np.testing.assert_allclose(values, wanted, rtol=1e-9, atol=1e-9)
    else:
        np.testing.assert_array_equal(values, wanted)


def inner(recorded: Recorded) -> Span:
    """From somewhere after the first reading to somewhere before the last, at no window's edge."""
    return Span(recorded.readings[0][0] + DAY + 1_234_567, recorded.readings[-1][0] - DAY - 7_654_321)


@pytest.mark.parametrize("zone", [HELSINKI, KOLKATA], ids=str)
@pytest.mark.parametrize("every", ["20m", "1h", "2h", "1d"])
@pytest.mark.parametrize("aggregate", Aggregate)
def test_every_aggregate_in_spring(
    store: Store, spring: Recorded, aggregate: Aggregate, every: str, zone: ZoneInfo
) -> None:
    """As pandas has it, over a day of 23 hours."""
    assert_as_pandas(store, spring, inner(spring), Window(Every(every), zone, aggregate))


@pytest.mark.parametrize("every", ["1h", "3h", "1d"])
@pytest.mark.parametrize("aggregate", Aggregate)
def test_every_aggregate_in_autumn(store: Store, autumn: Recorded, aggregate: Aggregate, every: str) -> None:
    """As pandas has it, over a day of 25 hours, where an hour comes twice."""
    assert_as_pandas(store, autumn, inner(autumn), Window(Every(every), HELSINKI, aggregate))


@pytest.mark.parametrize("zone", [KOLKATA], ids=str)
@pytest.mark.parametrize("every", [every for every in FIXED if every != "1h"])
def test_every_short_window(store: Store, spring: Recorded, every: str, zone: ZoneInfo) -> None:
    """All divisors of a minute and of an hour."""
    start = inner(spring).start
    width = Every(every).fixed_ms
    assert width is not None
    window = Window(Every(every), zone, Aggregate.MEAN)
    assert_as_pandas(store, spring, Span(start, start + max(200 * width, HOUR)), window)


@pytest.mark.parametrize("zone", [HELSINKI, KOLKATA], ids=str)
@pytest.mark.parametrize("every", CLOCK + CALENDAR)
@pytest.mark.parametrize("aggregate", [Aggregate.MEAN, Aggregate.LAST, Aggregate.DELTA])
def test_every_long_window(store: Store, years: Recorded, aggregate: Aggregate, every: str, zone: ZoneInfo) -> None:
    """Hours of the local clock, days, weeks, months and years, over leap day and six changes of the clock."""
    assert_as_pandas(store, years, inner(years), Window(Every(every), zone, aggregate))


@pytest.mark.parametrize("aggregate", Aggregate)
def test_a_span_within_one_window(store: Store, spring: Recorded, aggregate: Aggregate) -> None:
    """Readings of the window that lie outside the span do not count."""
    start = spring.readings[0][0] // DAY * DAY + DAY
    span = Span(start + 9 * HOUR + 1, start + 15 * HOUR - 1)
    assert_as_pandas(store, spring, span, Window(Every("1d"), UTC, aggregate))


@pytest.mark.parametrize("aggregate", Aggregate)
def test_a_span_beyond_the_readings(store: Store, spring: Recorded, aggregate: Aggregate) -> None:
    """Windows before the first reading and after the last are there, without value."""
    span = Span(spring.readings[0][0] - DAY, spring.readings[-1][0] + DAY)
    assert_as_pandas(store, spring, span, Window(Every("6h"), HELSINKI, aggregate))


def holes(store: Store) -> str:
    """A project with readings in the second, third and sixth of eight minutes."""
    project = store.create()
    start = START // HOUR * HOUR
    values = {1: 10.0, 2: 20.0, 5: 50.0}
    store.writer.write(project, [climate(start + n * 60_000 + 5, temperature=value) for n, value in values.items()])
    return project


@pytest.mark.parametrize(
    ("gap", "expected"),
    [
        (Gap.NULL, {0: None, 1: 10.0, 2: 20.0, 3: None, 4: None, 5: 50.0, 6: None, 7: None}),
        (Gap.SKIP, {1: 10.0, 2: 20.0, 5: 50.0}),
        (Gap.PREVIOUS, {0: None, 1: 10.0, 2: 20.0, 3: 20.0, 4: 20.0, 5: 50.0, 6: 50.0, 7: 50.0}),
        (Gap.LINEAR, {0: None, 1: 10.0, 2: 20.0, 3: 30.0, 4: 40.0, 5: 50.0, 6: None, 7: None}),
    ],
)
@pytest.mark.parametrize("aggregate", [Aggregate.MEAN, Aggregate.LAST, Aggregate.MEDIAN, Aggregate.TIME_WEIGHTED_MEAN])
def test_gaps(store: Store, gap: Gap, aggregate: Aggregate, expected: dict[int, float | None]) -> None:
    """What stands for windows without a reading, at the edges and in the middle."""
    project, start = holes(store), START // HOUR * HOUR
    if aggregate is Aggregate.TIME_WEIGHTED_MEAN:
        # The window of a reading begins with what was known before it.
        expected = {n: value for n, value in expected.items() if n in {0, 1}} if gap is not Gap.SKIP else {1: 10.0}
        span = Span(start, start + 2 * 60_000)
    else:
        span = Span(start, start + 8 * 60_000)
    found = aggregated(store, project, span, Window(Every("1m"), UTC, aggregate, gap))
    assert found == [(start + n * 60_000, value) for n, value in expected.items()]


def test_a_window_without_value_is_a_gap(store: Store) -> None:
    """One reading has no spread and gained nothing: the series is there, its windows are null."""
    project, start = store.create(), START // HOUR * HOUR
    store.writer.write(project, [climate(start + 5, temperature=1.0)])
    span = Span(start, start + HOUR)
    for aggregate in (Aggregate.STDDEV, Aggregate.DELTA, Aggregate.RATE):
        assert aggregated(store, project, span, Window(Every("30m"), UTC, aggregate)) == [
            (start, None),
            (start + HOUR // 2, None),
        ]


def test_a_counter_looks_back_before_the_span(store: Store) -> None:
    """Increase and mean over time begin with the last reading before the span, however old it is."""
    project, start = store.create(), START // HOUR * HOUR
    values = [(-40 * DAY, 100.0), (10 * 60_000, 103.0), (20 * 60_000, 1.5), (40 * 60_000, 2.5)]
    store.writer.write(project, [climate(start + time, temperature=value) for time, value in values])
    span = Span(start, start + HOUR)

    def of(aggregate: Aggregate) -> float | str | None:
        ((_, value),) = aggregated(store, project, span, Window(Every("1h"), UTC, aggregate))
        return value

    assert of(Aggregate.DELTA) == pytest.approx(3 + 1.5 + 1, rel=1e-12)
    assert of(Aggregate.RATE) == pytest.approx(5.5 / (40 * 86_400 + 40 * 60), rel=1e-12)
    assert of(Aggregate.TIME_WEIGHTED_MEAN) == pytest.approx((100 + 103 + 2 * 1.5 + 2 * 2.5) / 6, rel=1e-12)


def test_text_knows_count_first_and_last(store: Store) -> None:
    """Text is aggregated beside numbers where that has a meaning, and left out where it has none."""
    project, start = store.create(), START // HOUR * HOUR
    texts = [(5, "a"), (7, "b"), (HOUR + 5, "c")]
    store.writer.write(project, [Point("device", KITCHEN, start + time, {"state_text": text}) for time, text in texts])
    store.writer.write(project, [climate(start, temperature=1.0)])
    span = Span(start, start + 3 * HOUR)

    def of(aggregate: Aggregate, gap: Gap) -> dict:
        return rows(store.reader.aggregate(Selection(project), span, Window(Every("1h"), UTC, aggregate, gap)))

    text, number = series_of(project, "state_text"), series_of(project, "temperature")
    second, third = start + HOUR, start + 2 * HOUR
    assert of(Aggregate.FIRST, Gap.NULL)[text] == [(start, "a"), (second, "c"), (third, None)]
    assert of(Aggregate.LAST, Gap.SKIP)[text] == [(start, "b"), (second, "c")]
    assert of(Aggregate.COUNT, Gap.NULL)[text] == [(start, 2.0), (second, 1.0), (third, None)]
    assert list(of(Aggregate.LAST, Gap.SKIP)) == [text, number]
    assert list(of(Aggregate.MEAN, Gap.SKIP)) == [number]


def test_only_series_with_readings_in_the_span(store: Store) -> None:
    """One without readings in the span is left out; one with readings is there, if only with gaps; they come sorted."""
    project, start = store.create(), START // HOUR * HOUR
    store.writer.write(project, [climate(start, temperature=1.0, humidity=1.0)])
    store.writer.write(project, [climate(start + DAY, place, temperature=2.0) for place in (KITCHEN, BEDROOM)])
    span = Span(start + DAY, start + DAY + HOUR)
    both = [series_of(project, "temperature", BEDROOM), series_of(project, "temperature")]
    for gap in Gap:
        for aggregate in (Aggregate.MEAN, Aggregate.LAST, Aggregate.STDDEV, Aggregate.DELTA):
            window = Window(Every("1h"), UTC, aggregate, gap)
            assert list(rows(store.reader.aggregate(Selection(project), span, window))) == both
    window = Window(Every("1h"), UTC, Aggregate.MEAN)
    found = rows(store.reader.aggregate(Selection(project), span, window))
    assert found == {series: [(start + DAY, 2.0)] for series in both}


@pytest.mark.parametrize("aggregate", Aggregate)
@pytest.mark.parametrize("span", [Span(START, START), Span(START + 5, START), Span(START + DAY, START + 2 * DAY)])
def test_a_span_without_readings_is_empty(store: Store, span: Span, aggregate: Aggregate) -> None:
    """An empty span and one without readings have no chunks."""
    project = store.create()
    store.writer.write(project, [climate(START, temperature=1.0)])
    window = Window(Every("1h"), HELSINKI, aggregate)
    assert list(store.reader.aggregate(Selection(project), span, window)) == []


def test_an_unknown_project_is_an_error(store: Store) -> None:
    """Never an empty answer."""
    unknown = unique("unknown")
    window = Window(Every("1h"), UTC, Aggregate.MEAN)
    with pytest.raises(Misconfigured, match=unknown):
        list(store.reader.aggregate(Selection(unknown), Span(START, START + HOUR), window))


def test_an_answer_is_never_of_before(store: Store) -> None:
    """What was asked for already is true again after late readings, overwritten ones and deleted ones."""
    project, start = store.create(), START // DAY * DAY
    minutes = range(start, start + 3 * DAY, 60_000)
    store.writer.write(project, [climate(time, temperature=1.0) for time in minutes])

    def sums() -> list[float | str | None]:
        window = Window(Every("1d"), UTC, Aggregate.SUM)
        return [value for _, value in aggregated(store, project, Span(start, start + 3 * DAY), window)]

    assert sums() == [1440.0, 1440.0, 1440.0]
    store.writer.write(project, [climate(start + 1, temperature=10.0)])
    assert sums() == [1450.0, 1440.0, 1440.0]
    store.writer.write(project, [climate(start + DAY, temperature=5.0)])
    assert sums() == [1450.0, 1444.0, 1440.0]
    store.writer.delete(project, Span(start + DAY, start + DAY + 1))
    assert sums() == [1450.0, 1439.0, 1440.0]
    store.writer.delete(project, Span(start + DAY, start + 2 * DAY))
    assert sums() == [1450.0, None, 1440.0]
