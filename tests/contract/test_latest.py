"""The newest readings: newest by their own time, whatever came when, also after deletions."""

import pytest

from hdh.errors import Misconfigured
from hdh.model import Point, Span
from hdh.store.interface import Latest, Selection
from tests.common.servers import unique
from tests.contract.conftest import Store
from tests.contract.readings import BEDROOM, KITCHEN, START, climate, places, series_of


def test_the_newest_of_each_series(store: Store) -> None:
    """One reading for each series, sorted, numbers and text alike, each with its own time."""
    project = store.create()
    store.writer.write(
        project,
        [
            climate(START, temperature=1.0, humidity=40.0),
            climate(START + 5, temperature=2.0),
            climate(START + 9, BEDROOM, temperature=3.0),
            Point("device", KITCHEN, START + 2, {"state_text": "on"}),
            Point("device", KITCHEN, START + 4, {"state_text": "off"}),
        ],
    )
    assert store.reader.latest(Selection(project)) == [
        Latest(series_of(project, "temperature", BEDROOM), START + 9, 3.0),
        Latest(series_of(project, "humidity"), START, 40.0),
        Latest(series_of(project, "state_text"), START + 4, "off"),
        Latest(series_of(project, "temperature"), START + 5, 2.0),
    ]


def test_an_older_reading_that_arrives_later_is_not_the_newest(store: Store) -> None:
    """Time decides, not arrival: in another batch and within one."""
    project = store.create()
    store.writer.write(project, [climate(START + 5, temperature=5.0)])
    store.writer.write(project, [climate(START + 3, temperature=3.0)])
    assert store.reader.latest(Selection(project)) == [Latest(series_of(project, "temperature"), START + 5, 5.0)]
    store.writer.write(project, [climate(START + n, temperature=float(n)) for n in (7, 9, 8)])
    assert store.reader.latest(Selection(project)) == [Latest(series_of(project, "temperature"), START + 9, 9.0)]


def test_the_newest_is_overwritten(store: Store) -> None:
    """Writing its time again changes the newest reading, too."""
    project = store.create()
    store.writer.write(project, [climate(START, temperature=1.0)])
    store.writer.write(project, [climate(START, temperature=2.0)])
    assert store.reader.latest(Selection(project)) == [Latest(series_of(project, "temperature"), START, 2.0)]


def test_a_selection_applies(store: Store) -> None:
    """Only the selected series are in the answer."""
    project = store.create()
    store.writer.write(project, [climate(START, place, temperature=1.0, humidity=2.0) for place in (KITCHEN, BEDROOM)])
    expected = [Latest(series_of(project, "humidity", BEDROOM), START, 2.0)]
    assert store.reader.latest(Selection(project, rooms=("bedroom",), quantities=("humidity",))) == expected
    assert store.reader.latest(Selection(project, rooms=("cellar",))) == []


def test_after_a_delete_the_one_before_is_the_newest(store: Store) -> None:
    """What was deleted is not shown as the newest; a series without readings is not shown at all."""
    project = store.create()
    store.writer.write(project, [climate(START + n, temperature=float(n)) for n in range(10)])
    store.writer.write(project, [climate(START + 5, BEDROOM, temperature=5.0)])
    store.writer.delete(project, Span(START + 4, START + 100))
    assert store.reader.latest(Selection(project)) == [Latest(series_of(project, "temperature"), START + 3, 3.0)]
    store.writer.delete(project, Span(START, START + 2), places(project, KITCHEN))
    assert store.reader.latest(Selection(project)) == [Latest(series_of(project, "temperature"), START + 3, 3.0)]


def test_an_empty_project_has_none(store: Store) -> None:
    """A project without readings is no error."""
    assert store.reader.latest(Selection(store.create())) == []


def test_an_unknown_project_is_an_error(store: Store) -> None:
    """Never an empty list."""
    unknown = unique("unknown")
    with pytest.raises(Misconfigured, match=unknown):
        store.reader.latest(Selection(unknown))
