"""What a message costs from broker to store: `python -m tests.bench.ingest --help`.

Broker, store and ingest are started afresh for each line; every line ends by counting what the store holds.
"""

import argparse
import json
import os
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from statistics import median

from tests.bench._ingest_run import Outcome, full_rate, idle, latency, store_away
from tests.bench._messages import KINDS
from tests.bench._peer_runs import influxdb_client, stock_paho, telegraf

_MEBIBYTE = 1 << 20


def main() -> None:
    """Print a line for each case."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=200_000, help="how many messages each case takes")
    parser.add_argument("--kinds", default=",".join(KINDS), help="kinds of messages, separated by commas")
    parser.add_argument("--rounds", type=int, default=1, help="how often each kind is measured, in turns with paho")
    parser.add_argument("--store", choices=["influxdb", "sqlite"], default="influxdb")
    parser.add_argument("--pending", type=int, default=0, help="messages that wait while the store is away")
    parser.add_argument("--latency", type=int, default=0, help="seconds of 1,000 messages a second")
    parser.add_argument("--idle", type=int, default=0, help="seconds of 100 devices at one message a minute")
    parser.add_argument("--json", type=Path, help="a file for the figures")
    given = parser.parse_args()
    figures: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if given.messages:
            _full_rate(folder, given, figures)
            _peers(folder, given.messages, figures)
        _more(folder, given, figures)
    if given.json:
        given.json.write_text(json.dumps(figures, indent=2) + "\n")


def _full_rate(folder: Path, given: argparse.Namespace, figures: dict[str, dict[str, float]]) -> None:
    for kind in given.kinds.split(","):
        rounds = [_round(folder, given, kind) for _ in range(given.rounds)]
        cost = median(found.microseconds for _, found in rounds)
        stock = median(stock for stock, _ in rounds)
        if given.rounds > 1:
            _tell(f"{f'{kind}: medians of {given.rounds} rounds':44} {cost:7.2f} µs  {cost / stock:5.2f} of paho")
        figures[f"{kind}, {given.store}"] = _figures(rounds[-1][1]) | {
            "microseconds": cost,
            "rate": median(found.rate for _, found in rounds),
            "memory": max(found.memory for _, found in rounds),
            "stock_paho_microseconds": stock,
        }


def _round(folder: Path, given: argparse.Namespace, kind: str) -> tuple[float, Outcome]:
    """Stock paho and ingest beside each other: a machine that others use is not as fast at one time as at another."""
    stock = stock_paho(folder, kind, given.messages)
    found = full_rate(folder, given.store, kind, given.messages)
    _tell(f"{f'{kind}: stock paho-mqtt, receiving only':44} {stock:7.2f} µs")
    _tell(_line(f"{kind} → {given.store}", found) + f"  {found.microseconds / stock:5.2f} of paho")
    return stock, found


def _peers(folder: Path, messages: int, figures: dict[str, dict[str, float]]) -> None:
    """What others make of the native messages; none of them keeps on disk what it acknowledges."""
    for name, variable, run in (
        ("stock paho-mqtt and influxdb-client", "INFLUXD2", influxdb_client),
        ("Telegraf", "TELEGRAF", telegraf),
    ):
        if not os.environ.get(variable):
            _tell(f"{name}: not run, as {variable} names no program")
            continue
        found = run(folder, messages)
        _tell(_line(f"native: {name}", found))
        figures[f"native, {name}"] = _figures(found)


def _more(folder: Path, given: argparse.Namespace, figures: dict[str, dict[str, float]]) -> None:
    if given.pending:
        away = store_away(folder, "native", given.pending)
        _tell(f"{f'{away.messages:,} pending, store away':44} {away.memory / _MEBIBYTE:6.0f} MiB")
        _tell(f"{'catching up':44} {away.rate:9,.0f}/s {away.memory_then / _MEBIBYTE:6.0f} MiB  lost 0")
        figures["pending"] = asdict(away)
    if given.latency:
        usual, late = latency(folder, given.store, 1_000, given.latency)
        _tell(f"{f'publish to readable, 1,000/s → {given.store}':44} p50 {usual:.0f} ms, p99 {late:.0f} ms  lost 0")
        figures["latency"] = {"p50_ms": usual, "p99_ms": late}
    if given.idle:
        share = idle(folder, given.store, given.idle)
        _tell(f"{'100 devices at one message a minute':44} {share:7.2f} % of a core  lost 0")
        figures["idle"] = {"percent_of_a_core": share}


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
