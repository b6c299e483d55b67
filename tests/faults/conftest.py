"""What the suites of faults share: a broker of their own, a store of each kind, and the way to count what is in it."""

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hdh.model import ALL_TIME
from hdh.store import open_reader
from hdh.store.interface import Selection
from tests.common.publisher import PROJECTS, message
from tests.common.servers import Influxd, Mosquitto

STORES = [pytest.param("sqlite"), pytest.param("influxdb", marks=pytest.mark.influxdb1)]


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Mosquitto]:
    """A broker that this test may fill."""
    with Mosquitto(tmp_path / "mosquitto") as server:
        yield server


@pytest.fixture
def influx(tmp_path: Path) -> Iterator[Influxd]:
    """An InfluxDB that this test may kill."""
    with Influxd(tmp_path / "influxd") as server:
        yield server


@pytest.fixture
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A store of the kind that the test asks for by its parameter."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/store.db"
    server: Influxd = request.getfixturevalue("influx")
    return server.url


@pytest.fixture
def expect_exactly() -> Callable[[str, list[int]], None]:
    """Asserts that a store holds exactly these numbers of `tests.common.publisher`, each once."""

    def expect(store_url: str, numbers: list[int]) -> None:
        reader = open_reader(store_url)
        try:
            found: Counter[tuple[str, float]] = Counter()
            for project in PROJECTS:
                for chunk in reader.read(Selection(project), ALL_TIME):
                    found.update((chunk.series.quantity, float(value)) for value in chunk.value)
        finally:
            reader.close()
        expected: Counter[tuple[str, float]] = Counter()
        for number in numbers:
            has_two = message(number)[1].startswith(b"{")
            expected.update((quantity, float(number)) for quantity in ("temperature", "humidity")[: 1 + has_two])
        assert dict(expected - found) == {}, "lacking"
        assert dict(found - expected) == {}, "too many"

    return expect
