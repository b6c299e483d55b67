"""Writing: what is confirmed is there, whole, under its own time; what is refused is named and alone."""

import time

import pytest

from hdh.errors import Misconfigured
from hdh.model import Place, Point, Series
from hdh.store.interface import Selection
from tests.common.servers import unique
from tests.contract.conftest import Store
from tests.contract.readings import BEDROOM, HOUR, KITCHEN, START, climate, read, series_of


def test_what_was_written_is_read(store: Store) -> None:
    """Several fields of several devices come back as one series each, sorted, with their own times."""
    project = store.create()
    refused = store.writer.write(
        project,
        [
            climate(START, temperature=21.5, humidity=40.0),
            climate(START + 1, temperature=21.6),
            climate(START + 2, BEDROOM, temperature=18.25),
        ],
    )
    assert refused == []
    assert list(read(store.reader, project).items()) == [
        (series_of(project, "temperature", BEDROOM), [(START + 2, 18.25)]),
        (series_of(project, "humidity"), [(START, 40.0)]),
        (series_of(project, "temperature"), [(START, 21.5), (START + 1, 21.6)]),
    ]


def test_writing_nothing_is_no_error(store: Store) -> None:
    """An empty batch is confirmed at once."""
    assert store.writer.write(store.create(), []) == []


def test_writing_twice_gives_the_same(store: Store) -> None:
    """Writing is idempotent."""
    project = store.create()
    points = [climate(START + n, temperature=float(n)) for n in range(10)]
    store.writer.write(project, points)
    store.writer.write(project, points)
    assert read(store.reader, project) == {
        series_of(project, "temperature"): [(START + n, float(n)) for n in range(10)]
    }


def test_a_point_is_overwritten_field_by_field(store: Store) -> None:
    """A later point of the same time replaces only the fields that it has."""
    project = store.create()
    store.writer.write(project, [climate(START, temperature=1.0, humidity=2.0)])
    store.writer.write(project, [climate(START, temperature=3.0)])
    assert read(store.reader, project) == {
        series_of(project, "humidity"): [(START, 2.0)],
        series_of(project, "temperature"): [(START, 3.0)],
    }


def test_in_one_batch_the_later_point_wins(store: Store) -> None:
    """Two points of one time in one batch: the one that stands later in it stays."""
    project = store.create()
    store.writer.write(project, [climate(START, temperature=9.0), climate(START, temperature=1.0)])
    assert read(store.reader, project) == {series_of(project, "temperature"): [(START, 1.0)]}


def test_points_out_of_order_are_read_in_order(store: Store) -> None:
    """The order of arrival leaves no trace."""
    project = store.create()
    for batch in ([5, 3, 4], [1, 2], [0]):
        store.writer.write(project, [climate(START + n, temperature=float(n)) for n in batch])
    assert read(store.reader, project) == {series_of(project, "temperature"): [(START + n, float(n)) for n in range(6)]}


def test_a_large_batch_is_written_whole(store: Store) -> None:
    """20,000 points of 20 devices in one call."""
    project = store.create()
    devices = [Place("house-1", f"room-{n:02}", "sensor") for n in range(20)]
    points = [climate(START + n, devices[n % 20], temperature=float(n), humidity=n / 7) for n in range(20_000)]
    assert store.writer.write(project, points) == []
    expected = {}
    for d, device in enumerate(devices):
        own = range(d, 20_000, 20)
        expected[series_of(project, "humidity", device)] = [(START + n, n / 7) for n in own]
        expected[series_of(project, "temperature", device)] = [(START + n, float(n)) for n in own]
    assert read(store.reader, project) == expected


def test_text_has_a_series_of_its_own(store: Store) -> None:
    """Text goes to `_text` fields and comes back as text."""
    project = store.create()
    store.writer.write(project, [Point("device", KITCHEN, START, {"state_text": "öffnen \\ 'now'", "battery": 80.0})])
    assert read(store.reader, project) == {
        series_of(project, "battery"): [(START, 80.0)],
        series_of(project, "state_text"): [(START, "öffnen \\ 'now'")],
    }


def test_projects_do_not_see_each_other(store: Store) -> None:
    """The same place and time in two projects are two readings."""
    one, other = store.create(), store.create()
    store.writer.write(one, [climate(START, temperature=1.0)])
    store.writer.write(other, [climate(START, temperature=2.0)])
    assert read(store.reader, one) == {series_of(one, "temperature"): [(START, 1.0)]}
    assert read(store.reader, other) == {series_of(other, "temperature"): [(START, 2.0)]}


@pytest.mark.parametrize(
    "bad",
    [
        pytest.param({"temperature": float("nan")}, id="nan"),
        pytest.param({"temperature": float("inf")}, id="infinity"),
        pytest.param({"temperature": 1.0, "humidity": float("-inf")}, id="one-bad-field"),
        pytest.param({"temperature": "warm"}, id="text-in-a-number"),
        pytest.param({"state_text": 1.0}, id="number-in-a-text"),
        pytest.param({"temperature": True}, id="boolean"),
        pytest.param({"temperature": None}, id="none"),
        pytest.param({"temperature": [1.0]}, id="list"),
        pytest.param({"state_text": b"bytes"}, id="bytes"),
        pytest.param({}, id="no-fields"),
    ],
)
def test_a_bad_point_is_refused_alone(store: Store, bad: dict) -> None:
    """The bad point is named with the store's reason; every good one of its batch is written."""
    project = store.create()
    points = [climate(START + n, temperature=float(n)) for n in range(100)]
    points[37] = Point("climate", KITCHEN, START + 37, bad)
    refused = store.writer.write(project, points)
    assert [(r.index, r.reason) for r in refused] == [(37, "store")]
    assert refused[0].detail
    assert read(store.reader, project) == {
        series_of(project, "temperature"): [(START + n, float(n)) for n in range(100) if n != 37]
    }


def test_several_bad_points_are_each_named(store: Store) -> None:
    """Refusals ascend by index, also when the whole batch is bad."""
    project = store.create()
    bad = [Point("climate", KITCHEN, START + n, {"temperature": float("nan")}) for n in range(5)]
    assert [r.index for r in store.writer.write(project, bad)] == [0, 1, 2, 3, 4]
    mixed = [bad[0], climate(START, temperature=1.0), bad[1]]
    assert [r.index for r in store.writer.write(project, mixed)] == [0, 2]
    assert read(store.reader, project) == {series_of(project, "temperature"): [(START, 1.0)]}


def test_points_older_than_the_retention_are_expired(store: Store) -> None:
    """They are refused as expired; younger ones of the batch are written."""
    project = store.create(retention=24 * HOUR)
    now = time.time_ns() // 1_000_000
    points = [climate(now - age * HOUR, temperature=float(age)) for age in (1, 2000, 2, 3000)]
    assert [(r.index, r.reason) for r in store.writer.write(project, points)] == [(1, "expired"), (3, "expired")]
    assert read(store.reader, project) == {
        series_of(project, "temperature"): [(now - 2 * HOUR, 2.0), (now - HOUR, 1.0)]
    }


def test_an_unknown_project_is_named_with_the_remedy(store: Store) -> None:
    """Writing to a project that is not there says so; nothing is created by the way."""
    unknown = unique("unknown")
    with pytest.raises(Misconfigured, match=unknown):
        store.writer.write(unknown, [climate(START, temperature=1.0)])
    assert unknown not in store.admin.projects()


def test_a_project_made_later_is_found(store: Store) -> None:
    """What was unknown is written to once it exists: the writer does not remember the refusal."""
    project = unique("later")
    with pytest.raises(Misconfigured):
        store.writer.write(project, [climate(START, temperature=1.0)])
    store.admin.create_project(project)
    assert store.writer.write(project, [climate(START, temperature=1.0)]) == []
    assert read(store.reader, project) == {series_of(project, "temperature"): [(START, 1.0)]}


def test_a_project_dropped_and_made_again_is_empty(store: Store) -> None:
    """Nothing of the old one comes back, and the same writer writes to the new one."""
    project = store.create()
    store.writer.write(project, [climate(START, temperature=1.0, humidity=1.0)])
    store.admin.drop_project(project)
    store.admin.create_project(project)
    assert read(store.reader, project) == {}
    assert store.reader.latest(Selection(project)) == []
    assert store.writer.write(project, [climate(START, temperature=2.0)]) == []
    assert read(store.reader, project) == {
        Series(project, "house-1", "kitchen", "sensor-1", "temperature"): [(START, 2.0)]
    }
