"""Live readings on the explore page: the right edge moves, a view of the past does not."""

import json

import paho.mqtt.publish as mqtt
import pytest
from playwright.sync_api import expect

from hdh.times import to_ms
from tests.dashboard.explore import village
from tests.dashboard.explore.conftest import OpenPage, Stack
from tests.dashboard.explore.test_explore import KITCHEN, ONE_DAY, range_of, settled

pytestmark = [pytest.mark.browser, pytest.mark.mosquitto]


def publish(stack: Stack, value: float) -> None:
    """A reading of the kitchen, now."""
    payload = json.dumps({"time": to_ms(village.today()), "temperature": value})
    topic = f"{village.PROJECT}/koti/kitchen/air-1"
    mqtt.single(topic, payload, qos=1, hostname="127.0.0.1", port=stack.broker.port)


def test_a_reading_appears_without_a_reload(open_page: OpenPage, stack: Stack) -> None:
    """Drawn reading by reading, and in the window that is still filling."""
    raw = open_page(f"/explore?s1={KITCHEN}&last=1h")
    settled(raw, "Each reading is drawn.")
    windows = open_page(f"/explore?s1={KITCHEN}&last=24h&every=1h&aggregate=max")
    settled(windows, "Each point is the greatest of 1 h")
    raw.get_by_text("live", exact=True).wait_for()
    windows.get_by_text("live", exact=True).wait_for()
    publish(stack, 28.7)
    expect(raw.locator(".chart-readout").first).to_contain_text("28.7")
    expect(windows.locator(".chart-readout").first).to_contain_text("28.7")


def test_a_view_of_the_past_does_not_move(open_page: OpenPage, stack: Stack) -> None:
    """It counts what has come, and goes there when asked."""
    page = open_page(f"/explore?s1={KITCHEN}&{ONE_DAY}")
    settled(page, "Each reading is drawn.")
    page.get_by_text("live", exact=True).wait_for()
    before, caption = range_of(page), page.locator("figcaption").inner_text()
    publish(stack, 21.1)
    chip = page.get_by_role("button", name="1 new")
    expect(chip).to_be_visible()
    assert range_of(page) == before
    assert page.locator("figcaption").inner_text() == caption
    chip.click()
    expect(page.get_by_role("combobox", name="Range")).to_have_value("7d")
