"""Rights: whoever lacks one is told so; a missing right never looks like missing data."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

import pytest

from hdh.errors import Misconfigured
from hdh.model import ALL_TIME, Span
from hdh.store import open_admin, open_reader, open_writer
from hdh.store.interface import Reader, Selection
from hdh.windows import Aggregate, Every, Window
from tests.common.servers import unique
from tests.contract.conftest import Store
from tests.contract.readings import HOUR, START, climate, read, series_of

QUERIES: dict[str, Callable[[Reader, str], object]] = {
    "read": lambda reader, project: list(reader.read(Selection(project), ALL_TIME)),
    "series": lambda reader, project: reader.series(Selection(project)),
    "latest": lambda reader, project: reader.latest(Selection(project)),
    "aggregate": lambda reader, project: list(
        reader.aggregate(
            Selection(project), Span(START, START + HOUR), Window(Every("1h"), ZoneInfo("UTC"), Aggregate.MEAN)
        )
    ),
}


@pytest.fixture
def guarded(store: Store) -> Store:
    """A store that enforces rights."""
    if not store.enforces_rights:
        pytest.skip(f"{store.kind} knows no rights")
    return store


@pytest.mark.parametrize("query", QUERIES)
def test_reading_without_the_right_is_an_error(guarded: Store, query: str) -> None:
    """The right to read one project gives no answer, not even an empty one, on another."""
    mine, other = guarded.create(), guarded.create()
    guarded.writer.write(mine, [climate(START, temperature=1.0)])
    token = guarded.admin.create_token(unique("reader"), read=[mine])
    reader = open_reader(guarded.url, token.secret)
    assert QUERIES[query](reader, mine)
    with pytest.raises(Misconfigured, match=other):
        QUERIES[query](reader, other)
    reader.close()


def test_a_reader_may_not_write_nor_delete(guarded: Store) -> None:
    """Both are refused, and change nothing."""
    project = guarded.create()
    guarded.writer.write(project, [climate(START, temperature=1.0)])
    token = guarded.admin.create_token(unique("reader"), read=[project])
    writer = open_writer(guarded.url, token.secret)
    with pytest.raises(Misconfigured):
        writer.write(project, [climate(START, temperature=2.0)])
    with pytest.raises(Misconfigured):
        writer.delete(project, ALL_TIME)
    writer.close()
    assert read(guarded.reader, project) == {series_of(project, "temperature"): [(START, 1.0)]}


def test_a_writer_may_not_write_elsewhere(guarded: Store) -> None:
    """The right to write one project is no right on another."""
    mine, other = guarded.create(), guarded.create()
    token = guarded.admin.create_token(unique("writer"), write=[mine])
    writer = open_writer(guarded.url, token.secret)
    assert writer.write(mine, [climate(START, temperature=1.0)]) == []
    with pytest.raises(Misconfigured, match=other):
        writer.write(other, [climate(START, temperature=1.0)])
    writer.close()
    assert read(guarded.reader, other) == {}


def test_a_narrow_token_creates_no_project(guarded: Store) -> None:
    """A service's token is told so, also of a project that is there, and ingest goes on with what set-up has made."""
    project = guarded.create()
    token = guarded.admin.create_token(unique("writer"), write=[project])
    admin = open_admin(guarded.url, token.secret)
    with pytest.raises(Misconfigured):
        admin.create_project(unique("stolen"))
    with pytest.raises(Misconfigured):
        admin.create_project(project)
    admin.close()


@pytest.mark.parametrize("query", QUERIES)
def test_wrong_credentials_are_an_error(guarded: Store, query: str) -> None:
    """A token that the store does not know reads nothing; health says so, too."""
    project = guarded.create()
    guarded.writer.write(project, [climate(START, temperature=1.0)])
    reader = open_reader(guarded.url, "nobody:wrong")
    with pytest.raises(Misconfigured):
        QUERIES[query](reader, project)
    with pytest.raises(Misconfigured):
        reader.health()
    reader.close()
    writer = open_writer(guarded.url, "nobody:wrong")
    with pytest.raises(Misconfigured):
        writer.write(project, [climate(START, temperature=2.0)])
    with pytest.raises(Misconfigured, match=project):
        writer.check(project)
    writer.close()


def test_a_check_tells_whether_a_project_can_be_written_to(store: Store) -> None:
    """It changes nothing; a project that is not there is named."""
    project, unknown = store.create(), unique("unknown")
    store.writer.write(project, [climate(START, temperature=1.0)])
    store.writer.check(project)
    assert read(store.reader, project) == {series_of(project, "temperature"): [(START, 1.0)]}
    with pytest.raises(Misconfigured, match=unknown):
        store.writer.check(unknown)
    assert unknown not in store.admin.projects()


def test_a_check_needs_the_right_to_write_and_no_other(guarded: Store) -> None:
    """A token that may only write this project passes; on another project, or with the right to read, it does not."""
    mine, other = guarded.create(), guarded.create()
    tokens = guarded.admin.create_token(unique("w"), write=[mine]), guarded.admin.create_token(unique("r"), read=[mine])
    writer, reader = (open_writer(guarded.url, token.secret) for token in tokens)
    writer.check(mine)
    for refused, project in ((writer, other), (reader, mine)):
        with pytest.raises(Misconfigured, match=project):
            refused.check(project)
    writer.close()
    reader.close()


def test_tokens_are_made_listed_and_revoked(store: Store) -> None:
    """A revoked token is no longer listed; revoking twice is no error."""
    if not store.has_tokens:
        with pytest.raises(Misconfigured, match="no tokens"):
            store.admin.create_token("anyone")
        store.admin.revoke_token("anyone")
        assert store.admin.tokens() == []
        return
    project, name = store.create(), unique("token")
    first = store.admin.create_token(name, read=[project])
    second = store.admin.create_token(name, read=[project], write=[project])
    assert (first.name, second.name) == (name, name)
    assert first.secret != second.secret
    assert store.admin.tokens().count(name) == 1
    store.admin.revoke_token(name)
    store.admin.revoke_token(name)
    assert name not in store.admin.tokens()


def test_a_replaced_token_no_longer_works(guarded: Store) -> None:
    """Making a token of the same name revokes the earlier one."""
    project, name = guarded.create(), unique("token")
    first = guarded.admin.create_token(name, read=[project])
    second = guarded.admin.create_token(name, read=[project])
    old, new = open_reader(guarded.url, first.secret), open_reader(guarded.url, second.secret)
    with pytest.raises(Misconfigured):
        list(old.read(Selection(project), ALL_TIME))
    assert list(new.read(Selection(project), ALL_TIME)) == []
    old.close()
    new.close()
