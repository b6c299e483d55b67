"""What the first chart of a year may cost: requests, bytes and windows, which are the same on any machine."""

from urllib.parse import parse_qs, urlsplit

import pytest

from tests.dashboard.explore.conftest import OpenPage
from tests.dashboard.explore.test_explore import KITCHEN, settled

pytestmark = [pytest.mark.browser, pytest.mark.mosquitto]

MOST_REQUESTS = 25
MOST_BYTES = 250_000

ASKED = ["max", "mean", "min"]

ENTRIES = """
performance.getEntriesByType("resource").concat(performance.getEntriesByType("navigation"))
  .map(entry => [entry.name, entry.transferSize])"""


def test_the_first_chart_of_a_year_keeps_its_budget(open_page: OpenPage) -> None:
    """With an empty cache: the pages' files, the lists of names, and a day a window, which is what a screen shows."""
    page = open_page(f"/explore?s1={KITCHEN}&from=2025-01-01T00:00:00Z&to=2026-01-01T00:00:00Z")
    settled(page, "Each point is the mean of 1 d. The band reaches from the least to the greatest reading.")
    # A request is entered when its answer has been read, and the band's come after the chart.
    page.wait_for_function(f"{ENTRIES}.filter(([name]) => name.includes('/v1/readings')).length >= {len(ASKED)}")

    entries: dict[str, int] = dict(page.evaluate(ENTRIES))
    asked = [parse_qs(urlsplit(name).query) for name in entries if "/v1/readings" in name]
    assert len(entries) <= MOST_REQUESTS, entries
    assert sum(entries.values()) <= MOST_BYTES, entries
    assert sorted(query["aggregate"][0] for query in asked) == ASKED
    assert {query["every"][0] for query in asked} == {"1d"}
