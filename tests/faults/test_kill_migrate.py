"""A migration that is killed at any moment goes on where it was, and ends equal; so it does when a server goes away."""

import random
import threading
import time
from pathlib import Path

import pytest

from tests.common import odd
from tests.common.eventually import eventually
from tests.common.killing import move_and_kill, odd_mapping
from tests.common.migrate import move, verified
from tests.common.servers import Influxd

pytestmark = pytest.mark.influxdb1

KILLS = [6, pytest.param(30, marks=pytest.mark.long)]
POINTS = 12_000


@pytest.mark.parametrize("kills", KILLS)
@pytest.mark.parametrize("kind", ["sqlite", "influxdb"])
def test_killed_again_and_again_it_ends_equal(kind: str, kills: int, tmp_path: Path) -> None:
    """Kill -9 at any moment costs nothing but time: each reading once, each conversion counted once."""
    with Influxd(tmp_path / "source") as source, Influxd(tmp_path / "destination") as destination:
        counts = odd.fill(source, "odd", POINTS)
        store = destination.url if kind == "influxdb" else f"sqlite:///{tmp_path}/store.db"
        mapping = odd_mapping(tmp_path, source, store)
        killed = move_and_kill(mapping, kills, (0.05, 0.5), random.Random(kind))
    report = killed.report
    assert {key: killed.counts[key] for key in counts} == dict(counts)
    assert report.verdict == "equal"
    assert sum(series.destination.count for series in report.series if series.destination) == counts["written"]


def test_a_destination_that_goes_away_costs_only_time(tmp_path: Path) -> None:
    """The store is killed on the way and comes back: the run waits and goes on by itself."""
    with Influxd(tmp_path / "source") as source, Influxd(tmp_path / "destination") as destination:
        counts = odd.fill(source, "odd", POINTS)
        mapping = odd_mapping(tmp_path, source, destination.url)
        moving = threading.Thread(target=move, args=(mapping,), daemon=True)
        moving.start()
        eventually(lambda: (tmp_path / "odd.ledger.db-wal").stat().st_size > 20_000)
        destination.kill()
        time.sleep(3)  # the time that it is away
        assert moving.is_alive()
        destination.start()
        moving.join(180)
        assert not moving.is_alive()
        report = verified(mapping)
        assert (report.verdict, report.counts["written"]) == ("equal", counts["written"])


def test_a_source_that_goes_away_costs_only_time(tmp_path: Path) -> None:
    """The old server is killed on the way and comes back."""
    with Influxd(tmp_path / "source") as source:
        counts = odd.fill(source, "odd", POINTS)
        mapping = odd_mapping(tmp_path, source, f"sqlite:///{tmp_path}/store.db")
        moving = threading.Thread(target=move, args=(mapping,), daemon=True)
        moving.start()
        eventually(lambda: (tmp_path / "odd.ledger.db-wal").stat().st_size > 20_000)
        source.kill()
        time.sleep(2)  # the time that it is away
        assert moving.is_alive()
        source.start()
        moving.join(180)
        assert not moving.is_alive()
        report = verified(mapping)
        assert (report.verdict, report.counts["written"]) == ("equal", counts["written"])
