"""Arrays of one series: merged by time, and windows cut into what InfluxQL can group by."""

from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hdh.model import Span
from hdh.store.influxdb.arrays import Kind, merged, readings
from hdh.store.influxdb.csv import Rows
from hdh.store.influxdb.pushdown import runs
from hdh.store.windowed import Grid
from hdh.windows import Aggregate, Every, Window

_HOUR = 3_600_000
_part = st.lists(st.integers(0, 60), unique=True).map(sorted)
_sizes = st.integers(1, 7)


@given(st.lists(st.tuples(_part, _sizes), min_size=1, max_size=3))
def test_merged_readings(parts: list) -> None:
    """Ascending, each time once, of equal times the earlier part's, whatever the chunks."""

    def chunks(number: int, times: list[int], size: int) -> object:
        for i in range(0, len(times), size):
            time = np.array(times[i : i + size], np.int64)
            yield time, np.full(len(time), float(number))

    found = [
        pair
        for time, value in merged([chunks(n, times, size) for n, (times, size) in enumerate(parts)])  # type: ignore[misc]
        for pair in zip(time.tolist(), value.tolist(), strict=True)
    ]
    expected: dict[int, float] = {}
    for number, (times, _) in enumerate(parts):
        for time in times:
            expected.setdefault(time, float(number))
    assert found == sorted(expected.items())


@settings(max_examples=50, deadline=None)
@given(
    start=st.integers(1_400_000_000_000, 1_800_000_000_000),
    hours=st.integers(1, 9_000),
    every=st.sampled_from(["1h", "2h", "12h", "1d", "1w", "1mo", "1y"]),
    zone=st.sampled_from(["UTC", "Europe/Helsinki", "Asia/Kolkata", "Australia/Lord_Howe", "America/New_York"]),
)
def test_runs_cover_the_windows(start: int, hours: int, every: str, zone: str) -> None:
    """Runs hold every window of the grid once, in order, and their readings end where the span ends."""
    span = Span(start, start + hours * _HOUR)
    grid = Grid.of(span, Window(Every(every), ZoneInfo(zone), Aggregate.MEAN))
    cut = runs(grid)
    starts = [first for run in cut for first in range(run.start, run.span.stop, run.width)]
    assert starts == grid.starts.tolist()
    assert [run.span.start for run in cut] == [span.start] + [run.span.stop for run in cut[:-1]]
    assert cut[-1].span.stop == span.stop


@pytest.mark.parametrize("copies", [1, 1000])
def test_readings_of_rows(copies: int) -> None:
    """Few rows and many go different ways to the same arrays."""
    lines = [(n, repr(n / 7)) for n in range(2 * copies)]
    data = "".join(f"climate,,{time},{value}\n" for time, value in lines).encode()
    time, value = readings(Rows(["name", "tags", "time", "s0"], data), Kind.NUMBER)
    assert time.dtype == np.int64
    assert value.dtype == np.float64
    assert list(zip(time.tolist(), value.tolist(), strict=True)) == [(n, float(text)) for n, text in lines]


def test_texts_and_booleans_of_rows() -> None:
    """Texts keep their quotes and line breaks; a stranger's booleans are numbers."""
    columns = ["name", "tags", "time", "s0"]
    _, texts = readings(Rows(columns, b'device,,1,"a ""b""\nc"\ndevice,,2,\n'), Kind.TEXT)
    assert texts.tolist() == ['a "b"\nc', ""]
    _, booleans = readings(Rows(columns, b"device,,1,true\ndevice,,2,false\n"), Kind.BOOLEAN)
    assert booleans.tolist() == [1.0, 0.0]
