"""No serious finding of axe on any page, in light and dark."""

import pytest
from playwright.sync_api import expect

from tests.common.axe import serious
from tests.common.village import PUBLIC
from tests.dashboard.conftest import NewPage, Stack

pytestmark = [pytest.mark.browser, pytest.mark.mosquitto]

PAGES = {
    "overview": ("/", "article.house"),
    "house": (f"/house/{PUBLIC}/house-1", ".shares"),
    "kiosk": ("/kiosk", ".kiosk-hero"),
    "unknown": ("/nothing", "h1"),
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_serious(stack: Stack, new_page: NewPage, name: str, scheme: str) -> None:
    """Once what the page is for is shown."""
    path, shown = PAGES[name]
    page = new_page(color_scheme=scheme)
    page.goto(stack.dashboard.url + path)
    expect(page.locator(shown).first).to_be_visible()
    assert serious(page) == []
