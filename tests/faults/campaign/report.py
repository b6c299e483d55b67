"""What a campaign found, as a page to read and as JSON."""

import json
import platform
import re
import sqlite3
import subprocess
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from tests.common.servers import find
from tests.faults.campaign.campaign import Run

_COMMANDS = {"Mosquitto": ("mosquitto", "-h"), "InfluxDB": ("influxd", "version")}


def machine() -> str:
    """Processor, memory and system."""
    pages = Path("/proc/meminfo").read_text(encoding="ascii").split()[1]
    models = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    model = models[0].partition(":")[2].strip() if models else platform.machine()
    return f"{len(models)} cores, {model}, {int(pages) // 2**20} GiB, {platform.system()} {platform.release()}"


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
        "Written by `make test-faults`; [README.md](README.md) says how to read it.",
        "",
        f"{datetime.now(UTC):%Y-%m-%d}, {machine()}. {versions()}.",
    ]
    for run in runs:
        parts += ["", f"## {run.plan.store}, seed {run.plan.seed}", "", *_table(run), "", *_events(run)]
    return "\n".join(parts) + "\n"


def _table(run: Run) -> list[str]:
    outcome = run.outcome
    rows = {
        "faults": sum(run.events.values()),
        "checks at which the counters reconciled": run.checks,
        "messages acknowledged to gateways": outcome.acknowledged,
        "of these readings in the store": outcome.written,
        "rejected (counted)": outcome.rejected,
        "ignored (counted)": outcome.ignored,
        "sent again by gateways": outcome.again,
        "**lost**": outcome.lost,
        "**doubled**": outcome.doubled,
        "neither sent nor at its time": outcome.other,
        "most pending at a check": run.most_pending,
        "seconds": round(run.seconds),
        "seconds from the last fault until all was done": round(run.settling, 1),
        "most memory of ingest, MiB": run.memory // 2**20,
    }
    return ["| what | figure |", "| --- | ---: |", *(f"| {name} | {value:,} |" for name, value in rows.items())]


def _events(run: Run) -> list[str]:
    return [
        "| fault | times |",
        "| --- | ---: |",
        *(f"| {name} | {count} |" for name, count in sorted(run.events.items())),
    ]


def write(runs: list[Run], folder: Path) -> None:
    """Write `RESULTS.md` and `results.json`."""
    (folder / "RESULTS.md").write_text(page(runs), encoding="utf-8")
    told = {"machine": machine(), "versions": versions(), "runs": [asdict(run) for run in runs]}
    (folder / "results.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
