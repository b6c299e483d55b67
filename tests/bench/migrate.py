"""How many readings a second `migrate` moves, and in how much memory: `python -m tests.bench.migrate`.

Line protocol is imported by `influx -import` (Debian's influxdb-client), too, in turns with ours.
Beside each stand the seconds of CPU that the program, the source's server and the destination's have taken. The
program is compiled before, as it is where it is installed, and its start is part of each figure.
"""

import argparse
import os
import random
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from tests.common.ingest import Ingest
from tests.common.migrate import PROGRAM, write_mapping
from tests.common.servers import Influxd, Mosquitto, Server, find, unique

FIELDS = ("temperature", "humidity", "pressure", "dew_point", "absolute_humidity")
DEVICES = 100
START = 1_600_000_000
LABELS = {"house": "{tag.house}", "room": "{tag.room}", "device": "{tag.device}"}
SERIES = [{"match": {"field": field}, "quantity": field} for field in FIELDS]
WAYS = ("lines", "server", "table", "series", "replay")
MANY = 100_000
ROUNDS = 3


def lines(count: int, devices: int = DEVICES) -> Iterator[str]:
    """Lines of five fields of so many devices, every ten seconds."""
    drawn = random.Random(1)
    for number in range(count):
        device, values = number % devices, ",".join(f"{field}={drawn.uniform(0, 100):.2f}" for field in FIELDS)
        seconds = START + number // devices * 10
        yield f"climate,house=house,room=room-{device % 7},device=device-{device:03} {values} {seconds}{device:09}\n"


def write_lines(path: Path, readings: int) -> None:
    """A file as `influx -import` takes it."""
    with path.open("w") as file:
        file.write("# DDL\nCREATE DATABASE imported\n# DML\n# CONTEXT-DATABASE: imported\n")
        file.writelines(lines(readings // len(FIELDS)))


def write_table(path: Path, readings: int) -> None:
    """A wide table of 30 columns beside the time."""
    drawn = random.Random(2)
    with path.open("w") as file:
        file.write("time," + ",".join(f"room{number}_temperature" for number in range(30)) + "\n")
        for number in range(readings // 30):
            file.write(f"{START + number}," + ",".join(f"{drawn.uniform(10, 30):.2f}" for _ in range(30)) + "\n")


@dataclass(frozen=True, slots=True)
class Run:
    """What a program took: seconds, the most memory in MiB, and seconds of CPU, its own and those of the servers."""

    seconds: float
    memory: float
    cpu: dict[str, float]


def run(command: list[str | Path], servers: dict[str, Server], **variables: str) -> Run:
    """Run a command that must end well."""
    env = {name: text for name, text in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    env |= {"HDH_LOG_LEVEL": "warning"} | variables
    before = {name: _cpu(server) for name, server in servers.items()}
    began = time.perf_counter()
    process = subprocess.Popen([str(part) for part in command], env=env, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, command
    cpu = {"own": usage.ru_utime + usage.ru_stime}
    cpu |= {name: _cpu(server) - before[name] for name, server in servers.items()}
    return Run(seconds, usage.ru_maxrss / 1024, cpu)


def _cpu(server: Server) -> float:
    assert server.process is not None
    times = psutil.Process(server.process.pid).cpu_times()
    return times.user + times.system


def told(what: str, readings: int, took: Run) -> None:
    """Print a line."""
    cpu = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in took.cpu.items())
    rate = f"{readings / took.seconds:12,.0f}/s {took.seconds:8.1f} s {took.memory:8.0f} MiB"
    print(f"{what:44} {rate}   cpu: {cpu}", flush=True)  # noqa: T201


def migrate(
    folder: Path,
    what: str,
    readings: int,
    source: dict[str, Any],
    store: str,
    servers: dict[str, Server],
    **more: Any,
) -> Run:
    """Run one migration and print its rate."""
    project = unique("bench")
    site = folder / f"{project}.site.yaml"
    site.write_text(f"projects: [{{id: {project}, timezone: UTC}}]\n")
    mapping = write_mapping(
        folder / f"{project}.yaml",
        source=source,
        destination={"store": store},
        place={"project": project, **more.get("place", LABELS)},
        series=more.get("series", SERIES),
    )
    took = run([PROGRAM, "run", mapping, "--quiet"], servers, HDH_SITE_FILE=str(site))
    told(what, readings, took)
    return took


def replay(folder: Path, messages: int) -> None:
    """Publish one-value messages through Mosquitto and ingest; both rates."""
    path = folder / "replay.lp"
    path.write_text(
        "".join(f"climate,device=d{n % DEVICES} temperature={n % 50} {(START + n) * 10**9}\n" for n in range(messages))
    )
    with (
        Mosquitto(folder / "mosquitto") as broker,
        Ingest(folder / "ingest", broker.url, f"sqlite:///{folder}/replayed.db") as ingest,
    ):
        mapping = write_mapping(
            folder / "replay.yaml",
            source={"kind": "line-protocol", "path": str(path)},
            destination={"broker": broker.url},
            place={"project": "toe", "house": "h", "room": "r", "device": "{tag.device}"},
            series=SERIES,
        )
        servers: dict[str, Server] = {"broker": broker, "ingest": ingest}
        began, before = time.perf_counter(), {name: _cpu(server) for name, server in servers.items()}
        took = run([PROGRAM, "replay", mapping, "--quiet"], servers)
        told("replay: published and acknowledged", messages, took)
        ingest.wait_done(messages, seconds=600)
        cpu = {"own": took.cpu["own"]} | {name: _cpu(server) - before[name] for name, server in servers.items()}
        whole = Run(time.perf_counter() - began, took.memory, cpu)
        told("replay: written by ingest (SQLite)", messages, whole)


def nearly_nothing(folder: Path, what: str, server: Influxd) -> None:
    """Move a hundred readings: what a start takes."""
    write_lines(folder / "few.lp", 100)
    few = {"kind": "line-protocol", "path": str(folder / "few.lp")}
    migrate(folder, what, 100, few, server.url, {"destination": server})


def import_lines(file: Path, readings: int, server: Influxd) -> float:
    """Import a file of line protocol as InfluxDB's own program does; how many seconds that took, 0 without it."""
    influx = find("influx")
    if influx is None:
        print("influx is not there (apt-get install influxdb-client): nothing to compare with")  # noqa: T201
        return 0.0
    command: list[str | Path] = [influx, "-port", str(server.port), "-import", "-path", file, "-precision", "ns"]
    took = run(command, {"destination": server})
    told("influx -import, line protocol → InfluxDB 1", readings, took)
    return took.seconds


def from_lines(folder: Path, file: Path, readings: int) -> None:
    """Move a file of line protocol, each time after an import of it, each into a server of its own."""
    protocol = {"kind": "line-protocol", "path": str(file)}
    shares = []
    for number in range(ROUNDS if find("influx") else 1):
        with Influxd(folder / f"imported-{number}") as server:
            imported = import_lines(file, readings, server)
        with Influxd(folder / f"moved-{number}") as server:
            servers: dict[str, Server] = {"destination": server}
            took = migrate(folder, "line protocol → InfluxDB 1", readings, protocol, server.url, servers)
        shares.append(imported / took.seconds)
    if all(shares):
        print(f"of the import's rate, median of {len(shares)}: {statistics.median(shares):.2f}")  # noqa: T201
    migrate(folder, "line protocol → SQLite", readings, protocol, f"sqlite:///{folder}/lines.db", {})


def from_server(folder: Path, readings: int, server: Influxd) -> None:
    """Move what `influx -import` brought from one server to another, and to SQLite."""
    old = {"kind": "influxdb", "url": server.url, "databases": ["imported"], "window": "1d"}
    with Influxd(folder / "second") as second:
        both: dict[str, Server] = {"source": server, "destination": second}
        migrate(folder, "InfluxDB 1 → InfluxDB 1", readings, old, second.url, both)
    migrate(folder, "InfluxDB 1 → SQLite", readings, old, f"sqlite:///{folder}/old.db", {"source": server})


def from_table(folder: Path, readings: int, server: Influxd) -> None:
    """Move a wide table."""
    table = folder / "table.csv"
    write_table(table, readings)
    wide = {"kind": "csv", "path": str(table), "csv": {"time": {"columns": ["time"], "format": "seconds"}}}
    series = [
        {"match": {"field": f"room{number}_temperature"}, "quantity": "temperature", "room": f"room{number}"}
        for number in range(30)
    ]
    rooms = {"house": "house", "device": "logger"}
    more: dict[str, Any] = {"place": rooms, "series": series}
    migrate(folder, "wide table → InfluxDB 1", readings, wide, server.url, {"destination": server}, **more)


def of_many_series(folder: Path, server: Influxd) -> None:
    """Move lines of 500,000 series, two readings each: what takes the most memory, and the most time a reading."""
    file = folder / "series.lp"
    with file.open("w") as written:
        written.writelines(lines(2 * MANY, MANY))
    protocol, readings = {"kind": "line-protocol", "path": str(file)}, 2 * MANY * len(FIELDS)
    migrate(folder, "500,000 series → InfluxDB 1", readings, protocol, server.url, {"destination": server})
    migrate(folder, "500,000 series → SQLite", readings, protocol, f"sqlite:///{folder}/series.db", {})


def main() -> None:
    """Print a line for each way."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readings", type=int, default=10_000_000, help="how many readings each way moves")
    parser.add_argument("--only", nargs="+", choices=WAYS, default=WAYS, help="the ways that are measured")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, Influxd(Path(name) / "influxd") as server:
        folder, readings = Path(name), asked.readings
        for what in ("first start, which compiles", "start alone"):
            nearly_nothing(folder, what, server)
        file = folder / "lines.lp"
        if {"lines", "server"} & set(asked.only):
            write_lines(file, readings)
        if "lines" in asked.only:
            from_lines(folder, file, readings)
        if "server" in asked.only and import_lines(file, readings, server):
            from_server(folder, readings, server)
        if "table" in asked.only:
            from_table(folder, readings, server)
        if "series" in asked.only:
            of_many_series(folder, server)
        if "replay" in asked.only:
            replay(folder, min(readings // 10, 200_000))


if __name__ == "__main__":
    main()
