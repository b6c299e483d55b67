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


def _publish_into_trouble(mosquitto: Mosquitto, ingest: Ingest, ledger: Path, first: int) -> list[int]:
    """Messages are received all the same and stay pending, and ready says what is wrong with the store."""
    before = ingest.status()["received"]
    with Publisher(mosquitto.port, ledger, 300, first=first) as publisher:
        numbers = publisher.finish()
    eventually(lambda: ingest.status()["received"] >= before + len(numbers))
    eventually(lambda: ingest.get("/health/ready")["status"] == "not ready")
    status = ingest.status()
    assert status["store"] != "ok"
    assert status["pending"] > 0
    assert status["oldest_pending_seconds"] is not None
    return numbers


def _end(ingest: Ingest, numbers: list[int], store_url: str, expect_exactly: Expect) -> None:
    status = ingest.wait_done(len(numbers), seconds=90)
    assert (status["received"], status["written"]) == (len(numbers), len(numbers))
    eventually(lambda: ingest.status()["store"] == "ok")
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
        more = _publish_into_trouble(mosquitto, ingest, tmp_path / "more", publisher.count)
        time.sleep(max(0.0, seconds - (time.monotonic() - away)))
        influx.start()
        _end(ingest, publisher.finish() + more, influx.url, expect_exactly)


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
        more = _publish_into_trouble(mosquitto, ingest, tmp_path / "more", publisher.count)
        time.sleep(max(0.0, _FROZEN_SECONDS - (time.monotonic() - frozen)))
        influx.thaw()
        _end(ingest, publisher.finish() + more, influx.url, expect_exactly)


def test_a_store_file_that_another_process_locks(mosquitto: Mosquitto, tmp_path: Path, expect_exactly: Expect) -> None:
    """Another program holds the SQLite store's file for itself."""
    store_url = f"sqlite:///{tmp_path}/store.db"
    with (
        Ingest(tmp_path / "ingest", mosquitto.url, store_url) as ingest,
        Publisher(mosquitto.port, tmp_path / "ledger", 2_000, 200) as publisher,
    ):
        eventually(lambda: ingest.status()["written"] > 0)
        other = sqlite3.connect(tmp_path / "store.db", isolation_level=None, timeout=30)
        other.execute("BEGIN IMMEDIATE")
        more = _publish_into_trouble(mosquitto, ingest, tmp_path / "more", publisher.count)
        other.execute("ROLLBACK")
        other.close()
        _end(ingest, publisher.finish() + more, store_url, expect_exactly)
