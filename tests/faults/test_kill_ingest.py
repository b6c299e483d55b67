"""kill -9 of ingest at random moments under load: nothing lost, nothing twice, and the counters reconcile."""

import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.common.ingest import Ingest
from tests.common.publisher import Publisher
from tests.common.servers import Mosquitto

pytestmark = pytest.mark.mosquitto
KILLS = [
    pytest.param("sqlite", 4),
    pytest.param("sqlite", 20, marks=pytest.mark.long),
    pytest.param("influxdb", 20, marks=[pytest.mark.influxdb1, pytest.mark.long]),
]


@pytest.mark.parametrize(("store_url", "kills"), KILLS, indirect=["store_url"])
def test_kill_9_again_and_again(
    mosquitto: Mosquitto, store_url: str, kills: int, tmp_path: Path, expect_exactly: Callable[[str, list[int]], None]
) -> None:
    """Every message that the broker acknowledged is written exactly once, also those whose time is their arrival's."""
    seeded = random.Random(20)
    ingest = Ingest(tmp_path / "ingest", mosquitto.url, store_url)
    with ingest, Publisher(mosquitto.port, tmp_path / "ledger", 1_000 * kills, 700) as publisher:
        for _ in range(kills):
            time.sleep(seeded.uniform(0.1, 0.7))
            ingest.kill()
            if seeded.random() < 0.25:
                # Also in the middle of starting.
                ingest.start_and_leave()
                time.sleep(seeded.uniform(0.2, 1.2))
                ingest.kill()
            ingest.start_anyhow()
        numbers = publisher.finish()
        assert sorted(numbers) == list(range(publisher.count))
        status = ingest.wait_done(publisher.count)
        assert (status["received"], status["written"]) == (publisher.count, publisher.count)
        assert (status["rejected"], status["ignored"]) == (0, 0)
        expect_exactly(store_url, numbers)
    assert ingest.log.read_text().count('"session_resumed": true') >= kills / 2
