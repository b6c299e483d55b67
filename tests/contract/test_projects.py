"""Setting up: projects come and go with their retention, and readers see which there are."""

from hdh.model import ALL_TIME
from hdh.store.interface import Selection
from tests.common.servers import unique
from tests.contract.conftest import Store
from tests.contract.readings import DAY, START, climate, read, series_of


def test_a_project_is_listed_with_its_retention(store: Store) -> None:
    """Administrators see retentions, readers the names, sorted."""
    kept, passing = store.create(), store.create(retention=30 * DAY)
    projects = store.admin.projects()
    assert (projects[kept], projects[passing]) == (None, 30 * DAY)
    names = store.reader.projects()
    assert names == sorted(names)
    assert {kept, passing} <= set(names)


def test_creating_again_changes_the_retention_and_keeps_the_data(store: Store) -> None:
    """It is safe to create what is there: at each start of a service."""
    project = store.create()
    store.writer.write(project, [climate(START, temperature=1.0)])
    for retention in (None, 20_000 * DAY, None):
        store.admin.create_project(project, retention)
        assert store.admin.projects()[project] == retention
    assert read(store.reader, project) == {series_of(project, "temperature"): [(START, 1.0)]}


def test_a_dropped_project_is_gone(store: Store) -> None:
    """With all its data; another one keeps its own; dropping what is not there is no error."""
    dropped, kept = store.create(), store.create()
    for project in (dropped, kept):
        store.writer.write(project, [climate(START, temperature=1.0)])
    store.admin.drop_project(dropped)
    store.admin.drop_project(dropped)
    store.admin.drop_project(unique("never-there"))
    assert dropped not in store.admin.projects()
    assert dropped not in store.reader.projects()
    assert read(store.reader, kept) == {series_of(kept, "temperature"): [(START, 1.0)]}


def test_health_of_a_store_that_works(store: Store) -> None:
    """It returns nothing, and raises nothing."""
    store.reader.health()
    assert list(store.reader.read(Selection(store.create()), ALL_TIME)) == []
