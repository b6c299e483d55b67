"""The kiosk in a real browser, over a real stack."""

import re
import signal

import pytest
from playwright.sync_api import expect

from tests.dashboard.conftest import NewPage, Stack

pytestmark = [pytest.mark.browser, pytest.mark.mosquitto]


def test_houses_follow_each_other_until_space_holds_them(stack: Stack, new_page: NewPage) -> None:
    """Three seconds a house; held, it stays; the arrow leads on."""
    page = new_page(viewport={"width": 1920, "height": 1080})
    page.goto(f"{stack.dashboard.url}/kiosk?seconds=3")
    for house in ("house-1", "house-2", "house-3", "house-1"):
        expect(page.get_by_role("heading", level=1)).to_have_text(house)
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Resume")).to_be_visible()
    held = page.get_by_role("heading", level=1).inner_text()
    page.wait_for_timeout(4000)
    expect(page.get_by_role("heading", level=1)).to_have_text(held)
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("heading", level=1)).not_to_have_text(held)


def test_letters_are_large_enough_for_the_wall(stack: Stack, new_page: NewPage) -> None:
    """20 minutes of arc on 55 inches at five metres are 6.1 % of the height; the picture needs no scrolling."""
    page = new_page(viewport={"width": 1920, "height": 1080})
    page.goto(f"{stack.dashboard.url}/kiosk?screen=55&distance=5")
    expect(page.locator(".kiosk-hero")).to_be_visible()
    size = page.locator(".kiosk-facts dt").first.evaluate("node => parseFloat(getComputedStyle(node).fontSize)")
    assert 0.060 < size / 1080 < 0.062
    assert page.evaluate("document.documentElement.scrollHeight") <= 1080


def test_it_outlives_the_api(stack: Stack, new_page: NewPage) -> None:
    """The houses go round all the while, the foot says since when it is not live, and it heals without a reload."""
    page = new_page(viewport={"width": 1280, "height": 720})
    page.goto(f"{stack.dashboard.url}/kiosk?seconds=3")
    expect(page.locator(".live-live")).to_be_visible()
    page.evaluate("window.witness = 1")
    stack.api.stop(signal.SIGKILL)
    try:
        expect(page.locator(".kiosk-foot")).to_contain_text(re.compile("not live since"))
        before = page.get_by_role("heading", level=1).inner_text()
        expect(page.get_by_role("heading", level=1)).not_to_have_text(before)
    finally:
        stack.api.start()
    expect(page.locator(".live-live")).to_be_visible(timeout=40_000)
    assert page.evaluate("window.witness") == 1


# Eight hours at twenty seconds a house.
TURNS = 8 * 3600 // 20
_TURN = """
async times => {
  for (let turn = 0; turn < times; turn += 1) {
    window.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight" }));
    await new Promise(resolve => setTimeout(resolve));
  }
}
"""


def test_the_heap_does_not_grow(stack: Stack, new_page: NewPage) -> None:
    """As many turns as eight hours have leave no more behind than the first two hundred did."""
    page = new_page(viewport={"width": 1280, "height": 720})
    page.goto(f"{stack.dashboard.url}/kiosk")
    expect(page.locator(".kiosk-hero")).to_be_visible()
    tool = page.context.new_cdp_session(page)

    def turn(times: int) -> tuple[int, int]:
        page.evaluate(_TURN, times)
        tool.send("HeapProfiler.collectGarbage")
        counts = tool.send("Memory.getDOMCounters")
        return tool.send("Runtime.getHeapUsage")["usedSize"], counts["nodes"]

    heap, nodes = turn(200)
    later_heap, later_nodes = turn(TURNS)
    # It came round to every house, by turns that were drawn.
    assert page.locator(".kiosk-foot").inner_text().startswith(f"house {(200 + TURNS) % 3 + 1} of 3")
    assert later_heap < heap * 1.1
    assert later_nodes <= nodes + 50
