"""How a span is cut: by elapsed time, by the local clock, by the calendar, on every kind of day that zones have."""

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hdh.errors import Invalid
from hdh.model import Span
from hdh.times import from_iso, iso
from hdh.windows import Every
from tests.common.reference import window_edges

DAY = 86_400_000
EVERY = ["1s", "5m", "30m", "1h", "2h", "3h", "4h", "6h", "8h", "12h", "1d", "1w", "1mo", "1y"]
ZONES = [
    "Africa/Casablanca",
    "America/Havana",
    "America/New_York",
    "America/Santiago",
    "America/Sao_Paulo",
    "Asia/Beirut",
    "Asia/Kathmandu",
    "Asia/Kolkata",
    "Asia/Tehran",
    "Australia/Eucla",
    "Australia/Lord_Howe",
    "Europe/Helsinki",
    "Europe/London",
    "Pacific/Apia",
    "Pacific/Chatham",
    "UTC",
]


def cut(every: str, start: str, stop: str, zone: str) -> list[str]:
    """Edges of windows as local times."""
    tz = ZoneInfo(zone)
    edges = Every.parse(every).edges(Span(from_iso(start, tz), from_iso(stop, tz)), tz)
    return [iso(int(edge), tz) for edge in edges]


@given(
    every=st.sampled_from(EVERY).map(Every),
    zone=st.sampled_from(ZONES).map(ZoneInfo),
    start=st.integers(600_000_000_000, 1_900_000_000_000),
    share=st.floats(0, 1),
)
def test_edges_are_those_of_a_clock(every: Every, zone: ZoneInfo, start: int, share: float) -> None:
    """In every zone windows begin when its clock first shows their start, or jumps past it."""
    longest = 3_600_000 if every.text == "1s" else 300 * DAY
    span = Span(start, start + 1 + round(share * longest))
    assert every.edges(span, zone).tolist() == window_edges(every, span, zone)


@given(
    every=st.sampled_from(EVERY).map(Every),
    zone=st.sampled_from(ZONES).map(ZoneInfo),
    start=st.integers(0, 2_500_000_000_000),
    length=st.integers(1, 90_000_000),
)
def test_windows_cover_the_span_and_no_more(every: Every, zone: ZoneInfo, start: int, length: int) -> None:
    """The first window holds the span's start, the last one its end, and edges ascend."""
    edges = every.edges(Span(start, start + length), zone).tolist()
    assert edges[0] <= start < edges[1]
    assert edges[-2] < start + length <= edges[-1]
    assert edges == sorted(set(edges))


def test_a_day_of_23_hours() -> None:
    """In spring a day's windows of local hours are an hour shorter where the clock jumps."""
    assert cut("12h", "2026-03-29", "2026-03-30", "Europe/Helsinki") == [
        "2026-03-29T00:00:00+02:00",
        "2026-03-29T12:00:00+03:00",
        "2026-03-30T00:00:00+03:00",
    ]


def test_a_day_of_25_hours() -> None:
    """In autumn the window of the doubled hour is an hour longer."""
    assert cut("2h", "2026-10-25T02:00", "2026-10-25T06:00", "Europe/Helsinki") == [
        "2026-10-25T02:00:00+03:00",
        "2026-10-25T04:00:00+02:00",
        "2026-10-25T06:00:00+02:00",
    ]


def test_hours_of_elapsed_time_do_not_stretch() -> None:
    """A window of `1h` is an hour long, so the doubled hour of autumn is two windows."""
    assert cut("1h", "2026-10-25T02:30", "2026-10-25T04:30", "Europe/Helsinki") == [
        "2026-10-25T02:00:00+03:00",
        "2026-10-25T03:00:00+03:00",
        "2026-10-25T03:00:00+02:00",
        "2026-10-25T04:00:00+02:00",
        "2026-10-25T05:00:00+02:00",
    ]


def test_a_day_without_midnight() -> None:
    """Where the clock jumps from 00:00 to 01:00 the day begins at 01:00."""
    assert cut("1d", "2026-03-28", "2026-03-30", "Asia/Beirut") == [
        "2026-03-28T00:00:00+02:00",
        "2026-03-29T01:00:00+03:00",
        "2026-03-30T00:00:00+03:00",
    ]


def test_a_midnight_that_comes_twice() -> None:
    """Where the clock falls from 01:00 to 00:00 the day begins at the first midnight."""
    assert cut("1d", "2026-11-01", "2026-11-02", "America/Havana") == [
        "2026-11-01T00:00:00-04:00",
        "2026-11-02T00:00:00-05:00",
    ]


def test_a_midnight_that_comes_after_midnight() -> None:
    """Newfoundland fell from 00:01 back to 23:01: the new day has begun by then, and does not begin again."""
    assert cut("1d", "2006-10-28", "2006-10-30", "America/St_Johns") == [
        "2006-10-28T00:00:00-02:30",
        "2006-10-29T00:00:00-02:30",
        "2006-10-30T00:00:00-03:30",
    ]


def test_a_start_in_the_middle_of_a_jump() -> None:
    """At Casey the clock went from 02:00 to 05:00: windows of 3 and 4 o'clock begin there."""
    assert cut("4h", "2009-10-18", "2009-10-18T12:00", "Antarctica/Casey") == [
        "2009-10-18T00:00:00+08:00",
        "2009-10-18T05:00:00+11:00",
        "2009-10-18T08:00:00+11:00",
        "2009-10-18T12:00:00+11:00",
    ]


def test_a_day_that_never_was() -> None:
    """Samoa left out 30 December 2011: its windows are not there."""
    assert cut("12h", "2011-12-29T12:00", "2011-12-31T12:00", "Pacific/Apia") == [
        "2011-12-29T12:00:00-10:00",
        "2011-12-31T00:00:00+14:00",
        "2011-12-31T12:00:00+14:00",
    ]


def test_weeks_begin_on_monday() -> None:
    """A week is that of ISO 8601."""
    assert cut("1w", "2026-01-01", "2026-01-05", "Europe/Helsinki") == [
        "2025-12-29T00:00:00+02:00",
        "2026-01-05T00:00:00+02:00",
    ]


def test_months_and_years() -> None:
    """Months and years have their own lengths."""
    assert cut("1mo", "2024-02-29T12:00", "2024-03-01T00:00:01", "UTC") == [
        "2024-02-01T00:00:00+00:00",
        "2024-03-01T00:00:00+00:00",
        "2024-04-01T00:00:00+00:00",
    ]
    assert cut("1y", "2024-12-31T23:59", "2025-01-01", "Asia/Kolkata") == [
        "2024-01-01T00:00:00+05:30",
        "2025-01-01T00:00:00+05:30",
    ]


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("7m", "The nearest are 6m and 10m."),
        ("90m", "The nearest are 1h and 2h."),
        ("0.5h", "The nearest are 30m."),
        ("100ms", "The nearest are 1s."),
        ("2y", "The nearest are 1y."),
        ("5h", "The nearest are 4h and 6h."),
        ("hour", "Give a number and a unit: 10s, 5m, 1h, 6h, 1d, 1w, 1mo or 1y."),
        ("", "Give a number and a unit: 10s, 5m, 1h, 6h, 1d, 1w, 1mo or 1y."),
    ],
)
def test_another_length_is_an_error_that_names_the_nearest(text: str, remedy: str) -> None:
    """What cannot be cut is refused with what can."""
    with pytest.raises(Invalid) as raised:
        Every.parse(text)
    assert (raised.value.parameter, raised.value.value, raised.value.remedy) == ("every", text, remedy)


def test_too_many_windows_are_refused() -> None:
    """A second's windows over two years are a mistake, not an answer."""
    with pytest.raises(Invalid, match="too many windows"):
        Every("1s").edges(Span(0, 730 * DAY), ZoneInfo("UTC"))


@pytest.mark.parametrize("span", [Span(-(2**53), -(2**53) + DAY), Span(253_402_300_000_000, 253_402_300_799_999)])
def test_beyond_the_calendar_is_refused(span: Span) -> None:
    """A day before the year 1 or at the end of 9999 has no windows, and the error says so."""
    with pytest.raises(Invalid, match="no calendar reaches there"):
        Every("1d").edges(span, ZoneInfo("Europe/Helsinki"))
