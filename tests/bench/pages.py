"""How soon Explore shows a year at one minute, and a day of it: `python -m tests.bench.pages`.

In headless Chromium, over the dashboard and an api on SQLite. A chart counts as shown when its curve has been painted;
the browser begins with an empty cache each time, and the api has answered the same question once before.
"""

import argparse
import json
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Browser

from hdh.model import Place, Point
from hdh.store import open_admin, open_writer
from infra.make import web
from tests.common.api import Api
from tests.common.browser import chromium
from tests.common.dashboard import Dashboard

PROJECT = "bench"
MINUTE = 60_000
DAY = 1440 * MINUTE
START = 1_735_689_600_000
DAYS = 365
YEAR_SECONDS, DAY_MS = 1.0, 300.0
_CHUNK = 20_000
_PLACE = Place("house", "kitchen", "air-1")

# Tells when a chart that says a text of how it was made has been painted.
_WATCH = """
window.shown = text => new Promise(resolve => {
  const look = () => {
    const caption = document.querySelector(".chart:not(.is-other) .chart-caption");
    if (document.querySelector(".chart-plot canvas") && caption?.textContent.includes(text))
      requestAnimationFrame(() => resolve(performance.now()));
    else requestAnimationFrame(look);
  };
  look();
});
"""
_GO = """
([address, text]) => {
  const began = performance.now();
  history.pushState(null, "", address);
  dispatchEvent(new PopStateEvent("popstate"));
  return window.shown(text).then(end => end - began);
}
"""


def year() -> Iterator[Point]:
    """A reading a minute."""
    for number in range(DAYS * 1440):
        yield Point("climate", _PLACE, START + number * MINUTE, {"temperature": 20 + number % 1440 / 480})


def fill(store: str) -> None:
    """Write the year."""
    admin, writer = open_admin(store), open_writer(store)
    admin.create_project(PROJECT)
    chunk: list[Point] = []
    for point in year():
        chunk.append(point)
        if len(chunk) == _CHUNK:
            assert writer.write(PROJECT, chunk) == []
            chunk = []
    assert writer.write(PROJECT, chunk) == []
    writer.close()
    admin.close()


def site(folder: Path) -> Path:
    """A site file with one public house; JSON is YAML."""
    house = {"id": "house", "name": "House", "pseudonym": "villa", "rooms": [{"id": "kitchen", "name": "Kitchen"}]}
    project = {"id": PROJECT, "title": "Bench", "timezone": "Europe/Helsinki", "public": True, "houses": [house]}
    path = folder / "site.yaml"
    path.write_text(json.dumps({"projects": [project | {"retention": "forever"}]}), encoding="utf-8")
    return path


def address(start: int, days: int) -> str:
    """Explore's, for days from a time on."""
    ends = "&".join(f"{name}={_iso(time)}" for name, time in (("from", start), ("to", start + days * DAY)))
    return f"/explore?s1={PROJECT}/villa/kitchen/air-1/temperature&{ends}"


def _iso(time: int) -> str:
    return datetime.fromtimestamp(time / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def measure(browser: Browser, url: str, number: int) -> tuple[float, float, int, int]:
    """Seconds to the year, milliseconds to a day of it, and the requests and bytes that the year took."""
    context = browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.add_init_script(_WATCH)
    sizes: list[int] = []
    page.on("requestfinished", lambda request: sizes.append(request.sizes()["responseBodySize"]))
    page.goto(url + address(START, DAYS), wait_until="commit")
    whole = page.evaluate("window.shown('Each point is the mean of')")
    requests, body = len(sizes), sum(sizes)
    day = page.evaluate(_GO, [address(START + (100 + number) * DAY, 1), "Each reading is drawn."])
    context.close()
    return whole / 1000, day, requests, body


def main() -> None:
    """Print the medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7, help="the median counts")
    rounds = parser.parse_args().rounds
    with web.alone():
        assert web.build(), "the pages could not be built; the lines above say why"
    with ExitStack() as held:
        folder = Path(held.enter_context(tempfile.TemporaryDirectory()))
        store = f"sqlite:///{folder}/store.db"
        fill(store)
        api = held.enter_context(Api(folder / "api", store, HDH_SITE_FILE=str(site(folder))))
        dashboard = held.enter_context(Dashboard(folder / "dashboard", api.url))
        browser = held.enter_context(chromium())
        first = measure(browser, dashboard.url, 0)
        found = [measure(browser, dashboard.url, number) for number in range(1, rounds + 1)]
    years, days = (statistics.median(one[at] for one in found) for at in (0, 1))
    print(f"{DAYS * 1440:,} readings, median of {rounds}; asked for the first time: {first[0]:.2f} s")  # noqa: T201
    print(f"first chart of a year {years:6.2f} s after navigation, wanted at most {YEAR_SECONDS} s")  # noqa: T201
    print(f"zoom to a day         {days:6.0f} ms, wanted at most {DAY_MS:.0f} ms")  # noqa: T201
    print(f"the year took {found[0][2]} requests and {found[0][3] / 1000:,.0f} kB")  # noqa: T201


if __name__ == "__main__":
    main()
