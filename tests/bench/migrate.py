"""How many readings a second `migrate` moves, and in how much memory: `python -m tests.bench.migrate`.

The first figure is that of `influx -import` (Debian's influxdb-client) of the same file into the same server.
"""

import argparse
import os
import random
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.common.ingest import Ingest
from tests.common.migrate import PROGRAM, ask, write_mapping
from tests.common.servers import Influxd, Mosquitto, find, unique

FIELDS = ("temperature", "humidity", "pressure", "dew_point", "absolute_humidity")
DEVICES = 100
START = 1_600_000_000
LABELS = {"house": "{tag.house}", "room": "{tag.room}", "device": "{tag.device}"}
SERIES = [{"match": {"field": field}, "quantity": field} for field in FIELDS]


def lines(count: int) -> Iterator[str]:
    """Lines of five fields of a hundred devices, every ten seconds."""
    drawn = random.Random(1)
    for number in range(count):
        device, values = number % DEVICES, ",".join(f"{field}={drawn.uniform(0, 100):.2f}" for field in FIELDS)
        seconds = START + number // DEVICES * 10
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


def run(command: list[str | Path], **variables: str) -> tuple[float, float]:
    """Seconds, and the most memory in MiB, of a command that must end well."""
    env = os.environ | {"HDH_LOG_LEVEL": "warning"} | variables
    began = time.perf_counter()
    process = subprocess.Popen([str(part) for part in command], env=env, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, command
    return time.perf_counter() - began, usage.ru_maxrss / 1024


def told(what: str, readings: int, seconds: float, memory: float | None = None) -> None:
    """Print a line."""
    size = "" if memory is None else f"{memory:8.0f} MiB"
    print(f"{what:44} {readings / seconds:12,.0f}/s {seconds:8.1f} s {size}", flush=True)  # noqa: T201


def migrate(folder: Path, what: str, readings: int, source: dict[str, Any], store: str, **more: Any) -> None:
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
    seconds, memory = run([PROGRAM, "run", mapping, "--quiet"], HDH_SITE_FILE=str(site))
    told(what, readings, seconds, memory)


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
        began = time.perf_counter()
        seconds, memory = run([PROGRAM, "replay", mapping, "--quiet"])
        told("replay: published and acknowledged", messages, seconds, memory)
        ingest.wait_done(messages, seconds=600)
        told("replay: written by ingest (SQLite)", messages, time.perf_counter() - began)


def main() -> None:
    """Print a line for each way."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readings", type=int, default=2_000_000, help="how many readings each way moves")
    readings = parser.parse_args().readings
    with tempfile.TemporaryDirectory() as name, Influxd(Path(name) / "influxd") as server:
        folder = Path(name)
        file, table = folder / "lines.lp", folder / "table.csv"
        write_lines(file, readings)
        write_table(table, readings)
        if influx := find("influx"):
            seconds, _ = run([influx, "-port", str(server.port), "-import", "-path", file, "-precision", "ns"])
            told("influx -import, line protocol → InfluxDB 1", readings, seconds)
        else:
            print("influx is not there (apt-get install influxdb-client): nothing to compare with")  # noqa: T201
        protocol = {"kind": "line-protocol", "path": str(file)}
        migrate(folder, "line protocol → InfluxDB 1", readings, protocol, server.url)
        migrate(folder, "line protocol → SQLite", readings, protocol, f"sqlite:///{folder}/lines.db")
        if influx:
            assert ask(server, "SHOW DATABASES")
            old = {"kind": "influxdb", "url": server.url, "databases": ["imported"], "window": "1d"}
            migrate(folder, "InfluxDB 1 → InfluxDB 1", readings, old, server.url)
            migrate(folder, "InfluxDB 1 → SQLite", readings, old, f"sqlite:///{folder}/old.db")
        form = {"time": {"columns": ["time"], "format": "seconds"}}
        wide = {"kind": "csv", "path": str(table), "csv": form}
        series = [
            {"match": {"field": f"room{number}_temperature"}, "quantity": "temperature", "room": f"room{number}"}
            for number in range(30)
        ]
        rooms = {"house": "house", "device": "logger"}
        migrate(folder, "wide table → InfluxDB 1", readings, wide, server.url, place=rooms, series=series)
        replay(folder, min(readings // 10, 200_000))


if __name__ == "__main__":
    main()
