"""Summaries joined from pieces equal the computation on all readings; what is kept of a day comes back as it was."""

from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hdh.aggregates import aggregate_series
from hdh.model import Span
from hdh.store.sqlite import rollups
from hdh.store.sqlite.builder import by_day
from hdh.store.sqlite.days import DAY_MS, day_of, row_of, whole_days
from hdh.store.sqlite.rolled import are_steps, missing
from hdh.store.sqlite.rollups import pack, steps, unpack
from hdh.store.sqlite.summaries import PART_OF, PARTS, aggregate_summaries, concatenated
from hdh.store.windowed import Grid
from hdh.windows import Aggregate, Every

STEPPED = [*rollups.STEP_MS * np.array([-3, -1, 0, 1, 5, 96, 97, 200])]
VALUES = st.one_of(st.sampled_from([0.0, 1.0, -1.0]), st.floats(-1e6, 1e6), st.floats(1e2, 1e3))


@st.composite
def readings(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    """Readings of three days, some of them close together."""
    times = draw(st.sets(st.integers(-DAY_MS, 2 * DAY_MS - 1) | st.integers(0, 3_000_000), min_size=1, max_size=60))
    values = draw(st.lists(VALUES, min_size=len(times), max_size=len(times)))
    return np.array(sorted(times), np.int64), np.array(values)


def assert_close(found: np.ndarray, expected: np.ndarray, aggregate: Aggregate, value: np.ndarray) -> None:
    """Equal, or within rounding where sums are built: of numbers as large as the values."""
    if aggregate in {Aggregate.MIN, Aggregate.MAX, Aggregate.FIRST, Aggregate.LAST, Aggregate.COUNT}:
        np.testing.assert_array_equal(found, expected)
    else:
        largest = float(np.abs(value).max())
        rounding = 1e-6 * largest if aggregate is Aggregate.STDDEV else 1e-12 * largest * len(value)
        np.testing.assert_allclose(found, expected, rtol=1e-12, atol=rounding)


@pytest.mark.parametrize("aggregate", PART_OF)
@settings(max_examples=50)
@given(readings(), st.integers(1, 60), st.none() | st.tuples(st.just(-2 * DAY_MS), VALUES))
def test_pieces_give_what_the_whole_gives(
    aggregate: Aggregate,
    given_readings: tuple[np.ndarray, np.ndarray],
    size: int,
    before: tuple[int, float] | None,
) -> None:
    """However the readings come in chunks, with and without a reading before."""
    time, value = given_readings
    part, edges = PART_OF[aggregate], np.array(STEPPED)
    inside = (time >= edges[0]) & (time < edges[-1])
    time, value = time[inside], value[inside]
    chunks = [steps(part, time[i : i + size], value[i : i + size]) for i in range(0, len(time), size)]
    grid = Grid(edges[:-1], edges[:-1], edges, edges)
    found = aggregate_summaries(concatenated(chunks, part), grid, aggregate, before)
    if not len(time):
        assert found is None
        return
    assert found is not None
    assert_close(found, aggregate_series(time, value, edges, aggregate, before=before), aggregate, value)


@pytest.mark.parametrize("fewest", [1, 10_000])
@given(given_readings=readings())
def test_a_kept_day_comes_back(fewest: int, given_readings: tuple[np.ndarray, np.ndarray]) -> None:
    """As readings or as steps: the same summaries, but that a step's time is its beginning."""
    kept = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rollups, "_FEWEST", fewest)
        for time, value in by_day([given_readings]):
            kept.append((int(time[0]) // DAY_MS, pack(int(time[0]) // DAY_MS, time, value)))
    for number, part in enumerate(PARTS):
        found = concatenated(unpack(part, [(day, blobs[0], blobs[number + 1]) for day, blobs in kept]), part)
        expected = steps(part, *given_readings)
        np.testing.assert_array_equal(found.at // rollups.STEP_MS, expected.at // rollups.STEP_MS)
        np.testing.assert_array_equal(found.numbers, expected.numbers)
        np.testing.assert_array_equal(found.wholes, expected.wholes)


def test_a_day_of_huge_values_is_kept_as_it_is() -> None:
    """Their squares would be infinite, where those of a window's few may not be."""
    time = np.arange(0, DAY_MS, 1_000)
    assert pack(0, time, np.full(len(time), 1e99))[0] is None
    assert pack(0, time, np.where(time == 5_000, -1e101, 1.0))[1:] == (None, None, None)


@given(given_readings=readings(), size=st.integers(1, 60))
def test_days_are_cut_whole(given_readings: tuple[np.ndarray, np.ndarray], size: int) -> None:
    """Whatever the chunks are, a day is one, and nothing is lost."""
    time, value = given_readings
    found = list(by_day((time[i : i + size], value[i : i + size]) for i in range(0, len(time), size)))
    days = [int(day[0]) // DAY_MS for day, _ in found]
    assert days == sorted({int(day) for day in time // DAY_MS})
    np.testing.assert_array_equal(np.concatenate([day for day, _ in found]), time)
    np.testing.assert_array_equal(np.concatenate([values for _, values in found]), value)


@given(st.integers(1, 2**40), st.integers(-524_288, 524_287))
def test_a_row_is_a_day_of_a_series(series: int, day: int) -> None:
    """Days of one series stand side by side and never among another's."""
    assert day_of(row_of(series, day)) == day
    assert row_of(series, 524_287) + 1 == row_of(series + 1, -524_288)
    assert row_of(series, day - 10**9) == row_of(series, -524_288)


def test_whole_days_and_missing_ones() -> None:
    """Only days that lie whole in a span; the runs of those that are not kept."""
    assert whole_days(0, 3 * DAY_MS) == range(3)
    assert whole_days(1, 3 * DAY_MS - 1) == range(1, 2)
    assert not whole_days(1, DAY_MS)
    assert missing(range(10), [0, 3, 4, 9]) == [range(1, 3), range(5, 9)]
    assert missing(range(2), [0, 1]) == []
    assert missing(range(5, 7), []) == [range(5, 7)]


@pytest.mark.parametrize(
    ("every", "zone", "expected"),
    [
        ("15m", "UTC", True),
        ("1h", "Asia/Kathmandu", True),
        ("1d", "Europe/Helsinki", True),
        ("1mo", "Asia/Kolkata", True),
        ("10m", "UTC", False),
        ("1h", "Africa/Monrovia", False),
    ],
)
def test_which_windows_are_made_of_steps(every: str, zone: str, *, expected: bool) -> None:
    """Whole quarters of an hour in every zone of today; Monrovia's clock was off by 44 minutes and a half till 1972."""
    span = Span(1_234_567 + 40 * DAY_MS, 200 * DAY_MS + 1)
    assert are_steps(np.clip(Every(every).edges(span, ZoneInfo(zone)), span.start, span.stop)) is expected
