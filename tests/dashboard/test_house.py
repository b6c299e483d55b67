"""The page of one house in a real browser, over a real stack."""

import json
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from tests.common.village import PUBLIC, ROOMS, now_ms
from tests.dashboard.conftest import NewPage, Stack

pytestmark = [pytest.mark.browser, pytest.mark.mosquitto]


def test_rooms_are_drawn_and_listed(stack: Stack, new_page: NewPage) -> None:
    """The floor plan has a polygon a room, the table a row."""
    page = new_page()
    page.goto(f"{stack.dashboard.url}/house/{PUBLIC}/house-1")
    expect(page.locator(".floor-picture polygon")).to_have_count(len(ROOMS))
    expect(page.locator(".rooms tbody tr")).to_have_count(len(ROOMS))
    expect(page.locator(".rooms tbody tr").filter(has_text="Kitchen")).to_contain_text("80%")


def test_the_chosen_quantity_stands_in_the_address(stack: Stack, new_page: NewPage) -> None:
    """A link shows the floor plan as it was shared."""
    page = new_page()
    page.goto(f"{stack.dashboard.url}/house/{PUBLIC}/house-1")
    page.get_by_role("button", name="CO₂").click()
    expect(page).to_have_url(re.compile(r"\?quantity=co2$"))
    page.reload()
    expect(page.get_by_role("button", name="CO₂")).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".plan-value").first).to_contain_text("ppm")


def test_a_room_changes_its_colour_with_its_value(stack: Stack, new_page: NewPage) -> None:
    """Live: the room that overheats is painted so."""
    page = new_page()
    page.goto(f"{stack.dashboard.url}/house/{PUBLIC}/house-3")
    expect(page.locator(".live-live")).to_be_visible()
    expect(page.locator(".floor-picture polygon")).to_have_count(len(ROOMS))
    house = stack.village.names[2]
    stack.publish(f"{PUBLIC}/{house}/kitchen/air-kitchen", json.dumps({"time": now_ms(), "temperature": 34.1}))
    expect(page.locator("polygon.shade-comfort-h3")).to_have_count(1)
    expect(page.locator(".rooms tbody tr").filter(has_text="Kitchen")).to_contain_text("too warm")


def test_the_last_day_has_a_line_a_room_and_goes_on_live(stack: Stack, new_page: NewPage) -> None:
    """Of the chosen quantity, its gap named; what is published appends, over the one stream that the page has."""
    page = new_page()
    streams: list[str] = []
    page.on("request", lambda request: streams.append(request.url) if "/v1/live" in request.url else None)
    page.goto(f"{stack.dashboard.url}/house/{PUBLIC}/house-2")
    day = page.get_by_role("region", name="Last 24 hours")
    expect(day.locator(".chart-readout").first).to_contain_text(re.compile("Bedroom.*Kitchen"))
    expect(day.locator("figcaption")).to_contain_text(re.compile("Bedroom: .* one gap, 2 h"))
    expect(page.locator(".live-live")).to_be_visible()
    topic = f"{PUBLIC}/{stack.village.names[1]}/bedroom/air-bedroom"
    stack.publish(topic, json.dumps({"time": now_ms(), "temperature": 24.6, "co2": 999}))
    expect(day.locator(".chart-readout").first).to_contain_text("24.6")
    page.get_by_role("button", name="CO₂").click()
    expect(day.get_by_role("figure", name="CO₂ ppm").locator(".chart-readout").first).to_contain_text("999")
    assert len(streams) == 1


def test_the_last_day_opens_in_explore(stack: Stack, new_page: NewPage) -> None:
    """With the same series in the same colours, and the same range."""
    page = new_page()
    page.goto(f"{stack.dashboard.url}/house/{PUBLIC}/house-1?quantity=co2")
    page.get_by_role("region", name="Last 24 hours").get_by_role("link", name="Open in Explore").click()
    expect(page).to_have_url(re.compile("/explore"))
    series = [f"{PUBLIC}/house-1/{room}/air-{room}/co2" for room in sorted(ROOMS)]
    asked = parse_qs(urlsplit(page.url).query)
    assert asked == {"s1": [series[0]], "s2": [series[1]], "last": ["24h"]}
    expect(page.locator(".chart-readout").first).to_contain_text(re.compile("Bedroom.*Kitchen"))


def test_the_indoor_climate_names_limits_and_their_sources(stack: Stack, new_page: NewPage) -> None:
    """A week of the same wave: within the decree all the time; what could not be checked is said."""
    page = new_page()
    page.goto(f"{stack.dashboard.url}/house/{PUBLIC}/house-2")
    decree = page.locator(".shares tbody tr").filter(has_text="Decree 545/2015").filter(has_text="°C")
    expect(decree).to_contain_text("100%")
    expect(page.locator(".sources")).to_contain_text("read second-hand")
    expect(page.locator(".sources")).to_contain_text("Left out because they could not be checked")


def test_an_unknown_house_is_told(stack: Stack, new_page: NewPage) -> None:
    """Not a blank page, nor one that waits for ever; a private house looks the same to the public."""
    page = new_page()
    for house in ("nowhere", stack.village.names[0]):
        page.goto(f"{stack.dashboard.url}/house/{PUBLIC}/{house}")
        expect(page.get_by_role("heading", name="There is no such house here")).to_be_visible()
    page.goto(f"{stack.dashboard.url}/house/toe/private-1")
    expect(page.get_by_role("heading", name="There is no such house here")).to_be_visible()


def test_nothing_is_wider_than_a_small_phone(stack: Stack, new_page: NewPage) -> None:
    """At 320 px, in Finnish."""
    page = new_page(viewport={"width": 320, "height": 700}, locale="fi-FI")
    page.goto(f"{stack.dashboard.url}/house/{PUBLIC}/house-1")
    expect(page.locator(".shares")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
