"""Times as devices and people write them, to milliseconds and back."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hdh.times import from_epoch, from_iso, from_ms, iso, spell, to_ms

HELSINKI = ZoneInfo("Europe/Helsinki")
MOMENT = 1_772_000_000_123


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (1_772_000_000, 1_772_000_000_000),
        (1_772_000_000.123, 1_772_000_000_123),
        (1_772_000_000_123, 1_772_000_000_123),
        (1_772_000_000_123.0, 1_772_000_000_123),
        (1_772_000_000_123_456, 1_772_000_000_123),
        (1_772_000_000_123_456_789, 1_772_000_000_123),
        (0, 0),
        (-5, -5_000),
        (99_999_999_999, 99_999_999_999_000),
        (100_000_000_000, 100_000_000_000),
    ],
)
def test_epoch_numbers_are_told_apart_by_size(number: float, expected: int) -> None:
    """Seconds, milliseconds, micro- and nanoseconds; whole or not."""
    found = from_epoch(number)
    assert (found, type(found)) == (expected, int)


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf"), 1e300, -(10**400)])
def test_what_is_no_number_is_no_time(number: float) -> None:
    """The error names it."""
    with pytest.raises(ValueError, match="is not a time"):
        from_epoch(number)


@given(st.integers(-(10**21) + 1, 10**21 - 1))
def test_any_integer_has_a_time(number: int) -> None:
    """Milliseconds are exact; nothing but an integer comes out."""
    found = from_epoch(number)
    assert type(found) is int
    if 1e11 <= abs(number) < 1e14:
        assert found == number


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-02-25T06:13:20.123Z", MOMENT),
        ("2026-02-25T08:13:20.123+02:00", MOMENT),
        (" 2026-02-25T06:13:20.123456Z\n", MOMENT),
        ("2026-02-25 06:13:20.123+0000", MOMENT),
        ("20260225T061320.123Z", MOMENT),
        ("2026.02.25 06:13:20.123Z", MOMENT),
        ("2026/02/25 06:13:20.123Z", MOMENT),
        ("2026-02-25T06:13:20Z", MOMENT - 123),
        ("1969-12-31T23:59:59.999Z", -1),
    ],
)
def test_iso_8601(text: str, expected: int) -> None:
    """With an offset, also as old firmware spells the date."""
    assert from_iso(text) == expected


def test_a_time_without_offset_needs_a_zone() -> None:
    """The error gives an example of what to write instead."""
    assert from_iso("2026-02-25T08:13:20.123", HELSINKI) == MOMENT
    assert from_iso("2026-02-25", HELSINKI) == to_ms(datetime(2026, 2, 25, tzinfo=HELSINKI))
    with pytest.raises(ValueError, match="has no offset from UTC; write it as"):
        from_iso("2026-02-25T08:13:20.123")


def test_the_doubled_hour_is_the_first() -> None:
    """An offset in the text wins over the zone; without one the first of the two is meant."""
    first = from_iso("2026-10-25T03:30+03:00")
    assert from_iso("2026-10-25T03:30", HELSINKI) == first
    assert from_iso("2026-10-25T03:30+02:00", HELSINKI) == first + 3_600_000


@pytest.mark.parametrize(
    "text", ["", "yesterday", "2026-13-01T00:00Z", "2026-02-30T00:00Z", "2026-02-25T25:00Z", "12:00"]
)
def test_what_is_no_time(text: str) -> None:
    """It is an error, never a guess."""
    with pytest.raises(ValueError):
        from_iso(text, HELSINKI)


@given(st.integers(-62_000_000_000_000, 253_000_000_000_000), st.sampled_from([None, HELSINKI, ZoneInfo("UTC")]))
def test_there_and_back(time: int, zone: ZoneInfo | None) -> None:
    """Every millisecond of the years that people write survives, in any zone, as a datetime and as text."""
    assert to_ms(from_ms(time, zone)) == time
    if zone is None or time > 0:  # before zones had whole minutes ISO 8601 has seconds in its offsets
        assert from_iso(iso(time, zone)) == time


def test_parts_of_a_millisecond_are_cut() -> None:
    """Never rounded into a later one."""
    assert to_ms(datetime(1970, 1, 1, 0, 0, 0, 1_999, tzinfo=UTC)) == 1
    assert to_ms(datetime(1970, 1, 1, 2, tzinfo=timezone(timedelta(hours=2)))) == 0


@pytest.mark.parametrize(
    ("time", "zone", "expected"),
    [
        (MOMENT, None, "2026-02-25T06:13:20.123Z"),
        (MOMENT - 123, None, "2026-02-25T06:13:20Z"),
        (MOMENT, HELSINKI, "2026-02-25T08:13:20.123+02:00"),
        (MOMENT - 123, ZoneInfo("UTC"), "2026-02-25T06:13:20+00:00"),
    ],
)
def test_iso_text(time: int, zone: ZoneInfo | None, expected: str) -> None:
    """Milliseconds only where there are any; an offset where a zone was asked for."""
    assert iso(time, zone) == expected


def test_beyond_the_calendar() -> None:
    """A time that no datetime holds raises what the docstring says."""
    with pytest.raises(OverflowError):
        from_ms(2**53)


def test_a_sentence_can_name_any_time() -> None:
    """Beyond the years of the calendar it says the milliseconds."""
    assert (spell(MOMENT), spell(10**16)) == (iso(MOMENT), "10000000000000000 ms")
