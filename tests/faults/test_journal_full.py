"""The journal's disk is full, then has room again: nothing is acknowledged meanwhile, lost, or doubled."""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from tests.common.eventually import eventually
from tests.common.ingest import Ingest
from tests.common.publisher import Publisher
from tests.common.servers import Mosquitto

pytestmark = pytest.mark.mosquitto
_COUNT = 8_000

Expect = Callable[[str, list[int]], None]


@contextmanager
def _small_disk(folder: Path) -> Iterator[None]:
    folder.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", folder], capture_output=True, check=False)
    if done.returncode:
        pytest.skip("not run: mounting a small disk needs root; the limit on a file's size is tested instead")
    try:
        yield
    finally:
        subprocess.run(["umount", folder], check=True)


def _end(ingest: Ingest, publisher: Publisher, store_url: str, expect_exactly: Expect) -> None:
    numbers = publisher.finish()
    status = ingest.wait_done(_COUNT)
    assert (status["received"], status["written"]) == (_COUNT, _COUNT)
    eventually(lambda: ingest.get("/health/ready") == {"status": "ready"}, seconds=60)
    expect_exactly(store_url, numbers)
    assert ingest.metrics()["hdh_journal_errors_total"] > 0


def _says_so(ingest: Ingest) -> bool:
    return any("HDH_JOURNAL_DIR" in reason for reason in ingest.get("/health/ready").get("reasons", []))


def test_a_full_disk(mosquitto: Mosquitto, tmp_path: Path, expect_exactly: Expect) -> None:
    """No room is left on the disk, neither for messages nor for how far they are."""
    disk, store_url = tmp_path / "disk", f"sqlite:///{tmp_path}/store.db"
    with (
        _small_disk(disk),
        Ingest(tmp_path / "ingest", mosquitto.url, store_url, HDH_JOURNAL_DIR=str(disk / "journal")) as ingest,
        Publisher(mosquitto.port, tmp_path / "ledger", _COUNT, 500) as publisher,
    ):
        eventually(lambda: ingest.status()["written"] > 0)
        subprocess.run(["dd", "if=/dev/zero", f"of={disk}/filler", "bs=4096"], capture_output=True, check=False)
        eventually(lambda: _says_so(ingest), seconds=60)
        received = ingest.status()["received"]
        eventually(lambda: len(publisher.acknowledged()) > received + 500)
        (disk / "filler").unlink()
        _end(ingest, publisher, store_url, expect_exactly)


def test_a_file_that_cannot_grow(mosquitto: Mosquitto, tmp_path: Path, expect_exactly: Expect) -> None:
    """Every write fails, also of log lines: the stages go on as soon as writing is possible again."""
    store_url = f"sqlite:///{tmp_path}/store.db"
    with (
        Ingest(tmp_path / "ingest", mosquitto.url, store_url) as ingest,
        Publisher(mosquitto.port, tmp_path / "ledger", _COUNT, 500) as publisher,
    ):
        eventually(lambda: ingest.status()["written"] > 0)
        assert ingest.process is not None
        process = psutil.Process(ingest.process.pid)
        hard = process.rlimit(psutil.RLIMIT_FSIZE)[1]
        process.rlimit(psutil.RLIMIT_FSIZE, (ingest.log.stat().st_size + 10, hard))
        eventually(lambda: _says_so(ingest), seconds=60)
        received = ingest.status()["received"]
        eventually(lambda: len(publisher.acknowledged()) > received + 500)
        process.rlimit(psutil.RLIMIT_FSIZE, (hard, hard))
        _end(ingest, publisher, store_url, expect_exactly)
