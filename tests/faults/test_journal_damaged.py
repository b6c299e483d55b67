"""A disk tears the journal and changes bytes of it: ingest starts, tells what that cost, and writes all the rest."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from ingest.journal import Batch, SqliteJournal
from tests.common.eventually import eventually
from tests.common.ingest import Ingest
from tests.common.publisher import Publisher
from tests.common.servers import Mosquitto

pytestmark = pytest.mark.mosquitto
_NOBODY = "influxdb://127.0.0.1:9?generation=1"


def _tear(journal: Path) -> None:
    """Leave half a transaction behind the last one, as a power cut does before an fsync."""
    [log] = journal.glob("segment-*.db-wal")
    content = log.read_bytes()
    log.write_bytes(content + content[-3_000:])


def _destroy_one(journal: Path) -> Batch:
    """Change a byte in the middle of what is there; the batch that it belonged to."""
    with closing(SqliteJournal(journal)) as opened:
        batches = opened.read(0, until=opened.last, messages=1 << 60, size=1 << 60)
    batch = batches[len(batches) // 2]
    [path] = journal.glob("segment-*.db")
    with closing(sqlite3.connect(path)) as db, db:
        [body] = db.execute("SELECT messages FROM batches WHERE position = ?", (batch.first,)).fetchone()
        changed = body[:20] + bytes([body[20] ^ 1]) + body[21:]
        db.execute("UPDATE batches SET messages = ? WHERE position = ?", (changed, batch.first))
    return batch


def _numbers(batch: Batch) -> set[int]:
    told = [json.loads(payload) for payload in batch.messages.payloads]
    return {each["temperature"] if isinstance(each, dict) else each for each in told}


def test_a_damaged_journal(
    mosquitto: Mosquitto, tmp_path: Path, expect_exactly: Callable[[str, list[int]], None]
) -> None:
    """What was torn was never acknowledged; a batch that was changed is counted and named, and the counters add up."""
    store_url = f"sqlite:///{tmp_path}/store.db"
    ingest = Ingest(tmp_path / "ingest", mosquitto.url, _NOBODY)
    ingest.start_anyhow()
    eventually(lambda: ingest.status()["broker"] == "connected")
    with Publisher(mosquitto.port, tmp_path / "ledger", 2_000, 1_000) as publisher:
        numbers = publisher.finish()
    eventually(lambda: ingest.status()["pending"] == 2_000)
    ingest.kill()
    _tear(ingest.journal)
    batch = _destroy_one(ingest.journal)
    with Ingest(tmp_path / "ingest", mosquitto.url, store_url) as again:
        status = again.wait_done(2_000)
        count = len(batch.messages)
        assert status["rejected_reasons"] == {"damaged": count}
        assert (status["received"], status["written"]) == (2_000, 2_000 - count)
        [kept] = again.get("/rejected?reason=damaged")["rejected"]
        assert f"batch at {batch.first}" in kept["detail"]
        assert again.get("/health/ready") == {"status": "ready"}
    told = [json.loads(line) for line in again.log.read_text().splitlines() if "journal_damaged" in line]
    # Lanes that stand apart pass it one after the other, and each says so.
    assert {(each["first"], each["last"]) for each in told} == {(batch.first, batch.last)}
    expect_exactly(store_url, sorted(set(numbers) - _numbers(batch)))
