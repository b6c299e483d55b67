"""Every kind of store, opened the way services open it; a test that takes `store` runs on each of them."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

import pytest

from hdh.store import open_admin, open_reader, open_writer
from hdh.store.influxdb.admin import DatabaseAdmin
from hdh.store.influxdb.http import Http
from hdh.store.influxdb.influxql import identifier
from hdh.store.influxdb.query import ask
from hdh.store.interface import Admin, Reader, Writer
from hdh.store.url import InfluxUrl, parse_store_url
from tests.common.servers import Influxd, Influxd2, unique


@dataclass(frozen=True)
class Store:
    """A store opened whole, and where its kind differs from the others on purpose.

    Attributes:
        kind: the parameter's name.
        url: as HDH_STORE_URL.
        token: as HDH_STORE_TOKEN, of an administrator.
        enforces_rights: whether a token's rights hold (not in SQLite, nor in InfluxDB 1 without authentication).
        has_tokens: whether the administrator can make tokens at all.
        keeps_every_name: whether tags and text may hold any character; else the store may refuse such a point.
    """

    kind: str
    url: str
    token: str | None
    writer: Writer
    reader: Reader
    admin: Admin
    enforces_rights: bool = True
    has_tokens: bool = True
    keeps_every_name: bool = False

    def create(self, name: str = "contract", *, retention: int | None = None) -> str:
        """A fresh project; its id begins with `name` and is used by no other test."""
        project = unique(name)
        self.admin.create_project(project, retention)
        return project


@contextmanager
def opened(url: str, token: str | None = None) -> Iterator[tuple[Writer, Reader, Admin]]:
    """The three interfaces on one store, closed at the end."""
    writer, reader, admin = open_writer(url, token), open_reader(url, token), open_admin(url, token)
    try:
        yield writer, reader, admin
    finally:
        for part in (writer, reader, admin):
            part.close()


@contextmanager
def sqlite(request: pytest.FixtureRequest) -> Iterator[Store]:
    """One database file for all tests."""
    folder = request.getfixturevalue("tmp_path_factory").mktemp("sqlite-store")
    url = f"sqlite:///{folder}/store.db"
    with opened(url) as (writer, reader, admin):
        yield Store(
            "sqlite",
            url,
            None,
            writer,
            reader,
            admin,
            enforces_rights=False,
            has_tokens=False,
            keeps_every_name=True,
        )


@contextmanager
def influxdb1(request: pytest.FixtureRequest) -> Iterator[Store]:
    """InfluxDB 1 as Debian starts it: without authentication."""
    server: Influxd = request.getfixturevalue("influxd")
    with opened(server.url) as (writer, reader, admin):
        yield Store("influxdb1", server.url, None, writer, reader, admin, enforces_rights=False)


class _Granting(DatabaseAdmin):
    """Gives two users their one right on each project that it creates, as set-up does."""

    def create_project(self, project: str, retention: int | None = None) -> None:
        """Create, then grant."""
        super().create_project(project, retention)
        for right, user in (("WRITE", "writer"), ("READ", "reader")):
            ask(self._http, None, f"GRANT {right} ON {identifier(project)} TO {user}")


@contextmanager
def influxdb1_auth(request: pytest.FixtureRequest) -> Iterator[Store]:
    """InfluxDB 1 with authentication: the writer may only write, the reader only read."""
    folder = request.getfixturevalue("tmp_path_factory").mktemp("influxd-auth")
    with Influxd(folder, INFLUXDB_HTTP_AUTH_ENABLED="true") as server:
        url, token = server.url, "admin:secret"
        parsed = parse_store_url(url)
        assert isinstance(parsed, InfluxUrl)
        ask(Http(parsed, None), None, "CREATE USER admin WITH PASSWORD 'secret' WITH ALL PRIVILEGES")
        admin = _Granting(parsed, token)
        writer = open_writer(url, admin.create_token("writer").secret)
        reader = open_reader(url, admin.create_token("reader").secret)
        yield Store("influxdb1-auth", url, token, writer, reader, admin)
        for part in (writer, reader, admin):
            part.close()


@contextmanager
def influxdb2(request: pytest.FixtureRequest) -> Iterator[Store]:
    """InfluxDB 2, whose tokens always have rights."""
    with (
        Influxd2(request.getfixturevalue("tmp_path_factory").mktemp("influxd2")) as server,
        opened(server.url, server.token) as (writer, reader, admin),
    ):
        yield Store("influxdb2", server.url, server.token, writer, reader, admin)


# A kind is one line here: its factory and the mark of the server that it needs.
KINDS: dict[
    str, tuple[Callable[[pytest.FixtureRequest], AbstractContextManager[Store]], tuple[pytest.MarkDecorator, ...]]
]
KINDS = {
    "sqlite": (sqlite, ()),
    "influxdb1": (influxdb1, (pytest.mark.influxdb1,)),
    "influxdb1-auth": (influxdb1_auth, (pytest.mark.influxdb1,)),
    "influxdb2": (influxdb2, (pytest.mark.influxdb2,)),
}


@pytest.fixture(scope="session", params=[pytest.param(kind, marks=marks) for kind, (_, marks) in KINDS.items()])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    """One store of each kind for the whole run; tests create projects of their own."""
    factory, _ = KINDS[request.param]
    with factory(request) as opened_store:
        yield opened_store
