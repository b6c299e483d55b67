"""Servers that all suites share, and the list of suites that could not run."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.common.servers import Influxd, Mosquitto, find

_NEEDS: dict[str, Callable[[], str | None]] = {
    "mosquitto": lambda: None if find("mosquitto") else "mosquitto is not installed (apt-get install mosquitto)",
    "influxdb1": lambda: None if find("influxd") else "influxd 1.x is not installed (apt-get install influxdb)",
    "influxdb2": lambda: None if os.environ.get("INFLUXD2") else "no InfluxDB 2 server (INFLUXD2=/path/to/influxd)",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what lacks its server, with the remedy."""
    for item in items:
        for marker, missing in _NEEDS.items():
            if item.get_closest_marker(marker) and (reason := missing()):
                item.add_marker(pytest.mark.skip(reason=f"not run: {reason}"))


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
