"""The data health page in a real browser, on a real stack."""

import json
from typing import Any

import paho.mqtt.publish as mqtt
import pytest
from playwright.sync_api import Page, expect

from tests.common.axe import serious
from tests.common.eventually import eventually
from tests.common.servers import unique
from tests.dashboard.explore import village
from tests.dashboard.explore.conftest import OpenPage, Stack

pytestmark = [pytest.mark.browser, pytest.mark.mosquitto]

PATH = "/data-health"


def publish(stack: Stack, device: str, payload: str) -> None:
    """One message of a gateway, and wait until it has ended as something."""
    before = stack.ingest.status()["received"]
    topic = f"{village.PROJECT}/koti/kitchen/{device}"
    mqtt.single(topic, payload, qos=1, hostname="127.0.0.1", port=stack.broker.port)
    stack.ingest.wait_done(before + 1)


def counters(page: Page) -> dict[str, int]:
    """The sum as the page shows it."""
    page.locator("[data-counter=received]").wait_for()
    shown: dict[str, int] = {}
    for end in ("received", "written", "rejected", "ignored", "pending"):
        text = page.locator(f"[data-counter={end}]").inner_text()
        shown[end] = int("".join(letter for letter in text if letter.isdigit()))
    return shown


def sign_in(page: Page, stack: Stack) -> None:
    """Give the page a key of the project."""
    key = stack.api.key(unique("health"), village.PROJECT)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("API key").fill(key)
    page.get_by_role("dialog").get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Sign out").wait_for()


def test_the_counters_are_those_of_ingest_and_add_up(open_page: OpenPage, stack: Stack) -> None:
    """A message that is written and one that is refused appear in the sum, without a reload."""
    publish(stack, "counted", '{"temperature": 21.5}')
    page = open_page(PATH)
    expect(page.get_by_text("✓ adds up")).to_be_visible()

    publish(stack, "counted", '{"temperature": "warm"}')

    def same() -> dict[str, Any]:
        status = stack.ingest.status()
        wanted = {end: status[end] for end in ("received", "written", "rejected", "ignored", "pending")}
        return wanted if counters(page) == wanted else {}

    shown = eventually(same)
    assert shown["received"] == sum(shown[end] for end in ("written", "rejected", "ignored", "pending"))
    assert shown["rejected"] >= 1


def test_the_public_sees_no_rejected_message(open_page: OpenPage, stack: Stack) -> None:
    """Payloads may hold anything: without a key the page asks for none and says why."""
    publish(stack, "secret", '{"temperature": "hidden-from-the-public"}')
    page = open_page(PATH)
    expect(page.get_by_text("Rejected messages may hold anything")).to_be_visible()
    assert "hidden-from-the-public" not in page.content()


def test_a_key_sees_what_was_rejected_why_and_what_to_do(open_page: OpenPage, stack: Stack) -> None:
    """Time, topic, reason, payload and remedy of a message."""
    publish(stack, "odd", '{"temperature": "tepid"}')
    page = open_page(PATH)
    sign_in(page, stack)
    row = page.get_by_role("row").filter(has_text="kitchen/odd").first
    expect(row).to_contain_text("type")
    expect(row).to_contain_text(json.dumps({"temperature": "tepid"}))
    expect(row).to_contain_text("Send a finite number")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("Rejected messages may hold anything")).to_be_visible()


def test_silent_and_stuck_devices_are_named(open_page: OpenPage) -> None:
    """A thermometer that ended three days ago is silent, a hygrometer that says 55 % all day is stuck; no other is."""
    page = open_page(PATH)
    troubles = page.get_by_role("region", name="Silent and stuck")
    silent = troubles.get_by_role("region", name="Silent", exact=True)
    stuck = troubles.get_by_role("region", name="Stuck", exact=True)
    row = silent.get_by_role("row").filter(has_text="quiet")
    expect(row).to_contain_text("Bedroom")
    expect(row).to_contain_text("3 d")
    expect(row).to_contain_text("5 min")
    expect(stuck.get_by_role("row").filter(has_text="frozen")).to_contain_text("humidity 55")
    assert stuck.locator("[data-device]").evaluate_all("rows => rows.map(row => row.dataset.device)") == ["frozen"]


def test_the_heatmap_says_how_much_is_missing(open_page: OpenPage, stack: Stack) -> None:
    """Each cell is what the API counts; a day with nothing expected is no zero; arrow keys read the cells."""
    page = open_page(PATH)
    grid = page.get_by_role("grid")
    row = grid.locator("[data-device=quiet]")
    expect(row.get_by_role("rowheader")).to_have_text("quiet Bedroom, house-a")
    row.locator("[data-cell]").first.wait_for()
    labels = row.locator("[data-cell]").evaluate_all("cells => cells.map(cell => cell.getAttribute('aria-label'))")
    assert len(labels) == 14
    assert labels[0].endswith("nothing was expected")

    # Yesterday, whole: two days of 48 hours may begin a day before it, or in it, where a clock was changed.
    days = stack.api.get("completeness", device="quiet", start="-3d", every="1d", gaps=0).json()["series"][0]["windows"]
    assert f"of {days['expected'][-2]:,} readings came" in labels[-2]
    assert "100% missing" in labels[-2]

    grid.locator("[data-cell]").first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    expect(grid.locator("[data-cell='1 1']")).to_be_focused()
    label = grid.locator("[data-cell='1 1']").get_attribute("aria-label")
    expect(page.locator(".health-cell")).to_have_text(str(label))


def test_a_phone_in_finnish_shows_the_worst(open_page: OpenPage) -> None:
    """A week instead of two, no sideways scroll, and nothing serious for axe."""
    page = open_page(PATH, viewport={"width": 320, "height": 640}, locale="fi-FI")
    page.get_by_role("grid", name="Puuttuvat lukemat").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert page.get_by_role("button", name="7 päivää").get_attribute("aria-pressed") == "true"
    assert serious(page) == []


def test_nothing_serious_for_axe_in_the_dark(open_page: OpenPage, stack: Stack) -> None:
    """With a key and all tables shown."""
    publish(stack, "odd", '{"temperature": "tepid"}')
    page = open_page(PATH, color_scheme="dark")
    sign_in(page, stack)
    page.get_by_role("grid").wait_for()
    page.get_by_role("row").filter(has_text="kitchen/odd").first.wait_for()
    assert serious(page) == []
