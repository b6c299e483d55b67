"""A range of one's own and the table of what is shown, in a real browser on a real stack."""

import pytest
from playwright.sync_api import Page, expect

from hdh.times import from_iso
from tests.dashboard.explore import village
from tests.dashboard.explore.conftest import OpenPage
from tests.dashboard.explore.test_explore import KITCHEN, TO, chart, range_of, settled

pytestmark = [pytest.mark.browser, pytest.mark.mosquitto]


def ask(page: Page, start: str, stop: str) -> None:
    """Fill both date fields in, and set them."""
    page.get_by_label("From", exact=True).fill(start)
    page.get_by_label("To", exact=True).fill(stop)
    page.get_by_role("button", name="Show", exact=True).click()


def test_a_range_of_ones_own_is_by_the_houses_clock(open_page: OpenPage) -> None:
    """Date fields hold the house's time, whatever the browser's zone; a range that ends before it begins is refused."""
    page = open_page(f"/explore?s1={KITCHEN}", timezone_id="America/New_York")
    chart(page)
    page.locator("select").filter(has_text="own range").select_option(label="own range")
    ask(page, "2025-10-11T00:00", "2025-10-10T00:00")
    expect(page.get_by_role("alert")).to_have_text("The end must lie behind the start.")
    ask(page, "2025-10-10T00:00", "2025-10-11T00:00")
    expect(page.locator(".explore-where")).to_contain_text("10 Oct")
    assert range_of(page) == (from_iso("2025-10-10T00:00+03:00"), from_iso("2025-10-11T00:00+03:00"))


def test_the_table_says_what_the_chart_shows(open_page: OpenPage) -> None:
    """Newest first: time by the house's clock, and the reading."""
    page = open_page(f"/explore?s1={KITCHEN}&from=2025-10-07T21:00:00Z&to=2025-10-09T21:00:00Z")
    settled(page, "Each reading is drawn.")
    page.get_by_role("button", name="Table").click()
    table = page.locator(".explore-table")
    cells = table.locator("tbody tr").first.locator("th, td")
    newest = from_iso("2025-10-09T23:50+03:00")
    expect(table.get_by_role("status")).to_have_text(f"Rows 1{TO}200 of 288")
    expect(cells).to_have_text(["Thu 9 Oct 23:50:00", f"{village.temperature(newest):.6f}".rstrip("0")])
    page.get_by_role("button", name="Older").click()
    expect(table.get_by_role("status")).to_have_text(f"Rows 201{TO}288 of 288")
