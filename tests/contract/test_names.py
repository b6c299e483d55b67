"""Names and texts that try to be something else: they are stored as they are, or refused, and do nothing."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hdh.errors import Misconfigured
from hdh.model import ALL_TIME, Place, Point, Span
from hdh.store.interface import Selection
from tests.common.servers import unique
from tests.contract.conftest import Store
from tests.contract.readings import KITCHEN, START, climate, places, read, rows, series_of

HOSTILE = [
    'a"; DROP DATABASE "victim',
    "a'; DROP TABLE reading; --",
    "'; DELETE FROM climate",
    "x' OR '1'='1",
    '"',
    "'",
    "\\",
    "a\\",
    "a\\'b",
    'a\\"b',
    "a,b=c d",
    "=",
    ",",
    " leading and trailing ",
    "a\tb",
    "a;b",
    "a\nclimate,house=h,room=r,device=d temperature=666 1",
    "a\r\nb",
    "ä ö 漢字 😀",
    "e\u0301 and é",
    "%s %d {0} ${HOME} $(id)",
    ".*",
    "/.*/",
    "%",
    "_",
    "null",
    "NaN",
    "a/b/c",
    "../../etc/passwd",
    "#comment",
    "-- comment",
    "/* comment */",
    "x" * 1000,
]


def stored(store: Store, project: str, points: list[Point]) -> list[Point]:
    """Write points; those that the store took. Only a store with names it cannot keep may refuse any, as `store`."""
    refused = {refusal.index: refusal.reason for refusal in store.writer.write(project, points)}
    assert set(refused.values()) <= {"store"}
    if store.keeps_every_name:
        assert refused == {}
    return [point for index, point in enumerate(points) if index not in refused]


def found(points: list[Point], project: str) -> dict:
    """What reading must give for points of one field each."""
    return {
        series_of(project, quantity, point.place): [(point.time, value)]
        for point in points
        for quantity, value in point.fields.items()
    }


def test_hostile_places(store: Store) -> None:
    """As house, as room and as device: each is a name like any other, or its point is refused and no other."""
    project = store.create()
    points = [climate(START, temperature=0.5)]
    for n, name in enumerate(HOSTILE):
        points += [
            climate(START + 3 * n, Place(name, "room", "device"), temperature=3.0 * n),
            climate(START + 3 * n + 1, Place("house", name, "device"), temperature=3.0 * n + 1),
            climate(START + 3 * n + 2, Place("house", "room", name), temperature=3.0 * n + 2),
        ]
    taken = stored(store, project, points)
    assert points[0] in taken
    assert len(taken) > len(points) * 0.8
    assert read(store.reader, project) == found(taken, project)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_selects_only_itself(store: Store, name: str) -> None:
    """In a selection for reading, for the newest and for deleting."""
    project = store.create()
    hostile = climate(START, Place(name, name, name), temperature=1.0)
    harmless = [climate(START, KITCHEN, temperature=2.0), climate(START, Place("a", "b", "c"), temperature=3.0)]
    taken = stored(store, project, [hostile, *harmless])
    itself = [point for point in taken if point.place == hostile.place]
    selection = places(project, hostile.place)
    assert rows(store.reader.read(selection, ALL_TIME)) == found(itself, project)
    assert [latest.value for latest in store.reader.latest(selection)] == [1.0 for _ in itself]
    assert len(store.reader.series(selection)) == len(itself)
    store.writer.delete(project, ALL_TIME, selection)
    assert read(store.reader, project) == found(harmless, project)


def test_hostile_texts(store: Store) -> None:
    """Any text comes back character for character, or its point is refused."""
    project = store.create()
    texts = [*HOSTILE, "", "\n", "'\"\\\n,= ", "x" * 60_000]
    points = [
        Point("device", Place("house", f"room-{n:03}", "device"), START + n, {"state_text": text})
        for n, text in enumerate(texts)
    ]
    taken = stored(store, project, points)
    assert len(taken) > len(points) * 0.8
    assert read(store.reader, project) == found(taken, project)
    newest = {latest.series: [(latest.time, latest.value)] for latest in store.reader.latest(Selection(project))}
    assert newest == found(taken, project)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_fields_and_measurements(store: Store, name: str) -> None:
    """A quantity that no catalogue knows may be called anything; it harms no other."""
    project = store.create()
    points = [
        climate(START, temperature=1.0),
        Point("other", KITCHEN, START, {name: 2.0}),
        Point("other", KITCHEN, START + 1, {f"{name}_text": name}),
    ]
    taken = stored(store, project, points)
    assert points[0] in taken
    assert read(store.reader, project) == found(taken, project)
    only = Selection(project, quantities=(name,))
    assert rows(store.reader.read(only, ALL_TIME)) == found([p for p in taken if name in p.fields], project)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_projects(store: Store, name: str) -> None:
    """A project may have such a name, or the administrator is told that it may not; no other project is touched."""
    victim = store.create("victim")
    store.writer.write(victim, [climate(START, temperature=1.0)])
    project = f"{name}{unique('x')}" if len(name) < 1000 else unique("x" * 50)
    before = set(store.admin.projects())
    try:
        store.admin.create_project(project)
    except Misconfigured:
        assert not store.keeps_every_name
        with pytest.raises(Misconfigured):
            store.writer.write(project, [climate(START, temperature=2.0)])
        with pytest.raises(Misconfigured):
            list(store.reader.read(Selection(project), ALL_TIME))
        assert set(store.admin.projects()) == before
    else:
        assert set(store.admin.projects()) == before | {project}
        store.writer.write(project, [climate(START, temperature=2.0)])
        assert read(store.reader, project) == {series_of(project, "temperature"): [(START, 2.0)]}
        assert [latest.value for latest in store.reader.latest(Selection(project))] == [2.0]
        store.writer.delete(project, Span(START, START + 1))
        assert read(store.reader, project) == {}
        store.admin.drop_project(project)
    assert set(store.admin.projects()) == before
    assert read(store.reader, victim) == {series_of(victim, "temperature"): [(START, 1.0)]}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_of_projects_that_are_not_there(store: Store, name: str) -> None:
    """Asking for one is the error of an unknown project, and creates nothing."""
    before = store.admin.projects()
    for ask in (
        lambda: list(store.reader.read(Selection(name), ALL_TIME)),
        lambda: store.reader.latest(Selection(name)),
        lambda: store.reader.series(Selection(name)),
        lambda: store.writer.write(name, [climate(START, temperature=1.0)]),
        lambda: store.writer.delete(name, ALL_TIME),
    ):
        with pytest.raises(Misconfigured):
            ask()
    store.admin.drop_project(name)
    assert store.admin.projects() == before


def test_names_that_no_store_keeps(store: Store) -> None:
    """An empty name and half a character (a lone surrogate) are refused alone."""
    project = store.create()
    points = [
        climate(START, Place("", "room", "device"), temperature=1.0),
        climate(START, Place("house", "room", "\ud800"), temperature=1.0),
        Point("device", KITCHEN, START, {"state_text": "\udfff"}),
        Point("other", KITCHEN, START, {"": 1.0}),
        climate(START, temperature=2.0),
    ]
    assert [(r.index, r.reason) for r in store.writer.write(project, points)] == [(n, "store") for n in range(4)]
    assert read(store.reader, project) == {series_of(project, "temperature"): [(START, 2.0)]}


NAMES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=30)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=st.lists(st.tuples(NAMES, NAMES, NAMES, NAMES), min_size=1, max_size=30, unique=True))
def test_any_names(store: Store, names: list[tuple[str, str, str, str]]) -> None:
    """Whatever the names and the text are, what was taken comes back exactly."""
    project = store.create()
    points = [
        Point("other", Place(house, room, device), START + n, {"state_text": text})
        for n, (house, room, device, text) in enumerate(names)
    ]
    unique_places = {point.place: point for point in points}
    taken = stored(store, project, list(unique_places.values()))
    assert read(store.reader, project) == found(taken, project)
