"""What a chart needs of a long series: real readings, the first, the last and every peak and dip, in bounded number."""

from itertools import pairwise

import numpy as np
import pytest

from hdh.errors import Misconfigured
from hdh.model import ALL_TIME, Point, Span
from hdh.store.interface import Selection
from tests.common.servers import unique
from tests.contract.conftest import Store
from tests.contract.readings import BEDROOM, DAY, HOUR, KITCHEN, START, Rows, climate, rows, series_of

POINTS = 50


def record(store: Store, days: int) -> tuple[str, Rows]:
    """A project with a reading every few minutes, with holes and peaks, and those readings."""
    rng = np.random.default_rng(days)
    times = np.unique(START + rng.integers(0, days * DAY, days * 400))
    times = times[(times - START) % (5 * DAY) > 9 * HOUR]
    values = np.round(rng.normal(20, 1, len(times)) + 50 * (rng.random(len(times)) < 0.001), 3)
    readings = list(zip(times.tolist(), values.tolist(), strict=True))
    project = store.create()
    for begin in range(0, len(readings), 5_000):
        batch = readings[begin : begin + 5_000]
        assert store.writer.write(project, [climate(time, temperature=value) for time, value in batch]) == []
    return project, readings


def outlined(store: Store, project: str, span: Span, points: int = POINTS) -> Rows:
    """The outline of the one series of a project."""
    found = rows(store.reader.outline(Selection(project), span, points))
    assert list(found) == [series_of(project, "temperature")]
    return found[series_of(project, "temperature")]


def assert_drawn(found: Rows, readings: Rows, points: int) -> None:
    """Real readings in order, few enough, no peak and no dip missing: each within half a point's width of its place."""
    assert set(found) <= set(readings)
    assert [time for time, _ in found] == sorted({time for time, _ in found})
    assert (found[0], found[-1]) == (readings[0], readings[-1])
    assert len(found) <= 8 * points + 2
    time, value = (np.array(each, np.float64) for each in zip(*readings, strict=True))
    kept_time, kept = (np.array(each, np.float64) for each in zip(*found, strict=True))
    edges = np.linspace(time[0], time[-1] + 1, points + 1)
    near = (edges[1] - edges[0]) / 2
    for low, high in pairwise(edges):
        own = value[(time >= low) & (time < high)]
        drawn = kept[(kept_time >= low - near) & (kept_time < high + near)]
        if len(own):
            assert own.max() <= drawn.max()
            assert own.min() >= drawn.min()


@pytest.mark.parametrize("days", [3, 120])
def test_every_peak_is_there(store: Store, days: int) -> None:
    """Over all time, over a span within the readings, and asked for a second time."""
    project, readings = record(store, days)
    assert len(readings) > 10 * POINTS
    inner = Span(readings[0][0] + 7_654_321, readings[-1][0] - 7_654_321)
    for span in (ALL_TIME, inner, inner):
        within = [reading for reading in readings if reading[0] in span]
        assert_drawn(outlined(store, project, span), within, POINTS)
    assert_drawn(outlined(store, project, inner, 1), [reading for reading in readings if reading[0] in inner], 1)


def test_few_readings_come_whole(store: Store) -> None:
    """What is few already is not thinned out."""
    project, readings = record(store, 1)
    assert outlined(store, project, ALL_TIME, len(readings) // 8 + 1) == readings


def test_each_series_by_itself(store: Store) -> None:
    """One chunk a series, sorted; text and series without readings in the span are left out."""
    project = store.create()
    store.writer.write(project, [climate(START, place, temperature=1.0, humidity=2.0) for place in (KITCHEN, BEDROOM)])
    store.writer.write(
        project, [climate(START + DAY, temperature=3.0), Point("device", KITCHEN, START, {"x_text": "x"})]
    )
    chunks = [(c.series, c.time.tolist()) for c in store.reader.outline(Selection(project), ALL_TIME, 10)]
    assert chunks == [
        (series_of(project, "humidity", BEDROOM), [START]),
        (series_of(project, "temperature", BEDROOM), [START]),
        (series_of(project, "humidity"), [START]),
        (series_of(project, "temperature"), [START, START + DAY]),
    ]
    later = rows(store.reader.outline(Selection(project), Span(START + 1, START + 2 * DAY), 10))
    assert later == {series_of(project, "temperature"): [(START + DAY, 3.0)]}
    assert list(store.reader.outline(Selection(project), Span(START, START), 10)) == []


def test_an_unknown_project_is_an_error(store: Store) -> None:
    """Never an empty answer."""
    unknown = unique("unknown")
    with pytest.raises(Misconfigured, match=unknown):
        list(store.reader.outline(Selection(unknown), ALL_TIME, 10))
