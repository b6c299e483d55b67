"""What a message costs from broker to store: `python -m tests.bench.ingest --help`.

Broker, store and ingest are started afresh for each line; every line ends by counting what the store holds.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path

from tests.bench._ingest_run import Outcome, full_rate, stock_paho
from tests.bench._messages import KINDS

_MEBIBYTE = 1 << 20


def main() -> None:
    """Print a line for each case."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=200_000, help="how many messages each case takes")
    parser.add_argument("--kinds", default=",".join(KINDS), help="kinds of messages, separated by commas")
    parser.add_argument("--store", choices=["influxdb", "sqlite"], default="influxdb")
    parser.add_argument("--json", type=Path, help="a file for the figures")
    given = parser.parse_args()
    figures: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        stock = stock_paho(folder, "native", given.messages)
        _tell(f"{'stock paho-mqtt, receiving only: native':44} {stock:7.2f} µs")
        figures["stock paho-mqtt, native"] = {"microseconds": stock}
        for kind in given.kinds.split(","):
            found = full_rate(folder, given.store, kind, given.messages)
            _tell(_line(f"{kind} → {given.store}", found) + f"  {found.microseconds / stock:5.2f} of paho")
            figures[f"{kind}, {given.store}"] = _figures(found)
    if given.json:
        given.json.write_text(json.dumps(figures, indent=2) + "\n")


def _line(name: str, found: Outcome) -> str:
    return (
        f"{name:44} {found.microseconds:7.2f} µs {found.rate:9,.0f}/s {found.memory / _MEBIBYTE:6.0f} MiB"
        f"  acknowledged {found.messages:,}, lost {found.messages - found.stored}"
    )


def _figures(found: Outcome) -> dict[str, float]:
    return {
        "microseconds": found.microseconds,
        "rate": found.rate,
        "memory": found.memory,
        "acknowledged": found.messages,
        "lost": found.messages - found.stored,
    }


def _tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
