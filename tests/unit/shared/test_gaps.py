"""Gap policies: what stands where nothing was measured."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hdh.gaps import fill
from hdh.windows import Gap

NAN = math.nan
VALUES = st.lists(st.one_of(st.just(NAN), st.floats(-1e6, 1e6)), max_size=30)


@pytest.mark.parametrize(
    ("gap", "times", "values"),
    [
        (Gap.NULL, [0, 10, 20, 40, 50], [NAN, 1.0, NAN, 4.0, NAN]),
        (Gap.SKIP, [10, 40], [1.0, 4.0]),
        (Gap.PREVIOUS, [0, 10, 20, 40, 50], [NAN, 1.0, 1.0, 4.0, 4.0]),
        (Gap.LINEAR, [0, 10, 20, 40, 50], [NAN, 1.0, 2.0, 4.0, NAN]),
    ],
)
def test_each_policy(gap: Gap, times: list[int], values: list[float]) -> None:
    """Edges stay null; between neighbours the line goes by time, not by number."""
    found = fill(np.array([0, 10, 20, 40, 50]), np.array([NAN, 1.0, NAN, 4.0, NAN]), gap)
    assert found[0].tolist() == times
    np.testing.assert_array_equal(found[1], values)


@given(values=VALUES, steps=st.lists(st.integers(1, 1000), min_size=30, max_size=30))
def test_as_pandas(values: list[float], steps: list[int]) -> None:
    """Carried and interpolated as pandas does it."""
    starts = np.cumsum(steps)[: len(values)]
    series = pd.Series(values, starts, dtype=float)
    previous, linear = series.ffill(), series.interpolate("index", limit_area="inside")
    np.testing.assert_array_equal(fill(starts, np.array(values, float), Gap.PREVIOUS)[1], previous)
    np.testing.assert_allclose(fill(starts, np.array(values, float), Gap.LINEAR)[1], linear, rtol=1e-9, atol=1e-6)
    kept = fill(starts, np.array(values, float), Gap.SKIP)
    assert (kept[0].tolist(), kept[1].tolist()) == (series.dropna().index.tolist(), series.dropna().tolist())


@given(values=VALUES, limit=st.integers(1, 4))
def test_a_limit_as_pandas_has_it(values: list[float], limit: int) -> None:
    """Of each row of windows without a value the first ones are filled, at most so many."""
    times, given_values = np.arange(len(values)) * 7, np.array(values, float)
    series = pd.Series(values, times, dtype=float)
    previous = series.ffill(limit=limit)
    linear = series.interpolate("index", limit=limit, limit_area="inside")
    np.testing.assert_array_equal(fill(times, given_values, Gap.PREVIOUS, limit)[1], previous)
    np.testing.assert_allclose(fill(times, given_values, Gap.LINEAR, limit)[1], linear, rtol=1e-9, atol=1e-6)


@given(values=VALUES)
def test_known_values_stay_as_they_are(values: list[float]) -> None:
    """No policy changes what was measured."""
    starts, given_values = np.arange(len(values)) * 7, np.array(values, float)
    known = ~np.isnan(given_values)
    for gap in (Gap.NULL, Gap.PREVIOUS, Gap.LINEAR):
        times, found = fill(starts, given_values, gap)
        assert times.tolist() == starts.tolist()
        np.testing.assert_array_equal(found[known], given_values[known])


@pytest.mark.parametrize("gap", [Gap.NULL, Gap.PREVIOUS, Gap.LINEAR])
def test_text_is_never_made_up(gap: Gap) -> None:
    """A text series has no values but its own, whatever the policy."""
    texts = np.array([None, "a", None, "b"], np.object_)
    assert fill(np.arange(4), texts, gap)[1].tolist() == [None, "a", None, "b"]
    assert fill(np.arange(4), texts, Gap.SKIP)[1].tolist() == ["a", "b"]


@pytest.mark.parametrize("gap", Gap)
def test_nothing_known(gap: Gap) -> None:
    """Only gaps stay gaps; no windows stay none."""
    times, values = fill(np.arange(3), np.full(3, NAN), gap)
    assert (len(times), np.isnan(values).sum()) == ((0, 0) if gap is Gap.SKIP else (3, 3))
    assert fill(np.empty(0, np.int64), np.empty(0), gap)[1].tolist() == []
