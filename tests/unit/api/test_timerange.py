"""Ranges of time as people write them."""

from zoneinfo import ZoneInfo

import pytest

from api.timerange import TimeRange, parse_moment
from api.zones import parse_zone
from hdh.errors import Invalid
from hdh.model import Span
from hdh.times import from_iso

NOW = from_iso("2026-05-01T12:00:00Z")
BERLIN = ZoneInfo("Europe/Berlin")
UTC = ZoneInfo("UTC")


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2017-03-26", "2017-03-26T00:00:00+01:00"),
        ("20170326", "2017-03-26T00:00:00+01:00"),
        ("2017-03-26T12:00", "2017-03-26T12:00:00+02:00"),
        ("2017-03-26T12:00:00Z", "2017-03-26T12:00:00+00:00"),
        ("2017-03-26T12:00:00.250+05:30", "2017-03-26T12:00:00.250+05:30"),
        ("2017-03-26T12:00:00 02:00", "2017-03-26T12:00:00+02:00"),
        ("1490522400", "2017-03-26T10:00:00+00:00"),
        ("1490522400.5", "2017-03-26T10:00:00.500+00:00"),
        ("1490522400000", "2017-03-26T10:00:00+00:00"),
        ("0", "1970-01-01T00:00:00+00:00"),
        ("now", "2026-05-01T12:00:00+00:00"),
        ("-30m", "2026-05-01T11:30:00+00:00"),
        ("now-12h", "2026-05-01T00:00:00+00:00"),
        ("-7d", "2026-04-24T12:00:00+00:00"),
        ("-2w", "2026-04-17T12:00:00+00:00"),
    ],
)
def test_times_are_read(text: str, meant: str) -> None:
    """ISO 8601 (also with a plus sign that became a space), epoch seconds and milliseconds, relative times."""
    assert from_iso(meant) == parse_moment(text, parameter="start", now=NOW, zone=BERLIN)


@pytest.mark.parametrize("text", ["", "yesterday", "2017", "-7", "-7y", "2017-13-01", "1e9", "nan", "-", "9" * 40, "✓"])
def test_no_times_are_told(text: str) -> None:
    """What is no time is an error with examples; a year alone is never taken for a second of 1970."""
    with pytest.raises(Invalid) as caught:
        parse_moment(text, parameter="start", now=NOW, zone=BERLIN)

    assert ("start", text) == (caught.value.parameter, caught.value.value)
    assert "2026-01-31" in caught.value.remedy or "Leave it out" in caught.value.remedy


@pytest.mark.parametrize("text", ["9999-12-31", "0001-01-01", "-999999w"])
def test_times_beyond_reason_are_told(text: str) -> None:
    """Beyond what a store can hold is an error, not an overflow."""
    with pytest.raises(Invalid, match="beyond the years"):
        parse_moment(text, parameter="stop", now=NOW, zone=BERLIN)


def test_stop_is_now_by_default() -> None:
    """A start alone reaches to now."""
    assert Span(NOW - 3_600_000, NOW) == TimeRange("-1h", None, NOW).resolve(BERLIN)


def test_start_is_the_first_reading_by_default() -> None:
    """Nothing given is all there is until now; where there is nothing there is no span."""
    whole = TimeRange(None, None, NOW)

    assert (Span(5, NOW), None) == (whole.resolve(BERLIN, first=5), whole.resolve(BERLIN, first=None))


def test_stop_before_the_first_reading_is_empty() -> None:
    """It is no error: there is nothing so early."""
    assert TimeRange(None, "2017-01-01", NOW).resolve(BERLIN, first=NOW - 1) is None


def test_naive_times_are_local() -> None:
    """The same words are another span in another zone."""
    day = TimeRange("2017-03-26", "2017-03-27", NOW)
    spans = [day.resolve(zone) for zone in (BERLIN, UTC)]

    hours = [(span.stop - span.start) // 3_600_000 for span in spans if span]
    assert hours == [23, 24]


@pytest.mark.parametrize(
    ("start", "stop", "parameter"),
    [("2017-01-02", "2017-01-01", "stop"), ("2017-01-01", "2017-01-01", "stop"), ("2099-01-01", None, "start")],
)
def test_empty_and_inverted_ranges_are_told(start: str, stop: str | None, parameter: str) -> None:
    """An error names the end that is wrong."""
    with pytest.raises(Invalid, match="empty range") as caught:
        TimeRange(start, stop, NOW).resolve(UTC)

    assert parameter == caught.value.parameter


@pytest.mark.parametrize("name", ["Europe/Berln", "", "../../etc/passwd", "Europe", "\0", "x" * 5000])
def test_no_zones_are_told(name: str) -> None:
    """What is no zone is an error, never a file."""
    with pytest.raises(Invalid) as caught:
        parse_zone(name)

    assert caught.value.parameter == "tz"
    assert caught.value.remedy
