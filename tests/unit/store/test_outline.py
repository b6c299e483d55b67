"""Thinning out: what stays is real, in order, bounded, and holds the extremes, however chunks are cut."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hdh.store.outline import MOST, outline

READINGS = st.lists(
    st.tuples(st.integers(1, 5_000), st.one_of(st.sampled_from([0.0, 1.0, -1.0, np.nan]), st.floats(-1e9, 1e9))),
    max_size=300,
)


@given(READINGS, st.integers(1, 20), st.integers(1, 60))
def test_what_stays(steps: list[tuple[int, float]], points: int, size: int) -> None:
    """A part of the readings with the first, the last, the least and the greatest; null is none of them."""
    time = np.cumsum([step for step, _ in steps], dtype=np.int64)
    value = np.array([value for _, value in steps], np.float64)
    chunks = [(time[i : i + size], value[i : i + size]) for i in range(0, len(time), size)]
    found = outline(chunks, points)
    known = ~np.isnan(value)
    if not known.any():
        assert found is None
        return
    assert found is not None
    time, value = time[known], value[known]
    assert set(zip(*(each.tolist() for each in found), strict=True)) <= set(
        zip(time.tolist(), value.tolist(), strict=True)
    )
    assert (np.diff(found[0]) > 0).all()
    assert (found[0][0], found[0][-1]) == (time[0], time[-1])
    assert (found[1].min(), found[1].max()) == (value.min(), value.max())
    assert len(found[0]) <= MOST * points + 2
    if len(time) <= MOST * points:
        assert len(found[0]) == len(time)
