"""Servers that all suites share, and the list of suites that could not run."""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from infra.make import web
from infra.make.suites import NOT_RUN
from tests.common.engine import missing_engine
from tests.common.servers import Influxd, Mosquitto, find

# How long an example takes says more of what else the machine does than of our code.
settings.register_profile("hdh", deadline=None)
settings.load_profile("hdh")

_NEEDS: dict[str, Callable[[], str | None]] = {
    "mosquitto": lambda: None if find("mosquitto") else "mosquitto is not installed (apt-get install mosquitto)",
    "influxdb1": lambda: None if find("influxd") else "influxd 1.x is not installed (apt-get install influxdb)",
    "influxdb2": lambda: None if os.environ.get("INFLUXD2") else "no InfluxDB 2 server (INFLUXD2=/path/to/influxd)",
    "docker": missing_engine,
    "browser": lambda: (
        web.missing() or (None if find("chromium") else "chromium is not installed (apt-get install chromium)")
    ),
}

_INSTALLABLE = ("mosquitto", "influxdb1", "docker", "browser")
"""What CI has to install: a run there fails where one of these is missing."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what lacks its server, with the remedy; browsers come last."""
    # Playwright's event loop runs until the process ends: no test with a loop of its own may follow.
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)
    for item in items:
        for marker, missing in _NEEDS.items():
            if item.get_closest_marker(marker) and (reason := missing()):
                item.add_marker(pytest.mark.skip(reason=f"{NOT_RUN}{reason}"))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI a suite that could not run for want of a system package fails the run."""
    wanted = {marker for item in session.items for marker in _INSTALLABLE if item.get_closest_marker(marker)}
    missing = [marker for marker in wanted if _NEEDS[marker]()]
    if os.environ.get("CI") == "true" and missing and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """List what could not run, by remedy, so that a short run is never taken for a whole one."""
    skipped = [r.longrepr[2] for r in terminalreporter.stats.get("skipped", []) if isinstance(r.longrepr, tuple)]
    reasons = Counter(text.partition(NOT_RUN)[2] for text in skipped if NOT_RUN in text)
    if reasons:
        terminalreporter.section("suites not run: tests and reason")
    for reason, count in reasons.items():
        terminalreporter.line(f"{count:>5}  {reason}")


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mosquitto]:
    """One broker for the whole run; tests use topics of their own."""
    with Mosquitto(tmp_path_factory.mktemp("mosquitto")) as server:
        yield server


@pytest.fixture(scope="session")
def influxd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Influxd]:
    """One InfluxDB 1.x without authentication for the whole run; tests use databases of their own."""
    with Influxd(tmp_path_factory.mktemp("influxd")) as server:
        yield server


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """A SQLite store of the test's own."""
    return f"sqlite:///{tmp_path}/store.db"
