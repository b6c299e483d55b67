"""The journal's folder is removed while ingest runs: nothing more is acknowledged, and all that answers says so."""

import json
import shutil
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.common.eventually import eventually
from tests.common.ingest import Ingest
from tests.common.publisher import Publisher
from tests.common.servers import Mosquitto

pytestmark = pytest.mark.mosquitto


def test_a_removed_journal(mosquitto: Mosquitto, tmp_path: Path) -> None:
    """What the broker was told is taken is in the store; the rest waits in the broker for the restart."""
    store_url = f"sqlite:///{tmp_path}/store.db"
    with Ingest(tmp_path / "ingest", mosquitto.url, store_url) as ingest:
        shutil.rmtree(ingest.journal)
        sentence = f"The journal in HDH_JOURNAL_DIR={ingest.journal} was removed or replaced while ingest runs"
        assert ingest.get("/health/ready")["reasons"][0].startswith(sentence)
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(f"{ingest.url}/status", timeout=10)
        assert (caught.value.code, caught.value.headers["Content-Type"]) == (503, "application/problem+json")
        assert json.load(caught.value)["detail"].startswith(sentence)
        caught.value.close()
        with Publisher(mosquitto.port, tmp_path / "ledger", 500, 500) as publisher:
            publisher.finish()
        eventually(lambda: ingest.metrics()["hdh_journal_errors_total"] > 0)
        assert ingest.metrics()["hdh_messages_received_total"] == 0
        assert not ingest.journal.exists()
        ingest.stop()
        ingest.start()
        assert ingest.wait_done(500)["written"] == 500
