"""A real stack behind real pages: broker, ingest, SQLite, api, dashboard, and Chromium to look with."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from infra.make import web
from tests.common.api import Api
from tests.common.browser import chromium
from tests.common.dashboard import Dashboard
from tests.common.ingest import Ingest
from tests.common.servers import Mosquitto
from tests.common.village import Village, now_ms, publish

# What is not said to be quick need only come; a machine may be busy with more than this.
expect.set_options(timeout=20_000)
_DAYS = 8.0


@dataclass(frozen=True)
class Stack:
    """All that runs."""

    broker: Mosquitto
    ingest: Ingest
    api: Api
    dashboard: Dashboard
    village: Village

    def publish(self, topic: str, payload: str) -> None:
        """Publish one message and wait until the broker has it."""
        publish(self.broker.port, iter([(topic, payload)]))


def run_stack(folder: Path, broker: Mosquitto, village: Village, days: float) -> Iterator[Stack]:
    """Run a stack with a past of so many days, until the caller is done with it."""
    folder.mkdir(parents=True, exist_ok=True)
    site = folder / "site.yaml"
    site.write_text(village.site(), encoding="utf-8")
    store = f"sqlite:///{folder}/store.db"
    names = {"HDH_SITE_FILE": str(site)}
    with Ingest(folder / "ingest", broker.url, store, **names) as ingest:
        sent = publish(broker.port, village.messages(now_ms(), days))
        ingest.wait_done(sent)
        with (
            Api(folder / "api", store, HDH_INGEST_URLS=ingest.url, **names) as api,
            Dashboard(folder / "dashboard", api.url) as dashboard,
        ):
            yield Stack(broker, ingest, api, dashboard, village)


@pytest.fixture(scope="session")
def pages() -> None:
    """The pages as they are now, built."""
    with web.alone():
        is_built = web.build()
    assert is_built, "the pages could not be built; the lines above say why"


@pytest.fixture(scope="session")
def stack(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """One stack for the suite: three public houses, a private one, an empty project, and eight days."""
    request.getfixturevalue("pages")
    folder = tmp_path_factory.mktemp("stack")
    # A broker of its own, as ingest takes every topic.
    with Mosquitto(folder / "mosquitto") as broker:
        yield from run_stack(folder, broker, Village(), _DAYS)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the suite."""
    with chromium() as started:
        yield started


NewPage = Callable[..., Page]


@pytest.fixture
def new_page(browser: Browser) -> Iterator[NewPage]:
    """Make a page in a browser of its own that speaks English, unless told otherwise.

    At the end no page may have failed, broken the policy, or asked anybody but its own server.
    """
    faults: list[str] = []
    contexts = []

    def make(**options: object) -> Page:
        context = browser.new_context(**({"locale": "en-GB", "reduced_motion": "reduce"} | options))  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: faults.append(f"failed: {error}"))
        page.on("console", lambda message: _watch(message.text, faults))
        page.on("request", lambda request: _watch_host(request.url, page.url, faults))
        return page

    yield make
    for context in contexts:
        context.close()
    assert faults == []


def _watch(text: str, faults: list[str]) -> None:
    if "Content Security Policy" in text or "Uncaught" in text:
        faults.append(text)


def _watch_host(url: str, page: str, faults: list[str]) -> None:
    own = page.split("/")[2] if page.startswith("http") else ""
    if url.startswith(("http:", "https:", "ws:", "wss:")) and own and url.split("/")[2] != own:
        faults.append(f"asked {url}")
