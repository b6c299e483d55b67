"""A quantity that was unknown once stands in `other`, later in its own measurement: it is one series all the same."""

from zoneinfo import ZoneInfo

import numpy as np
import pytest

from hdh.model import Point, Span
from hdh.store.interface import Latest, Selection, SeriesInfo
from hdh.windows import Aggregate, Every, Window
from tests.contract.conftest import Store
from tests.contract.readings import HOUR, KITCHEN, START, climate, read, rows, series_of

UTC = ZoneInfo("UTC")


def unknown_then(time: int, value: float) -> Point:
    """A reading of before the quantity entered the catalogue."""
    return Point("other", KITCHEN, time, {"temperature": value})


def test_readings_are_merged_by_time(store: Store) -> None:
    """Both places' readings, ascending; at one time the catalogue's measurement counts, whichever came last."""
    project = store.create()
    store.writer.write(project, [climate(START + n, temperature=float(n)) for n in (2, 4, 5)])
    store.writer.write(project, [unknown_then(START + n, 100.0 + n) for n in (1, 2, 3, 6)])
    expected = [(1, 101.0), (2, 2.0), (3, 103.0), (4, 4.0), (5, 5.0), (6, 106.0)]
    assert read(store.reader, project) == {
        series_of(project, "temperature"): [(START + n, value) for n, value in expected]
    }
    assert read(store.reader, project, Span(START + 2, START + 4)) == {
        series_of(project, "temperature"): [(START + 2, 2.0), (START + 3, 103.0)]
    }


def test_it_is_listed_once(store: Store) -> None:
    """First, last and count are of the merged readings."""
    project = store.create()
    store.writer.write(project, [climate(START + n, temperature=float(n)) for n in (2, 4)])
    store.writer.write(project, [unknown_then(START + n, 0.0) for n in (1, 2)])
    assert store.reader.series(Selection(project)) == [
        SeriesInfo(series_of(project, "temperature"), START + 1, START + 4, 3)
    ]


def test_the_newest_of_both(store: Store) -> None:
    """The newer of the two; at one time the catalogue's."""
    project = store.create()
    series = series_of(project, "temperature")
    store.writer.write(project, [climate(START, temperature=1.0), unknown_then(START, 2.0)])
    assert store.reader.latest(Selection(project)) == [Latest(series, START, 1.0)]
    store.writer.write(project, [unknown_then(START + 1, 3.0)])
    assert store.reader.latest(Selection(project)) == [Latest(series, START + 1, 3.0)]


@pytest.mark.parametrize(
    ("aggregate", "expected"),
    [
        (Aggregate.MEAN, [2.5, 5.0]),
        (Aggregate.COUNT, [4.0, 1.0]),
        (Aggregate.FIRST, [1.0, 5.0]),
        (Aggregate.LAST, [4.0, 5.0]),
        (Aggregate.MAX, [4.0, 5.0]),
        (Aggregate.MEDIAN, [2.5, 5.0]),
        (Aggregate.DELTA, [3.0, 1.0]),
    ],
)
def test_aggregates_are_of_the_merged_readings(store: Store, aggregate: Aggregate, expected: list[float]) -> None:
    """Never two half answers, and no reading counted twice."""
    project = store.create()
    start = START // HOUR * HOUR
    store.writer.write(project, [climate(start + n, temperature=float(n)) for n in (2, 4)])
    store.writer.write(project, [unknown_then(start + n, n if n != 2 else 99.0) for n in (1, 2, 3)])
    store.writer.write(project, [unknown_then(start + HOUR + 5, 5.0)])
    window = Window(Every("1h"), UTC, aggregate)
    found = rows(store.reader.aggregate(Selection(project), Span(start, start + 2 * HOUR), window))
    assert found == {series_of(project, "temperature"): [(start, expected[0]), (start + HOUR, expected[1])]}


def test_long_merged_series_come_whole(store: Store) -> None:
    """Merging goes on over chunks: 140,000 readings in turn from both places."""
    project = store.create()
    for begin in range(0, 140_000, 20_000):
        times = range(begin, begin + 20_000)
        store.writer.write(project, [climate(START + n, temperature=float(n)) for n in times if n % 2])
        store.writer.write(project, [unknown_then(START + n, float(n)) for n in times if n % 2 == 0 or n % 10 == 1])
    (found,) = read(store.reader, project).values()
    assert np.array_equal(np.array(found), np.array([(START + n, float(n)) for n in range(140_000)]))
