"""A thousand gateways over TLS for ten minutes, half-open clients beside them; writes LOAD.md beside the suite.

python -m tests.faults.load [--minutes 10] [--gateways 1000] [--devices 20] [--half-open 500] [--output FOLDER]

All gateways connect at once, each with a user of its own, to the broker with the stack's own configuration.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from queue import Empty, Queue
from statistics import median
from threading import Thread
from typing import IO, Any

import msgspec
import psutil

from operate.broker import admit
from operate.broker.gateways import Asked
from operate.broker.setup import CA, set_up_broker
from operate.credentials import Credentials
from tests.common.api import Api
from tests.common.ingest import Ingest
from tests.common.servers import Influxd, Server
from tests.common.stack_broker import StackBroker
from tests.faults.campaign.report import machine, versions
from tests.faults.load.crowd import Crowd

_PROJECT = "load"
_SITE = f"projects:\n  - {{id: {_PROJECT}, timezone: Europe/Helsinki, retention: forever}}\n"
_PERIOD_SECONDS = 10.0
_EVERY_SECONDS = 1.0
_HEAD = (
    "| minute | gateways connected | half-open clients | acknowledged | acknowledgement, ms: median | p99 "
    "| oldest pending, s | API, ms: median | most | broker, MiB | ingest | API |"
)


@dataclass(frozen=True, slots=True)
class Stack:
    """What runs."""

    broker: StackBroker
    ingest: Ingest
    api: Api

    def ask(self, house: str) -> float:
        """Seconds that the API takes for the latest readings of a house."""
        began = time.monotonic()
        answer = self.api.get("latest", project=_PROJECT, house=house)
        # A house is known from its first reading on.
        assert answer.status_code in (200, 404), answer.text
        return time.monotonic() - began


def main() -> None:
    """Run, print and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--gateways", type=int, default=1_000)
    parser.add_argument("--devices", type=int, default=20, help="of each gateway; each sends every 10 s")
    parser.add_argument("--half-open", type=int, default=500, help="half-open clients at the broker and at the API")
    parser.add_argument("--output", type=Path, default=Path(__file__).parents[1], help="the folder of LOAD.md")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hdh-load-") as folder:
        text = _run(given, Path(folder))
    (given.output / "LOAD.md").write_text(text, encoding="utf-8")


def _run(given: argparse.Namespace, folder: Path) -> str:
    with ExitStack() as held:
        credentials = Credentials(folder / "credentials")
        credentials.folder.mkdir()
        users = _admit(credentials, given.gateways)
        stack = _start(held, folder, credentials)
        half = [("mqtt", stack.broker.port), ("tls", stack.broker.tls_port), ("http", stack.api.port)]
        crowd = Crowd(
            given.minutes * 60,
            _PROJECT,
            stack.broker.tls_port,
            str(credentials.folder / CA),
            users,
            given.devices,
            _PERIOD_SECONDS,
            [(kind, port, given.half_open // len(half)) for kind, port in half],
        )
        rows, last = [_HEAD, "| ---: " * 12 + "|"], {}
        print("\n".join(rows), flush=True)  # noqa: T201
        for minute, (told, samples) in enumerate(_minutes(stack, crowd), 1):
            rows.append(_row(minute, told, samples))
            print(rows[-1], flush=True)  # noqa: T201
            last = told
        status = stack.ingest.wait_done(last["acknowledged"])
    ends = {
        "seconds until all gateways were connected": f"{last['all_connected']:.1f}",
        "messages acknowledged": f"{last['acknowledged']:,}",
        "received by ingest": f"{status['received']:,}",
        "written": f"{status['written']:,}",
        "connections of gateways that failed": f"{last['failures']:,}",
        "half-open clients that were shut out and came again": f"{last['half_closed']:,}",
    }
    what = f"{given.gateways:,} gateways with {given.devices} devices each, TLS and passwords, on InfluxDB"
    return "\n".join(
        [
            "# Many gateways at once",
            "",
            f"Written by `python -m tests.faults.load`: {what}; {given.half_open} half-open clients beside them.",
            "",
            f"{datetime.now(UTC):%Y-%m-%d}, {machine()}. {versions()}.",
            "",
            *rows,
            "",
            "| what | figure |",
            "| --- | ---: |",
            *(f"| {name} | {figure} |" for name, figure in ends.items()),
            "",
        ]
    )


def _admit(credentials: Credentials, count: int) -> list[tuple[str, str]]:
    """Set the broker up, with so many gateways; user and password of each. Its house has its user's name."""
    now = datetime.now(UTC)
    with credentials.lock():
        set_up_broker(credentials, [_PROJECT], ["localhost"], now)
        return [
            (gateway.user, password)
            for gateway, password in (
                admit.add(credentials, Asked(f"g{n}", _PROJECT, f"gw-g{n}"), now=int(now.timestamp() * 1000))
                for n in range(count)
            )
        ]


def _start(held: ExitStack, folder: Path, credentials: Credentials) -> Stack:
    site = folder / "site.yaml"
    site.write_text(_SITE, encoding="utf-8")
    broker = held.enter_context(StackBroker(folder / "broker", credentials.folder))
    influxd = held.enter_context(Influxd(folder / "influxd"))
    ingest = Ingest(
        folder / "ingest",
        f"mqtt://ingest@127.0.0.1:{broker.port}",
        influxd.url,
        HDH_SITE_FILE=str(site),
        HDH_BROKER_PASSWORD_FILE=str(credentials.folder / "ingest" / "broker.password"),
    )
    held.enter_context(ingest)
    api = Api(folder / "api", influxd.url, HDH_SITE_FILE=str(site), HDH_INGEST_URLS=ingest.url)
    return Stack(broker, ingest, held.enter_context(api))


@dataclass(frozen=True, slots=True)
class _Sample:
    api: float
    oldest: float
    memory: tuple[int, int, int]


def _minutes(stack: Stack, crowd: Crowd) -> Iterator[tuple[dict[str, Any], list[_Sample]]]:
    """What the crowd tells, each minute, and what was seen meanwhile."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.load.crowd"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdin
    assert process.stdout
    lines: Queue[bytes] = Queue()
    listening = Thread(target=_pass_on, args=(process.stdout, lines))
    process.stdin.write(msgspec.json.encode(crowd))
    process.stdin.close()
    listening.start()
    samples: list[_Sample] = []
    try:
        while True:
            try:
                line = lines.get(timeout=_EVERY_SECONDS)
            except Empty:
                samples.append(_sample(stack, crowd.users[len(samples) % len(crowd.users)][0]))
                continue
            if not line:
                break
            yield json.loads(line), samples
            samples = []
        assert process.wait(60) == 0
    finally:
        process.kill()
        listening.join()


def _pass_on(output: IO[bytes], lines: Queue[bytes]) -> None:
    """Every line, and an empty one at the end."""
    for line in output:
        lines.put(line)
    lines.put(b"")


def _sample(stack: Stack, house: str) -> _Sample:
    oldest = stack.ingest.status()["oldest_pending_seconds"] or 0.0
    servers: tuple[Server, ...] = (stack.broker, stack.ingest, stack.api)
    memory = [psutil.Process(server.process.pid).memory_info().rss for server in servers if server.process]
    return _Sample(stack.ask(house), oldest, (memory[0], memory[1], memory[2]))


def _row(minute: int, told: dict[str, Any], samples: list[_Sample]) -> str:
    asked = [sample.api for sample in samples]
    memory = [max(sample.memory[n] for sample in samples) // 2**20 for n in range(3)]
    cells = [
        minute, told["open"], told["half_open"], f"{told['acknowledged']:,}", _ms(told["median"]), _ms(told["p99"]),
        f"{max(sample.oldest for sample in samples):.1f}", _ms(median(asked)), _ms(max(asked)), *memory,
    ]  # fmt: skip
    return "| " + " | ".join(map(str, cells)) + " |"


def _ms(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds * 1000:,.0f}"


if __name__ == "__main__":
    main()
