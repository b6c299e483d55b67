"""Ingest is stopped and goes on (SIGSTOP, SIGCONT): nothing is lost or doubled, and it goes on indeed."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.common.eventually import eventually
from tests.common.ingest import Ingest
from tests.common.publisher import Publisher
from tests.common.servers import Mosquitto

pytestmark = pytest.mark.mosquitto
_RATE = 500


@pytest.mark.parametrize("seconds", [3, pytest.param(60, marks=pytest.mark.long)])
def test_ingest_goes_on_after_it_was_frozen(
    mosquitto: Mosquitto, tmp_path: Path, expect_exactly: Callable[[str, list[int]], None], seconds: int
) -> None:
    """It is frozen for longer than it ever waits for a signal, which once ended it."""
    store_url = f"sqlite:///{tmp_path}/store.db"
    with (
        Ingest(tmp_path / "ingest", mosquitto.url, store_url) as ingest,
        Publisher(mosquitto.port, tmp_path / "ledger", _RATE * (seconds + 3), _RATE) as publisher,
    ):
        eventually(lambda: ingest.status()["written"] > 0)
        ingest.freeze()
        time.sleep(seconds)
        ingest.thaw()
        numbers = publisher.finish()
        status = ingest.wait_done(publisher.count)
        assert (status["received"], status["written"]) == (publisher.count, publisher.count)
        expect_exactly(store_url, numbers)
        assert ingest.process is not None
        assert ingest.process.poll() is None
