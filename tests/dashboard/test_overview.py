"""The overview in a real browser, over a real stack."""

import json
import re
import signal

import pytest
from playwright.sync_api import Page, expect

from tests.common.village import EMPTY, PUBLIC, now_ms
from tests.dashboard.conftest import NewPage, Stack

pytestmark = [pytest.mark.browser, pytest.mark.mosquitto]


def open_overview(stack: Stack, page: Page) -> None:
    """Open it and wait until it is live."""
    page.goto(stack.dashboard.url)
    expect(page.locator(".live-live")).to_be_visible()
    expect(page.locator("article.house")).to_have_count(len(stack.village.names))


def test_a_published_reading_appears_by_itself(stack: Stack, new_page: NewPage) -> None:
    """Without reload: what hangs in the window's memory is still there afterwards."""
    page = new_page()
    open_overview(stack, page)
    page.evaluate("window.witness = 1")
    house = stack.village.names[0]
    stack.publish(f"{PUBLIC}/{house}/bedroom/air-bedroom", json.dumps({"time": now_ms(), "temperature": 34.5}))
    shown = page.locator("article.house").filter(has_text="house-1").filter(has_text="34.5")
    expect(shown).to_be_visible()
    expect(shown.locator(".chip")).to_have_text(re.compile("too warm"))
    assert page.evaluate("window.witness") == 1


def test_the_public_meets_pseudonyms_only(stack: Stack, new_page: NewPage) -> None:
    """Nothing that the page was sent names a house by its id, or shows a private project."""
    page = new_page()
    bodies: list[str] = []
    page.on(
        "response",
        lambda response: (
            bodies.append(response.text()) if "/api/v1/" in response.url and "/live" not in response.url else None
        ),
    )
    open_overview(stack, page)
    page.wait_for_load_state("load")
    whole = page.content() + "".join(bodies)
    assert "house-1" in whole
    assert [name for name in (*stack.village.names, "private-1", "zulu") if name in whole] == []


def test_the_language_is_switched_in_place(stack: Stack, new_page: NewPage) -> None:
    """Words, numbers and the page's own language change; a second visit remembers."""
    page = new_page()
    open_overview(stack, page)
    expect(page.get_by_role("heading", name="Houses")).to_be_visible()
    page.get_by_role("button", name="Suomi").click()
    expect(page.get_by_role("heading", name="Talot")).to_be_visible()
    expect(page.locator(".house-value").first).to_contain_text(re.compile(r"\d,\d"))
    expect(page.locator("html")).to_have_attribute("lang", "fi")
    page.reload()
    expect(page.get_by_role("heading", name="Talot")).to_be_visible()


def test_the_page_outlives_the_api(stack: Stack, new_page: NewPage) -> None:
    """While it is away the last picture stays, dated; when it is back the page is live again by itself."""
    page = new_page()
    open_overview(stack, page)
    page.evaluate("window.witness = 1")
    stack.api.stop(signal.SIGKILL)
    try:
        expect(page.get_by_text(re.compile("Live lost at"))).to_be_visible()
        expect(page.locator("article.house")).to_have_count(len(stack.village.names))
    finally:
        stack.api.start()
    expect(page.locator(".live-live")).to_be_visible(timeout=40_000)
    expect(page.get_by_text(re.compile("Live lost at"))).to_have_count(0)
    assert page.evaluate("window.witness") == 1


def test_a_page_opened_while_the_api_is_away_says_so_and_fills_later(stack: Stack, new_page: NewPage) -> None:
    """The first answer may be late, too."""
    stack.api.stop(signal.SIGKILL)
    page = new_page()
    try:
        page.goto(stack.dashboard.url)
        expect(page.get_by_text("The API answered 503")).to_be_visible()
        expect(page.get_by_role("button", name="Retry now")).to_be_visible()
    finally:
        stack.api.start()
    expect(page.locator("article.house")).to_have_count(len(stack.village.names), timeout=40_000)


def test_pause_holds_the_page_still(stack: Stack, new_page: NewPage) -> None:
    """What comes meanwhile is shown when the page goes on."""
    page = new_page()
    open_overview(stack, page)
    page.get_by_role("button", name="Pause").click()
    house, received = stack.village.names[1], stack.ingest.status()["received"]
    stack.publish(f"{PUBLIC}/{house}/kitchen/air-kitchen", json.dumps({"time": now_ms(), "co2": 3210}))
    expect(page.locator(".live-paused")).to_be_visible()
    stack.ingest.wait_done(received + 1)
    expect(page.get_by_text("3,210")).to_have_count(0)
    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_text("3,210")).to_be_visible()


def test_a_key_shows_its_project_and_stays_on_the_server(stack: Stack, new_page: NewPage) -> None:
    """Signed in one sees the private house by its name; the key is in no page, storage or readable cookie."""
    key = stack.api.key("viewer", "toe")
    page = new_page()
    open_overview(stack, page)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("API key").fill("hdh_wrong")
    page.get_by_role("dialog").get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_have_text("The API does not know this key.")
    page.get_by_label("API key").fill(key)
    page.get_by_role("dialog").get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("link", name="Name of private-1")).to_be_visible()
    kept = page.evaluate("[document.cookie, JSON.stringify(localStorage), JSON.stringify(sessionStorage)].join()")
    assert key not in kept + page.content()
    assert "hdh_session" not in kept
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Name of private-1")).to_have_count(0)


@pytest.mark.parametrize("width", [320, 390, 768])
def test_nothing_is_wider_than_the_window(stack: Stack, new_page: NewPage, width: int) -> None:
    """In Finnish, whose words are long."""
    page = new_page(viewport={"width": width, "height": 800}, locale="fi-FI")
    open_overview(stack, page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_house_is_reached_by_keyboard(stack: Stack, new_page: NewPage) -> None:
    """Tab and Enter lead from the first page to a house; Back leads back."""
    page = new_page()
    open_overview(stack, page)
    link = page.get_by_role("link", name="house-2", exact=True)
    for _ in range(30):
        page.keyboard.press("Tab")
        if link.evaluate("node => node === document.activeElement"):
            break
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/house/{PUBLIC}/house-2$"))
    expect(page.get_by_role("heading", level=1)).to_have_text("house-2")
    page.go_back()
    expect(page.get_by_role("heading", name="Houses")).to_be_visible()


def test_a_project_without_houses_is_no_error(stack: Stack, new_page: NewPage) -> None:
    """The kiosk of an empty project says that there is nothing yet."""
    page = new_page()
    page.goto(f"{stack.dashboard.url}/kiosk?project={EMPTY}")
    expect(page.get_by_text("No houses yet")).to_be_visible()
