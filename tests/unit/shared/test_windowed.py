"""Windows over a series in chunks: the same as over the whole series, however it is cut."""

from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hdh.aggregates import aggregate_series
from hdh.model import Span
from hdh.store.windowed import Grid, aggregate_chunks
from hdh.windows import Aggregate, Every, Side, Window

UTC = ZoneInfo("UTC")


@pytest.mark.parametrize("aggregate", Aggregate)
@given(
    times=st.lists(st.integers(0, 20_000), min_size=1, max_size=50, unique=True).map(sorted),
    cuts=st.lists(st.integers(0, 50), max_size=8).map(sorted),
    start=st.integers(0, 15_000),
    length=st.integers(1, 10_000),
)
def test_any_cut(aggregate: Aggregate, times: list[int], cuts: list[int], start: int, length: int) -> None:
    """Chunks of any size, empty ones among them, give what the whole series gives."""
    grid = Grid.of(Span(start, start + length), Window(Every("1s"), UTC, aggregate))
    time = np.array(times, np.int64)
    value = np.sin(time) * 10
    inside = time >= start
    before = (int(time[~inside][-1]), float(value[~inside][-1])) if (~inside).any() else None
    chunks = zip(np.split(time[inside], cuts), np.split(value[inside], cuts), strict=True)
    found = aggregate_chunks(chunks, grid, aggregate, before)
    if not ((time >= start) & (time < start + length)).any():
        assert found is None
    else:
        assert found is not None
        whole = aggregate_series(time, value, grid.edges, aggregate)
        np.testing.assert_allclose(found, whole, rtol=1e-12, atol=1e-12)


def test_text_in_chunks() -> None:
    """Text crosses chunks as numbers do; a window without any is None."""
    grid = Grid.of(Span(0, 4_000), Window(Every("1s"), UTC, Aggregate.LAST))
    chunks = [(np.array([n * 600]), np.array([str(n)], np.object_)) for n in (0, 1, 2, 5)]
    found = aggregate_chunks(chunks, grid, Aggregate.LAST)
    assert found is not None
    assert found.tolist() == ["1", "2", None, "5"]


def test_the_grid_is_cut_to_the_span() -> None:
    """Windows are labelled by their whole start, but hold only the span's part."""
    grid = Grid.of(Span(1_500, 3_200), Window(Every("1s"), UTC, Aggregate.MEAN))
    assert grid.starts.tolist() == grid.labels.tolist() == [1_000, 2_000, 3_000]
    assert grid.edges.tolist() == grid.limits.tolist() == [1_500, 2_000, 3_000, 3_200]


def test_a_window_closed_on_the_right_holds_its_end() -> None:
    """Its readings begin a millisecond later than it does; its label is the end that was asked for."""
    window = Window(Every("1s"), UTC, Aggregate.MEAN, closed=Side.RIGHT, label=Side.RIGHT)
    grid = Grid.of(Span(2_000, 3_200), window)
    assert (grid.labels.tolist(), grid.starts.tolist()) == ([2_000, 3_000, 4_000], [1_001, 2_001, 3_001])
    assert (grid.edges.tolist(), grid.limits.tolist()) == ([2_000, 2_001, 3_001, 3_200], [2_000, 2_000, 3_000, 3_200])


@pytest.mark.parametrize("span", [Span(5, 5), Span(5, 1)])
def test_an_empty_span_has_no_windows(span: Span) -> None:
    """Nothing is asked for, nothing is answered."""
    grid = Grid.of(span, Window(Every("1s"), UTC, Aggregate.MEAN))
    assert len(grid.starts) == 0
    assert aggregate_chunks([(np.array([5]), np.array([1.0]))], grid, Aggregate.MEAN) is None
