"""A storm of bad messages: all good ones are written, all bad ones kept with their reason, memory is bounded."""

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.common import storm
from tests.common.ingest import Ingest
from tests.common.publisher import Publisher
from tests.common.servers import Mosquitto
from tests.faults.conftest import STORES

pytestmark = pytest.mark.mosquitto
_MOST_MEMORY = 250_000_000


@pytest.mark.parametrize("store_url", STORES, indirect=True)
def test_ten_thousand_bad_messages(
    mosquitto: Mosquitto, store_url: str, tmp_path: Path, expect_exactly: Callable[[str, list[int]], None]
) -> None:
    """Broken JSON, wrong types, NaN, 10 MB, binary, wrong topics, wrong clocks, hostile names; nothing crashes."""
    with (
        Ingest(tmp_path / "ingest", mosquitto.url, store_url) as ingest,
        Publisher(mosquitto.port, tmp_path / "ledger", storm.COUNT, source="tests.common.storm") as publisher,
    ):
        numbers = publisher.finish()
        status = ingest.wait_done(storm.COUNT)
        assert ingest.process is not None
        assert ingest.process.poll() is None
        good = [number for number in numbers if storm.is_good(number)]
        bad = Counter(storm.reason(number) for number in numbers if not storm.is_good(number))
        assert bad.total() == storm.BAD
        assert (status["received"], status["written"], status["ignored"]) == (storm.COUNT, len(good), 0)
        assert status["rejected_reasons"] == dict(bad)
        kept = list(_kept(ingest))
        assert Counter(message["reason"] for message in kept) == bad
        assert sorted(m["payload_bytes"] for m in kept)[-len(storm.HUGE) :] == [10_000_000] * len(storm.HUGE)
        assert all(message["detail"] for message in kept)
        expect_exactly(store_url, good)
        assert ingest.memory() < _MOST_MEMORY
        assert ingest.get("/health/ready") == {"status": "ready"}


def _kept(ingest: Ingest) -> Iterator[dict[str, Any]]:
    before = ""
    while True:
        page = ingest.get(f"/rejected?limit=1000{before}")
        yield from page["rejected"]
        if page["next"] is None:
            return
        before = f"&before={page['next']}"
