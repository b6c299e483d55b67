"""The store is killed, away, locked or frozen under load: all waits in the journal, then is written exactly once."""

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.common.eventually import eventually
from tests.common.ingest import Ingest
from tests.common.publisher import Publisher
from tests.common.servers import Influxd, Mosquitto

pytestmark = pytest.mark.mosquitto
AWAY_SECONDS = [3, pytest.param(60, marks=pytest.mark.long)]
_FROZEN_SECONDS = 35

Expect = Callable[[str, list[int]], None]


def _wait_for_trouble(ingest: Ingest) -> None:
    """Ready says what is wrong with the store; messages are received all the same and stay pending."""
    eventually(lambda: ingest.get("/health/ready")["status"] == "not ready", seconds=60)
    before = ingest.status()
    assert before["store"] != "ok"
    eventually(lambda: ingest.status()["received"] > before["received"])
    assert ingest.status()["pending"] > 0
    assert ingest.status()["oldest_pending_seconds"] is not None


def _end(ingest: Ingest, publisher: Publisher, store_url: str, expect_exactly: Expect) -> None:
    numbers = publisher.finish()
    status = ingest.wait_done(publisher.count, seconds=90)
    assert (status["received"], status["written"]) == (publisher.count, publisher.count)
    assert status["store"] == "ok"
    expect_exactly(store_url, numbers)
    eventually(lambda: ingest.get("/health/ready") == {"status": "ready"})


@pytest.mark.influxdb1
@pytest.mark.parametrize("seconds", AWAY_SECONDS)
def test_kill_9_of_the_store_and_a_while_without_it(
    mosquitto: Mosquitto, influx: Influxd, seconds: int, tmp_path: Path, expect_exactly: Expect
) -> None:
    """Twice killed, once back at once and once after a while."""
    with (
        Ingest(tmp_path / "ingest", mosquitto.url, influx.url) as ingest,
        Publisher(mosquitto.port, tmp_path / "ledger", 200 * (seconds + 15), 200) as publisher,
    ):
        eventually(lambda: ingest.status()["written"] > 0)
        influx.kill()
        influx.start()
        written = ingest.status()["written"]
        eventually(lambda: ingest.status()["written"] > written, seconds=60)
        influx.kill()
        away = time.monotonic()
        _wait_for_trouble(ingest)
        time.sleep(max(0.0, seconds - (time.monotonic() - away)))
        influx.start()
        _end(ingest, publisher, influx.url, expect_exactly)


@pytest.mark.long
@pytest.mark.influxdb1
def test_a_store_that_accepts_and_never_answers(
    mosquitto: Mosquitto, influx: Influxd, tmp_path: Path, expect_exactly: Expect
) -> None:
    """Ingest gives up waiting, says so, tries again, and what the frozen store still does later harms nothing."""
    with (
        Ingest(tmp_path / "ingest", mosquitto.url, influx.url) as ingest,
        Publisher(mosquitto.port, tmp_path / "ledger", 10_000, 250) as publisher,
    ):
        eventually(lambda: ingest.status()["written"] > 0)
        influx.freeze()
        frozen = time.monotonic()
        _wait_for_trouble(ingest)
        time.sleep(max(0.0, _FROZEN_SECONDS - (time.monotonic() - frozen)))
        influx.thaw()
        _end(ingest, publisher, influx.url, expect_exactly)


def test_a_store_file_that_another_process_locks(mosquitto: Mosquitto, tmp_path: Path, expect_exactly: Expect) -> None:
    """Another program holds the SQLite store's file for itself."""
    store_url = f"sqlite:///{tmp_path}/store.db"
    with (
        Ingest(tmp_path / "ingest", mosquitto.url, store_url) as ingest,
        Publisher(mosquitto.port, tmp_path / "ledger", 3_000, 200) as publisher,
    ):
        eventually(lambda: ingest.status()["written"] > 0)
        other = sqlite3.connect(tmp_path / "store.db", isolation_level=None, timeout=30)
        other.execute("BEGIN IMMEDIATE")
        _wait_for_trouble(ingest)
        other.execute("ROLLBACK")
        other.close()
        _end(ingest, publisher, store_url, expect_exactly)
