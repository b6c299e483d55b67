"""What the first chart of a year may cost: requests, bytes and windows, which are the same on any machine."""

from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page

from tests.common.eventually import eventually
from tests.dashboard.explore.conftest import OpenPage
from tests.dashboard.explore.test_explore import KITCHEN, settled

pytestmark = [pytest.mark.browser, pytest.mark.mosquitto]

MOST_REQUESTS = 25
MOST_BYTES = 250_000

ASKED = ["max", "mean", "min"]

ENTRIES = """
performance.getEntriesByType("resource").concat(performance.getEntriesByType("navigation"))
  .map(entry => [entry.name, entry.transferSize])"""


def readings(entries: dict[str, int]) -> list[str]:
    """Return the requests among these that asked for readings."""
    return [name for name in entries if "/v1/readings" in name]


def entered(page: Page) -> dict[str, int]:
    """Return what each request of the page cost, in bytes; nothing before all of the chart's are entered."""
    # Asked from here: a condition that the page itself tries again is evaluated there, which the pages' policy forbids.
    entries: dict[str, int] = dict(page.evaluate(ENTRIES))
    return entries if len(readings(entries)) >= len(ASKED) else {}


def test_the_first_chart_of_a_year_keeps_its_budget(open_page: OpenPage) -> None:
    """With an empty cache: the pages' files, the lists of names, and a day a window, which is what a screen shows."""
    page = open_page(f"/explore?s1={KITCHEN}&from=2025-01-01T00:00:00Z&to=2026-01-01T00:00:00Z")
    settled(page, "Each point is the mean of 1 d. The band reaches from the least to the greatest reading.")
    # A request is entered when its answer has been read, and the band's come after the chart.
    entries = eventually(lambda: entered(page))
    asked = [parse_qs(urlsplit(name).query) for name in readings(entries)]
    assert len(entries) <= MOST_REQUESTS, entries
    assert sum(entries.values()) <= MOST_BYTES, entries
    assert sorted(query["aggregate"][0] for query in asked) == ASKED
    assert {query["every"][0] for query in asked} == {"1d"}
