"""Aggregates: each equals what pandas computes, or what its definition says on paper."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hdh.aggregates import LOOKS_BACK, TEXT_AGGREGATES, aggregate_series
from hdh.windows import Aggregate
from tests.common.reference import aggregate_of

ROUNDED = {Aggregate.MEAN, Aggregate.SUM, Aggregate.STDDEV, Aggregate.DELTA, Aggregate.RATE}


def of(
    readings: dict[int, float], edges: list[int], aggregate: Aggregate, before: tuple[int, float] | None = None
) -> list[float | None]:
    """One value a window, None where there is none."""
    time, value = np.array([*readings], np.int64), np.array([*readings.values()], np.float64)
    found = aggregate_series(time, value, np.array(edges, np.int64), aggregate, before=before)
    assert found.dtype == np.float64
    return [None if math.isnan(each) else each for each in found.tolist()]


READINGS = st.lists(
    st.tuples(st.integers(0, 100_000), st.floats(-1e9, 1e9, allow_subnormal=False)),
    min_size=1,
    max_size=60,
    unique_by=lambda reading: reading[0],
).map(sorted)
EDGES = st.lists(st.integers(0, 100_000), min_size=2, max_size=20, unique=True).map(sorted)


@pytest.mark.parametrize("aggregate", Aggregate)
@given(readings=READINGS, edges=EDGES)
def test_as_pandas(aggregate: Aggregate, readings: list[tuple[int, float]], edges: list[int]) -> None:
    """Selected values are exact; sums are right to 1e-12 of what they add up."""
    found = np.array([math.nan if v is None else v for v in of(dict(readings), edges, aggregate)])
    wanted = np.array(aggregate_of(readings, edges, aggregate))
    if aggregate in ROUNDED:
        # A window's sum may be near zero while what it adds up is not.
        scale = np.array(
            [
                sum(abs(v) for t, v in readings if t < high) * (1 if aggregate is not Aggregate.RATE else 1e3)
                for _, high in pairwise(edges)
            ]
        )
        np.testing.assert_array_equal(np.isnan(found), np.isnan(wanted))
        assert (np.nan_to_num(np.abs(found - wanted)) <= 1e-12 * scale).all()
    elif aggregate is Aggregate.TIME_WEIGHTED_MEAN:
        np.testing.assert_allclose(found, wanted, rtol=1e-9, atol=1e-3)
    else:
        np.testing.assert_array_equal(found, wanted)


@pytest.mark.parametrize("aggregate", Aggregate)
@given(readings=READINGS, edges=EDGES)
def test_the_reading_before_may_be_given_apart(
    aggregate: Aggregate, readings: list[tuple[int, float]], edges: list[int]
) -> None:
    """A reading before the first window does the same whether it stands among the readings or beside them."""
    within = [reading for reading in readings if reading[0] >= edges[0]]
    earlier = [reading for reading in readings if reading[0] < edges[0]]
    before = earlier[-1] if earlier else None
    assert of(dict(within), edges, aggregate, before) == of(dict(readings), edges, aggregate)


@pytest.mark.parametrize(
    ("aggregate", "expected"),
    [
        (Aggregate.MEAN, [3.0, None, 4.0]),
        (Aggregate.MIN, [1.0, None, 4.0]),
        (Aggregate.MAX, [5.0, None, 4.0]),
        (Aggregate.MEDIAN, [3.0, None, 4.0]),
        (Aggregate.COUNT, [3.0, None, 1.0]),
        (Aggregate.FIRST, [1.0, None, 4.0]),
        (Aggregate.LAST, [3.0, None, 4.0]),
        (Aggregate.SUM, [9.0, None, 4.0]),
        (Aggregate.STDDEV, [2.0, None, None]),
        (Aggregate.DELTA, [4.0 + 3.0, None, 1.0]),
        (Aggregate.RATE, [7.0 / 0.020, None, 1.0 / 0.190]),
        (Aggregate.TIME_WEIGHTED_MEAN, [(1 * 10 + 5 * 10 + 3 * 70) / 90, None, (3 * 20 + 4 * 80) / 100]),
    ],
)
def test_by_hand(aggregate: Aggregate, expected: list[float | None]) -> None:
    """Windows of 100 ms with three, no and one reading; the fall from 5 to 3 is a counter's reset."""
    readings = {10: 1.0, 20: 5.0, 30: 3.0, 220: 4.0}
    assert of(readings, [0, 100, 200, 300], aggregate) == [
        None if value is None else pytest.approx(value, rel=1e-12) for value in expected
    ]


def test_a_lone_first_reading_gained_nothing() -> None:
    """A first-ever reading has no increment: its window is a gap; with one before it has."""
    assert of({10: 7.0}, [0, 100], Aggregate.DELTA) == [None]
    assert of({10: 7.0}, [0, 100], Aggregate.RATE) == [None]
    assert of({10: 7.0}, [0, 100], Aggregate.DELTA, (-90, 5.0)) == [2.0]
    assert of({10: 7.0}, [0, 100], Aggregate.RATE, (-90, 5.0)) == [20.0]


def test_a_counter_that_stands_still_gained_zero() -> None:
    """No gain is a value, not a gap."""
    assert of({10: 7.0, 20: 7.0}, [0, 100], Aggregate.DELTA) == [0.0]
    assert of({10: 7.0, 20: 7.0}, [0, 100], Aggregate.RATE) == [0.0]


def test_a_window_is_half_open() -> None:
    """A reading at an edge belongs to the window that begins there."""
    assert of({0: 1.0, 100: 2.0, 200: 3.0}, [0, 100, 200], Aggregate.COUNT) == [1.0, 1.0]


@pytest.mark.parametrize("aggregate", Aggregate)
def test_no_readings(aggregate: Aggregate) -> None:
    """Without readings, and with none in the windows, all is gaps."""
    assert of({}, [0, 100, 200], aggregate) == [None, None]
    assert of({500: 1.0}, [0, 100, 200], aggregate) == [None, None]
    assert of({5: 1.0}, [10, 100], aggregate, (1, 2.0)) == [None]


def test_the_largest_numbers() -> None:
    """What a float cannot hold is infinite, without a warning; what it can hold is right."""
    largest = 1.7976931348623157e308
    readings = {10: largest, 20: largest}
    assert of(readings, [0, 100], Aggregate.SUM) == [math.inf]
    assert of(readings, [0, 100], Aggregate.MEDIAN) == [largest]
    assert of(readings, [0, 100], Aggregate.TIME_WEIGHTED_MEAN) == [pytest.approx(largest)]
    assert of(readings, [0, 100], Aggregate.MAX) == [largest]


def test_text() -> None:
    """Text has a first, a last and a count."""
    time, value = np.array([10, 20, 220]), np.array(["a", "b", "c"], np.object_)
    edges = np.array([0, 100, 200, 300])
    assert aggregate_series(time, value, edges, Aggregate.FIRST).tolist() == ["a", None, "c"]
    assert aggregate_series(time, value, edges, Aggregate.LAST).tolist() == ["b", None, "c"]
    count = aggregate_series(time, value, edges, Aggregate.COUNT)
    np.testing.assert_array_equal(count, [2.0, math.nan, 1.0])
    assert frozenset({"count", "first", "last"}) == TEXT_AGGREGATES


def test_which_look_back() -> None:
    """The others need no reading from before the span."""
    assert frozenset({"delta", "rate", "time_weighted_mean"}) == LOOKS_BACK
