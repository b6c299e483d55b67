"""The list of series: what there is, since when, until when, how many."""

import pytest

from hdh.errors import Misconfigured
from hdh.model import Point, Span
from hdh.store.interface import Selection, SeriesInfo
from tests.common.servers import unique
from tests.contract.conftest import Store
from tests.contract.readings import BEDROOM, KITCHEN, START, climate, series_of


def test_series_with_first_last_and_count(store: Store) -> None:
    """All series, sorted, numbers and text alike."""
    project = store.create()
    store.writer.write(project, [climate(START + n, temperature=float(n)) for n in (3, 1, 2)])
    store.writer.write(project, [climate(START + 7, humidity=1.0), climate(START + 7, BEDROOM, humidity=1.0)])
    store.writer.write(project, [Point("device", KITCHEN, START + n, {"state_text": "on"}) for n in range(5)])
    assert store.reader.series(Selection(project)) == [
        SeriesInfo(series_of(project, "humidity", BEDROOM), START + 7, START + 7, 1),
        SeriesInfo(series_of(project, "humidity"), START + 7, START + 7, 1),
        SeriesInfo(series_of(project, "state_text"), START, START + 4, 5),
        SeriesInfo(series_of(project, "temperature"), START + 1, START + 3, 3),
    ]


def test_overwriting_does_not_count_twice(store: Store) -> None:
    """The count is of readings that are there, not of writes."""
    project = store.create()
    for _ in range(3):
        store.writer.write(project, [climate(START + n, temperature=1.0) for n in range(4)])
    assert store.reader.series(Selection(project)) == [
        SeriesInfo(series_of(project, "temperature"), START, START + 3, 4)
    ]


def test_a_selection_applies(store: Store) -> None:
    """Only the selected series are listed; none is an empty list."""
    project = store.create()
    store.writer.write(project, [climate(START, place, temperature=1.0, humidity=2.0) for place in (KITCHEN, BEDROOM)])
    found = store.reader.series(Selection(project, devices=("sensor-2",), quantities=("humidity", "co2")))
    assert found == [SeriesInfo(series_of(project, "humidity", BEDROOM), START, START, 1)]
    assert store.reader.series(Selection(project, houses=("house-9",))) == []


def test_a_series_whose_readings_were_deleted_is_not_listed(store: Store) -> None:
    """First, last and count follow a delete."""
    project = store.create()
    store.writer.write(project, [climate(START + n, temperature=float(n)) for n in range(10)])
    store.writer.write(project, [climate(START, BEDROOM, temperature=1.0)])
    store.writer.delete(project, Span(START, START + 4))
    assert store.reader.series(Selection(project)) == [
        SeriesInfo(series_of(project, "temperature"), START + 4, START + 9, 6)
    ]


def test_an_unknown_project_is_an_error(store: Store) -> None:
    """Never an empty list."""
    unknown = unique("unknown")
    with pytest.raises(Misconfigured, match=unknown):
        store.reader.series(Selection(unknown))
