"""Local times without offset: one meaning, or two in the hour that comes twice."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hdh.times import from_iso, from_local

HELSINKI = ZoneInfo("Europe/Helsinki")
ZONES = st.sampled_from(["Europe/Helsinki", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "UTC"])
HOUR = 3_600_000


@pytest.mark.parametrize(
    ("text", "first", "second"),
    [
        ("2026-01-10T01:06:40", "2026-01-09T23:06:40Z", None),
        ("2026.01.10 01:06:40", "2026-01-09T23:06:40Z", None),
        ("2026-10-25T02:59:59", "2026-10-24T23:59:59Z", None),
        ("2026-10-25T03:00:00", "2026-10-25T00:00:00Z", "2026-10-25T01:00:00Z"),
        ("2026-10-25T03:59:59.999", "2026-10-25T00:59:59.999Z", "2026-10-25T01:59:59.999Z"),
        ("2026-10-25T04:00:00", "2026-10-25T02:00:00Z", None),
        ("2026-10-25T03:30:00+02:00", "2026-10-25T01:30:00Z", None),
        ("2026-03-29T03:30:00", "2026-03-29T01:30:00Z", None),
    ],
)
def test_only_the_doubled_hour_means_two_times(text: str, first: str, second: str | None) -> None:
    """Also beside it, in spring's missing hour and with an offset there is one meaning."""
    assert from_local(text, HELSINKI) == (from_iso(first), second and from_iso(second))


@given(st.datetimes(datetime(1901, 1, 1), datetime(2100, 1, 1)), ZONES)  # noqa: DTZ001 (local on purpose)
def test_the_first_meaning_is_that_of_from_iso(moment: datetime, name: str) -> None:
    """In every zone and year; the second, where there is one, is later by the change."""
    first, second = from_local(moment.isoformat(), ZoneInfo(name))
    assert first == from_iso(moment.isoformat(), ZoneInfo(name))
    assert second is None or 0 < second - first <= HOUR


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-01T00:00:00", "25:00"])
def test_what_is_no_time_is_refused(text: str) -> None:
    """As by from_iso."""
    with pytest.raises(ValueError):
        from_local(text, HELSINKI)
