"""A migration of the odd database that is killed again and again, at any moment, until it has come to its end."""

import multiprocessing
import random
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from migrate.report import Report
from tests.common import odd
from tests.common.migrate import move, opened, verified, write_mapping
from tests.common.servers import Influxd


@dataclass(frozen=True, slots=True)
class Killed:
    """How it went.

    Attributes:
        kills: how often it was killed.
        ended: how often it came to its end before all kills were used up; then it began anew.
        seconds: how long moving took, with all that was done again.
        counts: what the ledger counts.
        report: of verifying afterwards.
    """

    kills: int
    ended: int
    seconds: float
    counts: Counter[str]
    report: Report


def odd_mapping(folder: Path, source: Influxd, store: str, window: str = "1h") -> Path:
    """A mapping file for the odd database in `source`."""
    return write_mapping(
        folder / "odd.yaml",
        source={"kind": "influxdb", "url": source.url, "databases": ["odd"], "window": window},
        destination={"store": store},
        place=odd.PLACE,
        series=odd.MAPPING,
    )


def move_and_kill(mapping: Path, kills: int, seconds: tuple[float, float], drawn: random.Random) -> Killed:
    """Move, killed so often.

    Args:
        mapping: of the migration.
        kills: how often it is killed.
        seconds: how long it may run before that, at least and at most.
        drawn: draws how long.
    """
    # A process that has all modules loaded is forked for each start, so that kills fall into the work.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.common.migrate"])
    began, killed, ended = time.monotonic(), 0, 0
    while killed < kills:
        process = context.Process(target=move, args=(mapping,))
        process.start()
        process.join(drawn.uniform(*seconds))
        if process.exitcode is None:
            process.kill()
            process.join()
            killed += 1
        else:
            assert process.exitcode == 0
            # It came to its end before all kills were used up: the others hit a migration that starts anew.
            mapping.with_name("odd.ledger.db").unlink()
            ended += 1
    move(mapping)
    took = time.monotonic() - began
    job = opened(mapping)
    try:
        counts = Counter(job.report().counts)
    finally:
        job.close()
    return Killed(killed, ended, took, counts, verified(mapping))
