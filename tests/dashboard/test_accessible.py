"""No serious finding of axe on any page, in light and dark."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from infra.make import web
from tests.common.village import PUBLIC
from tests.dashboard.conftest import NewPage, Stack

pytestmark = [pytest.mark.browser, pytest.mark.mosquitto]

PAGES = {
    "overview": ("/", "article.house"),
    "house": (f"/house/{PUBLIC}/house-1", ".shares"),
    "kiosk": ("/kiosk", ".kiosk-hero"),
    "unknown": ("/nothing", "h1"),
}
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def findings(page: Any, tags: list[str]) -> list[str]:
    """What axe finds, with where."""
    source = Path(web.WEB, "node_modules", "axe-core", "axe.min.js").read_text(encoding="utf-8")
    # By the browser's own tool, as the page's policy lets nobody put a script into it.
    page.evaluate(source)
    found = page.evaluate("tags => axe.run(document, {runOnly: tags})", tags)
    return [
        f"{one['id']}: {one['help']}: {[node['html'] for node in one['nodes']]}"
        for one in found["violations"]
        if one["impact"] in {"serious", "critical"}
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_serious(stack: Stack, new_page: NewPage, name: str, scheme: str) -> None:
    """By the rules of WCAG 2.2 AA, the size of targets too."""
    path, shown = PAGES[name]
    page = new_page(color_scheme=scheme)
    page.goto(stack.dashboard.url + path)
    expect(page.locator(shown).first).to_be_visible()
    assert findings(page, TAGS) == []
