"""What a request for a range comes to, shortly after midnight."""

from typing import cast
from zoneinfo import ZoneInfo

import pytest

from api.access import View
from api.directory import Directory
from api.planning import Extent, plan
from api.selections import Filters
from api.timerange import TimeRange
from hdh.errors import Invalid
from hdh.model import Series, Span
from hdh.site import House, Project
from hdh.store.interface import Reader
from hdh.times import from_iso

HELSINKI = ZoneInfo("Europe/Helsinki")
# Seven minutes into the houses' day, which begins two hours later in UTC.
NOW = from_iso("2026-11-26T22:07:00Z")
TODAY = Extent(Filters(), TimeRange("2026-11-27", None, NOW), None, None)
NO_STORE = cast("Reader", None)
"""None is asked where a start is given."""


def directory(*seen: Series) -> Directory:
    """A project in Helsinki, as one with a key sees it."""
    project = Project("toe", "Toe", HELSINKI)
    return Directory("toe", project, seen, stored=bool(seen), view=View.FULL, secret=b"secret")


def test_a_day_begins_with_the_houses_day() -> None:
    """Not only when it has begun in UTC too, two hours later."""
    [(_, span)] = plan(NO_STORE, TODAY, [directory(Series("toe", "house-1", "kitchen", "air", "co2"))])
    assert span == Span(from_iso("2026-11-27T00:00:00+02:00"), NOW)


def test_nor_where_nothing_is_to_be_read() -> None:
    """A project without readings has no error at night that it has not at noon; tomorrow is one all day."""
    assert plan(NO_STORE, TODAY, [directory()]) == ()
    tomorrow = Extent(Filters(), TimeRange("2026-11-28", None, NOW), None, None)
    with pytest.raises(Invalid, match="start must come before stop"):
        plan(NO_STORE, tomorrow, [directory()])


def test_a_house_whose_day_has_not_begun_leaves_the_others_theirs() -> None:
    """Seven minutes after midnight in Helsinki it is yesterday in Berlin: today has readings of Helsinki only."""
    berlin = House("west", "West", "west", ZoneInfo("Europe/Berlin"))
    project = Project("toe", "Toe", HELSINKI, houses=(House("east", "East", "east", HELSINKI), berlin))
    seen = (Series("toe", "east", "kitchen", "air", "co2"), Series("toe", "west", "kitchen", "air", "co2"))
    both = Directory("toe", project, seen, stored=True, view=View.FULL, secret=b"secret")
    [(part, span)] = plan(NO_STORE, TODAY, [both])
    assert part.selection.houses == ("east",)
    assert span == Span(from_iso("2026-11-27T00:00:00+02:00"), NOW)
    tomorrow = Extent(Filters(), TimeRange("2026-11-28", None, NOW), None, None)
    with pytest.raises(Invalid, match="start must come before stop"):
        plan(NO_STORE, tomorrow, [both])
