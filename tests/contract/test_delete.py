"""Deleting: by time and by place, whole and no more."""

import pytest

from hdh.errors import Invalid, Misconfigured
from hdh.model import ALL_TIME, Point, Span
from hdh.store.interface import Selection
from tests.common.servers import unique
from tests.contract.conftest import Store
from tests.contract.readings import BEDROOM, ELSEWHERE, KITCHEN, START, climate, places, read, series_of


def test_by_time(store: Store) -> None:
    """The range is half-open; numbers and text go alike."""
    project = store.create()
    store.writer.write(project, [climate(START + n, temperature=float(n)) for n in range(6)])
    store.writer.write(project, [Point("device", KITCHEN, START + n, {"state_text": str(n)}) for n in range(6)])
    store.writer.delete(project, Span(START + 1, START + 5))
    assert read(store.reader, project) == {
        series_of(project, "state_text"): [(START, "0"), (START + 5, "5")],
        series_of(project, "temperature"): [(START, 0.0), (START + 5, 5.0)],
    }


def test_by_place(store: Store) -> None:
    """Only the selected places lose their readings, in every measurement."""
    project = store.create()
    for place in (KITCHEN, BEDROOM, ELSEWHERE):
        store.writer.write(project, [climate(START, place, temperature=1.0)])
        store.writer.write(project, [Point("air", place, START, {"co2": 500.0})])
    store.writer.delete(project, ALL_TIME, Selection(project, houses=("house-1",), rooms=("bedroom", "cellar")))
    assert set(read(store.reader, project)) == {
        series_of(project, quantity, place) for quantity in ("co2", "temperature") for place in (KITCHEN, ELSEWHERE)
    }
    store.writer.delete(project, ALL_TIME, places(project, ELSEWHERE))
    assert set(read(store.reader, project)) == {series_of(project, quantity) for quantity in ("co2", "temperature")}


def test_nothing_there_is_no_error(store: Store) -> None:
    """Deleting where nothing is, or twice, changes nothing."""
    project = store.create()
    store.writer.write(project, [climate(START, temperature=1.0)])
    store.writer.delete(project, Span(START + 1, START + 100))
    store.writer.delete(project, ALL_TIME, Selection(project, rooms=("cellar",)))
    assert read(store.reader, project) == {series_of(project, "temperature"): [(START, 1.0)]}


def test_another_project_keeps_its_readings(store: Store) -> None:
    """A delete stays within its project."""
    one, other = store.create(), store.create()
    for project in (one, other):
        store.writer.write(project, [climate(START, temperature=1.0)])
    store.writer.delete(one, ALL_TIME)
    assert read(store.reader, one) == {}
    assert read(store.reader, other) == {series_of(other, "temperature"): [(START, 1.0)]}


def test_what_was_deleted_can_be_written_again(store: Store) -> None:
    """A delete does not reach into the future."""
    project = store.create()
    store.writer.write(project, [climate(START, temperature=1.0)])
    store.writer.delete(project, ALL_TIME)
    store.writer.write(project, [climate(START, temperature=2.0)])
    assert read(store.reader, project) == {series_of(project, "temperature"): [(START, 2.0)]}


def test_a_large_range_is_deleted_whole(store: Store) -> None:
    """50,000 readings of two series, but for the edges."""
    project = store.create()
    for begin in range(0, 50_000, 10_000):
        store.writer.write(
            project, [climate(START + n, temperature=1.0, humidity=2.0) for n in range(begin, begin + 10_000)]
        )
    store.writer.delete(project, Span(START + 1, START + 49_999))
    assert read(store.reader, project) == {
        series_of(project, "humidity"): [(START, 2.0), (START + 49_999, 2.0)],
        series_of(project, "temperature"): [(START, 1.0), (START + 49_999, 1.0)],
    }


def test_a_quantity_cannot_be_deleted(store: Store) -> None:
    """A delete that names a quantity is refused, and deletes nothing."""
    project = store.create()
    store.writer.write(project, [climate(START, temperature=1.0)])
    with pytest.raises(Invalid, match="quantity"):
        store.writer.delete(project, ALL_TIME, Selection(project, quantities=("temperature",)))
    assert read(store.reader, project) == {series_of(project, "temperature"): [(START, 1.0)]}


def test_an_unknown_project_is_an_error(store: Store) -> None:
    """Deleting in a project that is not there says so."""
    unknown = unique("unknown")
    with pytest.raises(Misconfigured, match=unknown):
        store.writer.delete(unknown, ALL_TIME)
