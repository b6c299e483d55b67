"""A real stack behind the dashboard, and a real browser before it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.common.api import Api
from tests.common.dashboard import Dashboard
from tests.common.ingest import Ingest
from tests.common.servers import Mosquitto, Server
from tests.common.stores import put
from tests.dashboard.explore import village

# A machine that does other things too starts four services, a browser and a page slowly.
WAIT_MS = 20_000
START_SECONDS = 120


@dataclass(frozen=True)
class Stack:
    """Broker, ingest, store, api and dashboard."""

    broker: Mosquitto
    ingest: Ingest
    api: Api
    dashboard: Dashboard
    store_url: str

    @property
    def url(self) -> str:
        """Where the pages are."""
        return self.dashboard.url


AnyServer = TypeVar("AnyServer", bound=Server)


@contextmanager
def started(server: AnyServer) -> Iterator[AnyServer]:
    """A server, from its start to its end."""
    try:
        server.start(seconds=START_SECONDS)
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def stack(pages: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:  # noqa: ARG001 (built first)
    """One stack for all tests of pages; each test looks at series of its own or changes nothing."""
    folder: Path = tmp_path_factory.mktemp("dashboard")
    site = folder / "site.yaml"
    site.write_text(village.SITE)
    store = f"sqlite:///{folder}/store.db"
    put(store, {village.PROJECT: village.history(village.today())})
    settings = {"HDH_SITE_FILE": str(site)}
    with (
        started(Mosquitto(folder / "broker")) as broker,
        started(Ingest(folder / "ingest", broker.url, store, **settings)) as ingest,
        started(Api(folder / "api", store, HDH_INGEST_URLS=ingest.url, **settings)) as api,
        started(Dashboard(folder / "dashboard", api.url)) as dashboard,
    ):
        yield Stack(broker, ingest, api, dashboard, store)


OpenPage = Callable[..., Page]


@pytest.fixture
def open_page(browser: Browser, stack: Stack) -> Iterator[OpenPage]:
    """Open a page of the dashboard in a browser of its own; what its scripts throw fails the test."""
    contexts: list[BrowserContext] = []
    thrown: list[str] = []

    expect.set_options(timeout=WAIT_MS)

    def open_it(path: str, *, script: str | None = None, **options: Any) -> Page:
        context = browser.new_context(**{"locale": "en-GB", "timezone_id": "Europe/Helsinki", **options})
        contexts.append(context)
        context.set_default_timeout(WAIT_MS)
        if script is not None:
            context.add_init_script(script)
        page = context.new_page()
        page.on("pageerror", lambda error: thrown.append(str(error)))
        page.goto(f"{stack.url}{path}")
        return page

    yield open_it
    for context in contexts:
        context.close()
    assert thrown == []
