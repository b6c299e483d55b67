"""What long spans, charts and the newest readings cost, by store: `python -m tests.bench.long_spans`.

The targets: a year of one series to 2,000 points in 150 ms, hourly means of 100 series over it in 1 s on SQLite and in
1.2 times the bare query on InfluxDB. `through the api` is what one who asks by HTTP waits for.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import psutil

from hdh.model import Place, Point, Span
from hdh.store import open_admin, open_reader, open_writer
from hdh.store.influxdb.http import Http
from hdh.store.interface import Columns, Reader, Selection
from hdh.store.url import InfluxUrl, parse_store_url
from hdh.windows import Aggregate, Every, Window
from tests.common.api import Api
from tests.common.servers import Influxd, find

PROJECT = "bench"
START = 1_700_006_400_000
DAY = 86_400_000
MINUTE = 60_000
ZONE = ZoneInfo("Europe/Helsinki")
AGGREGATES = (Aggregate.MEAN, Aggregate.MAX, Aggregate.TIME_WEIGHTED_MEAN)


@dataclass(frozen=True)
class Cost:
    """Seconds by the clock and seconds of this process's CPU."""

    elapsed: float
    cpu: float


def cost(work: Callable[[], object], times: int = 1) -> Cost:
    """The least of several runs, each by itself."""
    costs = []
    for _ in range(times):
        began, cpu_began = time.perf_counter(), time.process_time()
        work()
        costs.append(Cost(time.perf_counter() - began, time.process_time() - cpu_began))
    return Cost(min(each.elapsed for each in costs), min(each.cpu for each in costs))


def say(what: str, cost: Cost, more: str = "") -> None:
    """Print a line."""
    print(f"  {what:<58} {cost.elapsed * 1e3:9,.0f} ms {cost.cpu * 1e3:9,.0f} ms of CPU  {more}", flush=True)  # noqa: T201


def batches(series: int, days: int) -> Iterator[Columns]:
    """A temperature a minute, series by series."""
    rng = np.random.default_rng(1)
    for number in range(series):
        place = Place("house", f"room-{number % 7}", f"device-{number:03}")
        time_ms = np.arange(START, START + days * DAY, MINUTE, dtype=np.int64)
        yield Columns("climate", place, time_ms, {"temperature": np.round(rng.normal(20, 1, len(time_ms)), 2)})


def fill(url: str, series: int, days: int) -> None:
    """Make the project and write its readings."""
    admin, writer = open_admin(url), open_writer(url)
    admin.create_project(PROJECT)
    readings = series * days * DAY // MINUTE

    def write() -> None:
        for batch in batches(series, days):
            assert writer.write_columns(PROJECT, [batch]) == []

    say(f"write {readings:,} readings", cost(write))
    writer.close()
    admin.close()


def means(reader: Reader, days: int, aggregate: Aggregate = Aggregate.MEAN) -> Callable[[], int]:
    """A query for hourly values of all series."""
    window = Window(Every("1h"), ZONE, aggregate)
    span = Span(START, START + days * DAY)
    return lambda: sum(len(chunk.time) for chunk in reader.aggregate(Selection(PROJECT), span, window))


def chart(reader: Reader, days: int) -> Callable[[], int]:
    """What a chart of 2,000 points needs of one series."""
    selection, span = Selection(PROJECT, devices=("device-001",)), Span(START, START + days * DAY)
    return lambda: sum(len(chunk.time) for chunk in reader.outline(selection, span, 2_000))


def through_the_api(folder: Path, url: str, days: int) -> None:
    """The same two over HTTP, as a page and a client ask for them."""
    span = {"project": PROJECT, "start": str(START), "stop": str(START + days * DAY), "tz": "Europe/Helsinki"}
    chart_of = {**span, "device": "device-001", "points": "2000"}
    means_of = {**span, "every": "1h", "format": "arrow"}
    with Api(folder, url) as api:
        for what, asked in (("chart of 2,000 points of one series", chart_of), ("hourly means", means_of)):
            # One before: the api's first query opens connections and reads the list of series.
            api.get("readings", **asked).raise_for_status()
            say(f"{what}, through the api", cost(lambda asked=asked: api.get("readings", **asked), 5))  # type: ignore[misc]


def newest(url: str) -> None:
    """The newest reading of each of 1,000 series."""
    fields = {"temperature": 21.4, "humidity": 40.5, "co2": 612.0, "pressure": 1013.25, "battery": 87.5}
    places = [Place(f"house-{n % 10}", f"room-{n % 7}", f"device-{n:03}") for n in range(200)]
    admin, writer, reader = open_admin(url), open_writer(url), open_reader(url)
    admin.create_project("newest")
    assert writer.write("newest", [Point("climate", place, START, dict(fields)) for place in places]) == []
    assert len(reader.latest(Selection("newest"))) == 1_000
    costs = sorted(cost(lambda: reader.latest(Selection("newest"))).elapsed for _ in range(200))
    middle = cost(lambda: reader.latest(Selection("newest")), 50)
    say("newest of 1,000 series", middle, f"p99 {costs[197] * 1e3:,.1f} ms")
    for part in (admin, writer, reader):
        part.close()


def sqlite(folder: Path, series: int, days: int) -> None:
    """Costs on SQLite; the first query sums the days up."""
    print(f"SQLite, {series} series of {days} days")  # noqa: T201
    path = folder / "store.db"
    url = f"sqlite:///{path}"
    fill(url, series, days)
    size, memory = path.stat().st_size, psutil.Process().memory_info().rss
    reader = open_reader(url)
    say("hourly means for the first time", cost(means(reader, days)))
    for aggregate in AGGREGATES:
        say(f"hourly {aggregate}", cost(means(reader, days, aggregate), 5))
    say("chart of 2,000 points of one series", cost(chart(reader, days), 5))
    through_the_api(folder / "api", url, days)
    grown = psutil.Process().memory_info().rss - memory
    reader.close()
    more = path.stat().st_size / size - 1
    print(f"  the file grew by {more:.0%}, the memory by {grown / 1e6:.0f} MB")  # noqa: T201
    newest(url)


def influxdb(folder: Path, series: int, days: int) -> None:
    """Costs on InfluxDB 1.x, beside those of the bare query."""
    print(f"InfluxDB, {series} series of {days} days")  # noqa: T201
    with Influxd(folder / "influxd") as server:
        fill(server.url, series, days)
        reader = open_reader(server.url)
        bare = cost(lambda: download(server.url, days), 5)
        say("hourly means, bare /query as CSV", bare)
        ours = cost(means(reader, days), 5)
        say("hourly means", ours, f"{ours.elapsed / bare.elapsed:.2f} x the bare query")
        say("chart of 2,000 points of one series", cost(chart(reader, days), 5))
        through_the_api(folder / "api", server.url, days)
        newest(server.url)
        reader.close()


def download(url: str, days: int) -> int:
    """Hourly means of all series in one statement, as bytes; how many."""
    parsed = parse_store_url(url)
    assert isinstance(parsed, InfluxUrl)
    http = Http(parsed, None)
    span = f"time >= {START * 1_000_000} AND time < {(START + days * DAY) * 1_000_000}"
    query = f"SELECT mean(temperature) FROM climate WHERE {span} GROUP BY time(1h), house, room, device fill(none)"
    form = {"db": PROJECT, "q": query, "epoch": "ms", "chunked": "true"}
    size = sum(len(piece) for piece in http.post_form("/query", form, "application/csv"))
    http.close()
    return size


def main() -> None:
    """Print the figures of each store that is there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--series", type=int, default=100, help="how many series of a reading a minute")
    parser.add_argument("--days", type=int, default=365, help="for how many days, on SQLite")
    parser.add_argument("--influxdb-days", type=int, default=90, help="the same on InfluxDB")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        sqlite(Path(folder), options.series, options.days)
        if find("influxd"):
            influxdb(Path(folder), options.series, options.influxdb_days)


if __name__ == "__main__":
    main()
