"""A migration that is killed at any moment goes on where it was, and ends equal; so it does when a server goes away."""

import multiprocessing
import random
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from tests.common import odd
from tests.common.eventually import eventually
from tests.common.migrate import move, opened, verified, write_mapping
from tests.common.servers import Influxd

pytestmark = pytest.mark.influxdb1

KILLS = 30
POINTS = 12_000


def _mapping(folder: Path, source: Influxd, store: str) -> Path:
    return write_mapping(
        folder / "odd.yaml",
        source={"kind": "influxdb", "url": source.url, "databases": ["odd"], "window": "1h"},
        destination={"store": store},
        place=odd.PLACE,
        series=odd.MAPPING,
    )


def _done(mapping: Path) -> dict[str, int]:
    job = opened(mapping)
    try:
        return job.report().counts
    finally:
        job.close()


@pytest.mark.parametrize("kind", ["sqlite", "influxdb"])
def test_killed_thirty_times_it_ends_equal(kind: str, tmp_path: Path) -> None:
    """Kill -9 at any moment costs nothing but time: each reading once, each conversion counted once."""
    # A process that has all modules loaded is forked for each start, so that kills fall into the work.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.common.migrate"])
    drawn = random.Random(kind)
    with Influxd(tmp_path / "source") as source, Influxd(tmp_path / "destination") as destination:
        counts = odd.fill(source, "odd", POINTS)
        store = destination.url if kind == "influxdb" else f"sqlite:///{tmp_path}/store.db"
        mapping = _mapping(tmp_path, source, store)
        killed = 0
        while killed < KILLS:
            process = context.Process(target=move, args=(mapping,))
            process.start()
            process.join(drawn.uniform(0.05, 0.5))
            if process.exitcode is None:
                process.kill()
                process.join()
                killed += 1
            else:
                assert process.exitcode == 0
                # It came to its end before all kills were used up: the others hit a migration that starts anew.
                mapping.with_name("odd.ledger.db").unlink()
        move(mapping)
        found: dict[str, Any] = _done(mapping)
        assert {key: found.get(key, 0) for key in counts} == dict(counts)
        report = verified(mapping)
        assert report.verdict == "equal"
        assert sum(series.destination.count for series in report.series if series.destination) == counts["written"]


def test_a_destination_that_goes_away_costs_only_time(tmp_path: Path) -> None:
    """The store is killed on the way and comes back: the run waits and goes on by itself."""
    with Influxd(tmp_path / "source") as source, Influxd(tmp_path / "destination") as destination:
        counts = odd.fill(source, "odd", POINTS)
        mapping = _mapping(tmp_path, source, destination.url)
        moving = threading.Thread(target=move, args=(mapping,), daemon=True)
        moving.start()
        eventually(lambda: (tmp_path / "odd.ledger.db-wal").stat().st_size > 20_000)
        destination.kill()
        time.sleep(3)  # the time that it is away
        assert moving.is_alive()
        destination.start()
        moving.join(60)
        assert not moving.is_alive()
        report = verified(mapping)
        assert (report.verdict, report.counts["written"]) == ("equal", counts["written"])


def test_a_source_that_goes_away_costs_only_time(tmp_path: Path) -> None:
    """The old server is killed on the way and comes back."""
    with Influxd(tmp_path / "source") as source:
        counts = odd.fill(source, "odd", POINTS)
        mapping = _mapping(tmp_path, source, f"sqlite:///{tmp_path}/store.db")
        moving = threading.Thread(target=move, args=(mapping,), daemon=True)
        moving.start()
        eventually(lambda: (tmp_path / "odd.ledger.db-wal").stat().st_size > 20_000)
        source.kill()
        time.sleep(2)  # the time that it is away
        assert moving.is_alive()
        source.start()
        moving.join(60)
        assert not moving.is_alive()
        report = verified(mapping)
        assert (report.verdict, report.counts["written"]) == ("equal", counts["written"])
