"""Fifty houses: the first page in a real browser, over a real stack of its own."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.common.servers import Mosquitto
from tests.common.village import PUBLIC, Village, now_ms
from tests.dashboard.conftest import NewPage, Stack, run_stack

pytestmark = [pytest.mark.browser, pytest.mark.mosquitto]

HOUSES = 50
# An hour: a few readings each, as here only the number of houses matters.
DAYS = 1 / 24
HOT = 37


@pytest.fixture(scope="module")
def crowd(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack with fifty public houses, one of which is too warm."""
    request.getfixturevalue("pages")
    folder: Path = tmp_path_factory.mktemp("crowd")
    with Mosquitto(folder / "mosquitto") as broker:
        for stack in run_stack(folder, broker, Village(HOUSES), DAYS):
            received = stack.ingest.status()["received"]
            heat(stack, HOT, 34.4)
            stack.ingest.wait_done(received + 1)
            yield stack


def heat(stack: Stack, number: int, degrees: float) -> None:
    """Publish a kitchen's temperature."""
    topic = f"{PUBLIC}/{stack.village.names[number - 1]}/kitchen/air-kitchen"
    stack.publish(topic, json.dumps({"time": now_ms(), "temperature": degrees}))


def test_fifty_houses_cost_no_more_requests_than_one(crowd: Stack, new_page: NewPage) -> None:
    """All are there, the one in need first, the others by name; live readings are asked for nowhere else."""
    page = new_page(viewport={"width": 3840, "height": 2160})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/api/v1/" in request.url else None)
    page.goto(crowd.dashboard.url)
    names = page.locator("article.house h2")
    expect(names).to_have_count(HOUSES)
    expect(names.first).to_have_text(f"house-{HOT}")
    calm = [f"house-{number}" for number in range(1, HOUSES + 1) if number != HOT]
    assert names.all_inner_texts()[1:] == calm
    expect(page.locator(".headline")).to_have_text(f"{HOUSES - 1} comfortable, 1 too warm")
    expect(page.locator(".sparkline path")).to_have_count(HOUSES)
    expect(page.locator(".live-live")).to_be_visible()
    # Names, newest readings, rhythms, energy, three of the day, and the stream.
    assert len(asked) <= 9, asked
    before = len(asked)
    for number in (1, 2, 3):
        heat(crowd, number, 29 + number / 10)
        expect(page.locator("article.house").filter(has_text=re.compile(rf"29\.{number}"))).to_be_visible()
    assert len(asked) == before, asked[before:]


@pytest.mark.parametrize(("width", "height", "most"), [(3840, 2160, 2160), (360, 740, 20_000)])
def test_fifty_houses_fit_a_wall_and_are_no_wider_than_a_phone(
    crowd: Stack, new_page: NewPage, width: int, height: int, most: int
) -> None:
    """In Finnish, whose words are long."""
    page = new_page(viewport={"width": width, "height": height}, locale="fi-FI")
    page.goto(crowd.dashboard.url)
    expect(page.locator(".sparkline path")).to_have_count(HOUSES)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("document.documentElement.scrollHeight") <= most
