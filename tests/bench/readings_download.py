"""A million readings from InfluxDB to a DataFrame, by API and client: `python -m tests.bench.readings_download`.

Beside it, in the same run, the bare `/query` download of the same readings as CSV; on the server of generation 2 that
INFLUXD2 names also `query_data_frame` of influxdb-client.
"""

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import httpx
import psutil
from influxdb_client import InfluxDBClient

from hdh.client import Client
from hdh.model import Place, Point
from hdh.store import open_admin, open_writer
from tests.common.api import Api
from tests.common.servers import Influxd, Influxd2

SERIES = 100
START = 1_700_000_000_000
PROJECT = "bench"


def fill(url: str, token: str | None, readings: int) -> None:
    """Write that many readings over a hundred series, one every ten seconds."""
    admin, writer = open_admin(url, token), open_writer(url, token)
    admin.create_project(PROJECT)
    places = [Place("house", f"room-{n % 7}", f"device-{n:03}") for n in range(SERIES)]
    for begin in range(0, readings, 10_000):
        points = [
            Point("climate", places[n % SERIES], START + n // SERIES * 10_000, {"temperature": 20 + n % 1000 / 100})
            for n in range(begin, begin + 10_000)
        ]
        assert writer.write(PROJECT, points) == []
    writer.close()
    admin.close()


def by_api(api: str) -> int:
    """Through the API and its client into a DataFrame."""
    with Client(api) as client:
        frame = client.readings(project=PROJECT, quantity="temperature", start="2023-01-01", stop="2030-01-01")
    return len(frame)


def by_query(base: str, headers: dict[str, str]) -> int:
    """The bare download of InfluxQL's CSV, which nobody has read yet."""
    query = 'SELECT "temperature" FROM "climate" GROUP BY "device", "house", "room"'
    form = {"db": PROJECT, "q": query, "epoch": "ms", "chunked": "true", "chunk_size": "10000"}
    lines = 0
    asked = headers | {"Accept": "application/csv"}
    with httpx.stream("POST", f"{base}/query", data=form, headers=asked, timeout=300) as answer:
        for piece in answer.iter_raw(1 << 20):
            lines += piece.count(b"\n")
    return lines


def by_client(base: str) -> int:
    """What influxdb-client makes of Flux."""
    flux = f'from(bucket: "{PROJECT}") |> range(start: 2023-01-01T00:00:00Z)'
    with InfluxDBClient(base, Influxd2.token, org=Influxd2.org, timeout=600_000) as client:
        frame = client.query_api().query_data_frame(flux)
    return len(frame)


def seconds(work: Callable[[], int], rounds: int) -> float:
    """The median of some rounds."""
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        assert work() > 0
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def measure(server: Influxd | Influxd2, token: str | None, readings: int, rounds: int) -> None:
    """Fill a server, and print what each way takes."""
    base = f"http://127.0.0.1:{server.port}"
    headers = {"Authorization": f"Token {token}"} if token else {}
    fill(server.url, token, readings)
    secret = {"HDH_STORE_TOKEN": token} if token else {}
    with tempfile.TemporaryDirectory() as folder, Api(Path(folder), server.url, **secret) as api:
        assert by_api(api.url) == readings
        assert api.process is not None
        process = psutil.Process(api.process.pid)
        before = process.cpu_times()
        whole = seconds(lambda: by_api(api.url), rounds)
        after = process.cpu_times()
        cpu = (after.user + after.system - before.user - before.system) / rounds
    bare = seconds(lambda: by_query(base, headers), rounds)
    print(f"API, client, DataFrame {whole:6.2f} s (CPU of the api {cpu:5.2f} s)", flush=True)  # noqa: T201
    print(f"bare /query, CSV       {bare:6.2f} s; ratio {whole / bare:.2f}, wanted at most 1.5", flush=True)  # noqa: T201
    if isinstance(server, Influxd2):
        client = seconds(lambda: by_client(base), 1)
        print(f"query_data_frame       {client:6.2f} s; {client / whole:.1f} times, wanted 3", flush=True)  # noqa: T201


def main() -> None:
    """Print a line for each way, on each generation that is there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readings", type=int, default=1_000_000, help="how many readings")
    parser.add_argument("--rounds", type=int, default=3, help="of each way; the median counts")
    asked = parser.parse_args()
    with ExitStack() as held:
        folder = Path(held.enter_context(tempfile.TemporaryDirectory()))
        print(f"InfluxDB 1, {asked.readings:,} readings", flush=True)  # noqa: T201
        with Influxd(folder / "influxd") as server:
            measure(server, None, asked.readings, asked.rounds)
        if os.environ.get("INFLUXD2"):
            print(f"InfluxDB 2, {asked.readings:,} readings", flush=True)  # noqa: T201
            with Influxd2(folder / "influxd2") as second:
                measure(second, Influxd2.token, asked.readings, asked.rounds)


if __name__ == "__main__":
    main()
