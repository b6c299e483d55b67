"""How many values a second of CPU the SQLite store takes: `python -m tests.bench.store_write`."""

import argparse
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from hdh.model import Place, Point
from hdh.store.sqlite.admin import SqliteAdmin
from hdh.store.sqlite.writer import SqliteWriter
from hdh.store.url import SqliteUrl

FIELDS = {"temperature": 21.4, "humidity": 40.5, "co2": 612.0, "pressure": 1013.25, "battery": 87.5}
START = 1_700_000_000_000


def batches(devices: int, batch: int, values: int) -> Iterator[list[Point]]:
    """Points of five values as gateways send them: each device in turn, every ten seconds."""
    places = [Place("house", f"room-{n % 7}", f"device-{n:05}") for n in range(devices)]
    for begin in range(0, values // len(FIELDS), batch):
        yield [
            Point("climate", places[n % devices], START + n // devices * 10_000 + n % devices, dict(FIELDS))
            for n in range(begin, begin + batch)
        ]


def measure(folder: Path, devices: int, batch: int, values: int) -> tuple[float, float, float]:
    """Values written per second of CPU and per second, and bytes a value in the file."""
    url = SqliteUrl(folder / f"{devices}-{batch}.db")
    admin, writer = SqliteAdmin(url), SqliteWriter(url)
    admin.create_project("bench")
    admin.close()
    cpu = elapsed = 0.0
    written = 0
    for points in batches(devices, batch, values):
        began, cpu_began = time.perf_counter(), time.process_time()
        assert writer.write("bench", points) == []
        cpu += time.process_time() - cpu_began
        elapsed += time.perf_counter() - began
        written += len(points) * len(FIELDS)
    writer.close()
    return written / cpu, written / elapsed, url.path.stat().st_size / written


def main() -> None:
    """Print a line for each number of devices and each size of a batch."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--values", type=int, default=1_000_000, help="how many values to write in each case")
    values = parser.parse_args().values
    print(f"{'devices':>8} {'points a batch':>15} {'values/s of CPU':>16} {'values/s':>10} {'bytes/value':>12}")  # noqa: T201
    with tempfile.TemporaryDirectory() as folder:
        for devices, batch in ((50, 1_000), (200, 1_000), (200, 5_000), (1_000, 1_000), (1_000, 5_000)):
            per_cpu, per_second, size = measure(Path(folder), devices, batch, values)
            print(f"{devices:8,} {batch:15,} {per_cpu:16,.0f} {per_second:10,.0f} {size:12.1f}", flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
