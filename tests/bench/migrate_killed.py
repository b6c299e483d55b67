"""A large InfluxDB 1 of odd shapes moves while it is killed -9 again and again: `python -m tests.bench.migrate_killed`.

Prints what was moved, how long it took, and the sentence of the report; ends with an error unless both sides are equal
and every conversion is counted.
"""

import argparse
import random
import tempfile
import time
from pathlib import Path

from tests.common import odd
from tests.common.killing import move_and_kill, odd_mapping
from tests.common.servers import Influxd

_READINGS_A_SECOND = 60_000
"""About as fast as it goes, so that the kills are spread over all of it."""


def main() -> None:
    """Fill, move and kill, verify."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=10_000_000, help="how many points the source holds")
    parser.add_argument("--kills", type=int, default=30, help="how often the migration is killed")
    parser.add_argument("--store", choices=["sqlite", "influxdb"], default="influxdb", help="where it goes")
    asked = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as name,
        Influxd(Path(name) / "source") as source,
        Influxd(Path(name) / "destination") as destination,
    ):
        folder = Path(name)
        began = time.monotonic()
        counts = odd.fill(source, "odd", asked.points // len(odd.POLICIES))
        _say(f"{asked.points:,} points, {counts['written']:,} readings to move; made in {_since(began):,.0f} s")
        store = destination.url if asked.store == "influxdb" else f"sqlite:///{folder}/store.db"
        longest = max(0.5, 1.5 * counts["written"] / _READINGS_A_SECOND / asked.kills)
        mapping = odd_mapping(folder, source, store)
        killed = move_and_kill(mapping, asked.kills, (longest / 10, longest), random.Random(1))
        _say(f"killed {killed.kills} times, {killed.ended} times after its end; moved in {killed.seconds:,.0f} s")
        _say(f"moved, verified and reported in {_since(began):,.0f} s")
        _say(killed.report.sentence)
        lacking = {key: (count, killed.counts[key]) for key, count in counts.items() if killed.counts[key] != count}
        assert not lacking, f"expected and found: {lacking}"
        assert killed.report.verdict == "equal"
        _say(f"counted as expected: {dict(sorted(counts.items()))}")


def _since(began: float) -> float:
    return time.monotonic() - began


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
