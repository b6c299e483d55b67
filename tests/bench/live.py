"""How soon a published reading is seen: `python -m tests.bench.live`.

Through broker, ingest, SQLite, api and dashboard to the overview in headless Chromium, one reading at a time.
"""

import argparse
import json
import statistics
import tempfile
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from random import Random

from playwright.sync_api import Page, expect

from infra.make import web
from tests.common.browser import chromium
from tests.common.servers import Mosquitto
from tests.common.village import PUBLIC, Village, now_ms
from tests.dashboard.conftest import Stack, run_stack

WANTED_SECONDS = 2.0
_DAYS = 1 / 24
_MOST_APART_SECONDS = 2.0

# Resolves at the frame that is painted after the text has come.
_SEEN = """
text => new Promise(resolve => {
  const look = () => document.querySelector("main").textContent.includes(text)
    ? requestAnimationFrame(resolve) : requestAnimationFrame(look);
  look();
})
"""


def measure(stack: Stack, page: Page, number: int) -> float:
    """Seconds from publishing a reading that no other equals to its being painted."""
    topic = f"{PUBLIC}/{stack.village.names[0]}/kitchen/air-kitchen"
    began = time.monotonic()
    stack.publish(topic, json.dumps({"time": now_ms(), "co2": 3000 + number}))
    page.evaluate(_SEEN, f"{3000 + number:,}")
    return time.monotonic() - began


def main() -> None:
    """Print median and maximum."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readings", type=int, default=50)
    readings = parser.parse_args().readings
    with web.alone():
        assert web.build(), "the pages could not be built; the lines above say why"
    with ExitStack() as held:
        folder = Path(held.enter_context(tempfile.TemporaryDirectory()))
        broker = held.enter_context(Mosquitto(folder / "mosquitto"))
        browser = held.enter_context(chromium())
        stack = held.enter_context(contextmanager(run_stack)(folder, broker, Village(), _DAYS))
        page = browser.new_page(locale="en-GB")
        page.goto(stack.dashboard.url)
        expect(page.locator(".live-live")).to_be_visible()
        random, found = Random(8), []
        for number in range(readings):
            # At any moment: readings that follow each other soon are written together.
            time.sleep(random.uniform(0, _MOST_APART_SECONDS))
            found.append(measure(stack, page, number))
    print(f"published to painted: median {statistics.median(found):.2f} s, longest of {readings} {max(found):.2f} s,")  # noqa: T201
    print(f"wanted at most {WANTED_SECONDS} s")  # noqa: T201


if __name__ == "__main__":
    main()
