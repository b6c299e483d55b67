"""Points in columns: the same as points one by one, refusals included."""

import time
from typing import Any

import numpy as np
import pytest

from hdh.errors import Misconfigured
from hdh.model import Place, Point
from hdh.store.interface import Columns, Selection
from tests.common.servers import unique
from tests.contract.conftest import Store
from tests.contract.readings import HOUR, KITCHEN, START, read, series_of


def columns(times: list[int], place: Place = KITCHEN, **fields: list) -> Columns:
    """Columns of the measurement climate; None is no reading."""
    arrays: dict[str, Any] = {
        name: np.array(values, np.object_ if name.endswith("_text") else np.float64) for name, values in fields.items()
    }
    return Columns("climate", place, np.array(times, np.int64), arrays)


def test_columns_are_points(store: Store) -> None:
    """What is written in columns is read as if it had been written point by point; a missing value is no reading."""
    project = store.create()
    parts = [
        columns([START, START + 1, START + 2], temperature=[1.5, None, -0.1], humidity=[None, None, 40.0]),
        columns([START], Place("talo 1", "keittiö, uusi", 'a"b=c'), temperature=[1e300]),
        Columns("device", KITCHEN, np.array([START, START + 5]), {"state_text": np.array(['ö \\ "x"', None], object)}),
    ]
    assert store.writer.write_columns(project, parts) == []
    other = Place("talo 1", "keittiö, uusi", 'a"b=c')
    assert read(store.reader, project) == {
        series_of(project, "temperature", other): [(START, 1e300)],
        series_of(project, "humidity"): [(START + 2, 40.0)],
        series_of(project, "state_text"): [(START, 'ö \\ "x"')],
        series_of(project, "temperature"): [(START, 1.5), (START + 2, -0.1)],
    }


def test_every_float_comes_back_as_it_was(store: Store) -> None:
    """Numbers are spelled so that the very same bits are read."""
    project = store.create()
    numbers = [0.1, 1 / 3, 5e-324, 1.7976931348623157e308, 2.0**53 + 2, -1e-7, 123456789.123456789, 1e15, 1e16]
    store.writer.write_columns(project, [columns([START + n for n in range(len(numbers))], temperature=numbers)])
    assert read(store.reader, project) == {
        series_of(project, "temperature"): [(START + n, number) for n, number in enumerate(numbers)]
    }


def test_many_parts_are_written_whole(store: Store) -> None:
    """500 places with 70 points each, more than one request holds."""
    project = store.create()
    places = [Place("house", f"room-{n:03}", "sensor") for n in range(500)]
    times = [START + n for n in range(70)]
    parts = [columns(times, place, temperature=[n / 7 for n in range(70)]) for place in places]
    assert store.writer.write_columns(project, parts) == []
    expected = [(START + n, n / 7) for n in range(70)]
    assert read(store.reader, project) == {series_of(project, "temperature", place): expected for place in places}


def test_a_long_part_is_written_whole(store: Store) -> None:
    """25,000 points of one place."""
    project = store.create()
    times = [START + n for n in range(25_000)]
    assert store.writer.write_columns(project, [columns(times, temperature=[float(n) for n in range(25_000)])]) == []
    assert read(store.reader, project) == {
        series_of(project, "temperature"): [(START + n, float(n)) for n in range(25_000)]
    }


def test_the_later_one_wins(store: Store) -> None:
    """Of two rows of one time, also in two parts, the later one stays."""
    project = store.create()
    store.writer.write_columns(
        project, [columns([START, START], temperature=[1.0, 2.0]), columns([START], temperature=[3.0])]
    )
    assert read(store.reader, project) == {series_of(project, "temperature"): [(START, 3.0)]}


def test_a_bad_row_is_refused_alone(store: Store) -> None:
    """Infinity, text under a number's name: each named by its row among all parts; the others are written."""
    project = store.create()
    parts = [
        columns([START], temperature=[1.0]),
        columns([START + 1, START + 2, START + 3], temperature=[2.0, float("inf"), 4.0]),
        Columns("climate", KITCHEN, np.array([START + 4]), {"temperature": np.array(["warm"], object)}),
        columns([START + 5], temperature=[6.0]),
    ]
    assert [(r.index, r.reason) for r in store.writer.write_columns(project, parts)] == [(2, "store"), (4, "store")]
    assert read(store.reader, project) == {
        series_of(project, "temperature"): [(START, 1.0), (START + 1, 2.0), (START + 3, 4.0), (START + 5, 6.0)]
    }


def test_rows_older_than_the_retention_are_expired(store: Store) -> None:
    """They are refused as expired; younger ones are written."""
    project = store.create(retention=24 * HOUR)
    now = time.time_ns() // 1_000_000
    ages = (3000, 2, 2000, 1)
    part = columns([now - age * HOUR for age in ages], temperature=[float(age) for age in ages])
    refused = store.writer.write_columns(project, [part])
    assert [(r.index, r.reason) for r in sorted(refused, key=lambda r: r.index)] == [(0, "expired"), (2, "expired")]
    assert read(store.reader, project) == {
        series_of(project, "temperature"): [(now - 2 * HOUR, 2.0), (now - HOUR, 1.0)]
    }


def test_an_unknown_project_is_named(store: Store) -> None:
    """As when points are written one by one."""
    unknown = unique("unknown")
    with pytest.raises(Misconfigured, match=unknown):
        store.writer.write_columns(unknown, [columns([START], temperature=[1.0])])


def test_columns_and_points_are_one(store: Store) -> None:
    """A point written in a column is overwritten by one that is written by itself."""
    project = store.create()
    store.writer.write_columns(project, [columns([START, START + 1], temperature=[1.0, 2.0])])
    store.writer.write(project, [Point("climate", KITCHEN, START, {"temperature": 9.0})])
    assert read(store.reader, project) == {series_of(project, "temperature"): [(START, 9.0), (START + 1, 2.0)]}
    latest = store.reader.latest(Selection(project))
    assert [(each.time, each.value) for each in latest] == [(START + 1, 2.0)]
