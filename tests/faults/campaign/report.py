"""What a campaign found, as a page to read and as JSON."""

import json
import platform
import re
import sqlite3
import subprocess
from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import fmean

from tests.common.servers import find
from tests.faults.campaign.campaign import Run
from tests.faults.campaign.recovery import Recovery

_TWO = "two at once"
_LEAST_SECONDS = 0.1
"""A backlog of less says nothing of speed."""
_COMMANDS = {"Mosquitto": ("mosquitto", "-h"), "InfluxDB": ("influxd", "version")}


def machine() -> str:
    """Processor, memory and system."""
    pages = Path("/proc/meminfo").read_text(encoding="ascii").split()[1]
    models = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    model = models[0].partition(":")[2].strip() if models else platform.machine()
    system = f"{platform.system()} {platform.release().partition('-')[0]}"
    return f"{len(models)} cores, {model}, {int(pages) // 2**20} GiB, {system}"


def versions() -> str:
    """Of what took part."""
    found = [
        f"Python {platform.python_version()}",
        f"paho-mqtt {version('paho-mqtt')}",
        f"SQLite {sqlite3.sqlite_version}",
    ]
    for name, (program, option) in _COMMANDS.items():
        if path := find(program):
            told = subprocess.run([path, option], capture_output=True, text=True, check=False).stdout
            number = re.search(r"\d+\.\d+\.\S+", told)
            found.append(f"{name} {number[0] if number else 'of no known version'}")
    return ", ".join(found)


def page(runs: list[Run]) -> str:
    """All runs, in Markdown."""
    parts = [
        "# What the fault suite found",
        "",
        "Written by `make test-faults`, with the seeds named below; [README.md](README.md) says how to read it.",
        "",
        f"{datetime.now(UTC):%Y-%m-%d}, {machine()}. {versions()}.",
    ]
    for run in runs:
        parts += ["", f"## {run.plan.store}, seed {run.plan.seed}", "", *_table(run), "", *_faults(run)]
    return "\n".join(parts) + "\n"


def _table(run: Run) -> list[str]:
    outcome = run.outcome
    rows = {
        "faults": run.faults,
        "checks at which all was done and the counters reconciled": run.checks,
        "messages acknowledged to gateways": outcome.acknowledged,
        "of these readings in the store": outcome.written,
        "rejected (counted)": outcome.rejected,
        "ignored (counted)": outcome.ignored,
        "sent again by gateways": outcome.again,
        "**lost**": outcome.lost,
        "**doubled**": outcome.doubled,
        "neither sent nor at its time": outcome.other,
        "most pending in the journal at a fault's end": run.most_pending,
        "seconds": round(run.seconds),
        "messages a second": round(run.acknowledged / run.seconds),
        "full speed, messages a second": round(run.full_speed),
        "most memory of ingest, MiB": run.memory // 2**20,
    }
    head = [f"**Failed**: {run.failure}", ""] if run.failure else []
    return [*head, "| what | figure |", "| --- | ---: |", *(f"| {name} | {value:,} |" for name, value in rows.items())]


def by_kind(run: Run) -> dict[str, list[Recovery]]:
    """Recoveries by their fault; those from two at once stand together."""
    found: dict[str, list[Recovery]] = {}
    for recovery in run.recoveries:
        name = recovery.faults[0] if len(recovery.faults) == 1 else _TWO
        found.setdefault(name, []).append(recovery)
    return dict(sorted(found.items()))


def _faults(run: Run) -> list[str]:
    times = Counter(name for recovery in run.recoveries for name in recovery.faults)
    alone = by_kind(run)
    rows = [_row(name, count, alone.get(name, []), run.full_speed) for name, count in sorted(times.items())]
    rows.append(_row(_TWO, len(alone.get(_TWO, [])), alone.get(_TWO, []), run.full_speed))
    rows.append(_row("**all**", len(run.recoveries), run.recoveries, run.full_speed))
    return [
        "| fault | times | backlog at its end | which takes at full speed, s | took, s | of that standing, s | ratio |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
        *rows,
        "",
        *(f"Not tried: {name}. It takes {lack}." for name, lack in run.not_tried.items()),
    ]


def _row(name: str, times: int, recoveries: list[Recovery], full_speed: float) -> str:
    """Means of those recoveries where the fault was alone, and what all of them took beside what they needed."""
    if not recoveries:
        return f"| {name} | {times} | | | | | |"
    backlog = fmean(recovery.backlog for recovery in recoveries)
    moving = fmean(recovery.moving for recovery in recoveries)
    ratio = f"{moving * full_speed / backlog:.1f}" if backlog > full_speed * _LEAST_SECONDS else ""
    took = fmean(recovery.seconds for recovery in recoveries)
    standing = fmean(recovery.standing for recovery in recoveries)
    return f"| {name} | {times} | {backlog:,.0f} | {backlog / full_speed:.2f} | {took:.2f} | {standing:.2f} | {ratio} |"


def write(runs: list[Run], folder: Path) -> None:
    """Write `RESULTS.md` and `results.json`."""
    (folder / "RESULTS.md").write_text(page(runs), encoding="utf-8")
    told = {"machine": machine(), "versions": versions(), "runs": [asdict(run) for run in runs]}
    (folder / "results.json").write_text(json.dumps(told) + "\n", encoding="utf-8")
