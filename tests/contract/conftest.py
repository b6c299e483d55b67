"""Every kind of store, opened the way services open it; a test that takes `store` runs on each of them."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

import pytest

from hdh.store import open_admin, open_reader, open_writer
from hdh.store.interface import Admin, Reader, Writer
from tests.common.servers import unique


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


# A kind is one line here: its factory and the mark of the server that it needs.
KINDS: dict[
    str, tuple[Callable[[pytest.FixtureRequest], AbstractContextManager[Store]], tuple[pytest.MarkDecorator, ...]]
]
KINDS = {
    "sqlite": (sqlite, ()),
}


@pytest.fixture(scope="session", params=[pytest.param(kind, marks=marks) for kind, (_, marks) in KINDS.items()])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    """One store of each kind for the whole run; tests create projects of their own."""
    factory, _ = KINDS[request.param]
    with factory(request) as opened_store:
        yield opened_store
