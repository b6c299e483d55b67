"""What an export of fifty million readings costs the api in memory: `python -m tests.bench.readings_export`.

On SQLite, as Parquet and as CSV, each taken to its end. Writing the readings takes most of the time.
"""

import argparse
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import numpy as np
import psutil

from hdh.model import Place
from hdh.store import open_admin, open_writer
from hdh.store.interface import Columns
from tests.common.api import Api

READINGS = 50_000_000
SERIES = 100
TARGET_MB = 200
START = 1_500_000_000_000
_BATCH = 500_000
_MB = 1_000_000


def fill(url: str, readings: int) -> None:
    """Write that many readings over a hundred series, one every ten seconds."""
    admin, writer = open_admin(url), open_writer(url)
    admin.create_project("bench")
    each, rng = readings // SERIES, np.random.default_rng(1)
    for number in range(SERIES):
        place = Place("house", f"room-{number % 7}", f"device-{number:03}")
        for begin in range(0, each, _BATCH):
            count = min(_BATCH, each - begin)
            time_ms = START + (begin + np.arange(count, dtype=np.int64)) * 10_000
            values = np.round(rng.normal(20, 1, count), 2)
            assert writer.write_columns("bench", [Columns("climate", place, time_ms, {"temperature": values})]) == []
    writer.close()
    admin.close()


@contextmanager
def peak(pid: int) -> Iterator[list[int]]:
    """The most memory that a process holds meanwhile (resident bytes), looked at twenty times a second."""
    process, found, end = psutil.Process(pid), [0], threading.Event()

    def look() -> None:
        while not end.wait(0.05):
            found[0] = max(found[0], process.memory_info().rss)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield found
    finally:
        end.set()
        thread.join()


def export(api: Api, form: str) -> tuple[int, bytes]:
    """Take everything; its bytes, and how it ends."""
    size, tail = 0, b""
    parameters = {"project": "bench", "format": form}
    headers = {"Accept-Encoding": "identity"}
    with httpx.stream("GET", f"{api.url}/v1/readings", params=parameters, headers=headers, timeout=600) as answer:
        assert answer.status_code == 200, answer.read()
        for piece in answer.iter_raw(1 << 20):
            size += len(piece)
            tail = (tail + piece)[-4096:]
    return size, tail


def main() -> None:
    """Print a line for each format."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readings", type=int, default=READINGS, help="how many readings")
    readings = parser.parse_args().readings // SERIES * SERIES
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        store = f"sqlite:///{folder}/store.db"
        fill(store, readings)
        print(f"{readings:,} readings  MB of answer  seconds  CPU s  memory MB before  at most  grown")  # noqa: T201
        with Api(folder, store) as api:
            assert api.process is not None
            httpx.get(f"{api.url}/v1/series", timeout=600).raise_for_status()
            process = psutil.Process(api.process.pid)
            for form in ("parquet", "csv"):
                before, cpu, began = process.memory_info().rss, sum(process.cpu_times()[:2]), time.perf_counter()
                with peak(process.pid) as most:
                    size, tail = export(api, form)
                assert tail.endswith(b"PAR1") if form == "parquet" else tail.count(b"\n") > 1
                took, cpu = time.perf_counter() - began, sum(process.cpu_times()[:2]) - cpu
                grown = (most[0] - before) / _MB
                says = "holds" if grown <= TARGET_MB else "does not hold"
                print(  # noqa: T201
                    f"{form:<20} {size / _MB:>10,.0f} {took:>10,.0f} {cpu:>6,.0f} {before / _MB:>17,.0f} "
                    f"{most[0] / _MB:>8,.0f} {grown:>6,.0f}   <= {TARGET_MB} MB {says}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
