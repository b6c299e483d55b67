"""Times of tables: a column at once means what each by itself means to live data."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hdh.times import from_local
from migrate.sources.csv_times import guess_format, parse_times

HELSINKI = ZoneInfo("Europe/Helsinki")
_FIRST, _LAST = datetime(1990, 1, 1), datetime(2037, 1, 1)  # noqa: DTZ001 (local on purpose)


def parse(texts: list[str | None], time_format: str, rule: str = "first") -> list[int | None]:
    """Epoch milliseconds, None for what cannot be read."""
    times, good = parse_times(pa.array(texts, pa.string()), time_format, HELSINKI, rule)
    return [time // 1_000_000 if ok else None for time, ok in zip(times.tolist(), good.tolist(), strict=True)]


@given(st.lists(st.datetimes(_FIRST, _LAST), min_size=1, max_size=20))
def test_local_times_mean_what_live_data_means(moments: list[datetime]) -> None:
    """Also in the hours that come twice or not at all."""
    texts = [moment.replace(microsecond=0).isoformat(" ") for moment in moments]
    assert parse(list(texts), "iso") == [from_local(text, HELSINKI)[0] for text in texts]


@pytest.mark.parametrize(
    ("text", "time_format", "expected"),
    [
        ("1500000000", "seconds", 1_500_000_000_000),
        ("1500000000.123", "seconds", 1_500_000_000_123),
        ("1500000000123", "milliseconds", 1_500_000_000_123),
        ("1500000000123456789", "nanoseconds", 1_500_000_000_123),
        ("2017-07-14T02:40:00Z", "iso", 1_500_000_000_000),
        ("2017-07-14 05:40:00+03:00", "iso", 1_500_000_000_000),
        ("2017-07-14 05:40:00 +0300", "iso", 1_500_000_000_000),
        ("2017.07.14 05:40", "iso", 1_500_000_000_000),
        ("14.7.2017 5:40", "day-first", 1_500_000_000_000),
        ("14.07.2017 05:40:00,5", "day-first", 1_500_000_000_500),
        ("7/14/2017 05:40:00", "month-first", 1_500_000_000_000),
        ("yesterday", "iso", None),
        ("31.02.2017 05:40", "day-first", None),
        ("1e30", "seconds", None),
        (None, "seconds", None),
        (None, "iso", None),
    ],
)
def test_each_format(text: str | None, time_format: str, expected: int | None) -> None:
    """One text of each, alone and beside one that cannot be read."""
    assert parse([text], time_format) == [expected]
    assert parse([text, "what?"], time_format) == [expected, None]


def test_the_second_of_the_doubled_hour() -> None:
    """The rule decides; in the hour that spring leaves out it changes nothing."""
    autumn, spring = "2020-10-25 03:30:00", "2020-03-29 03:30:00"
    first, second = parse([autumn, spring], "iso"), parse([autumn, spring], "iso", "second")
    assert first[0] is not None
    assert second == [first[0] + 3_600_000, first[1]]
    assert datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=first[0]) == datetime(
        2020, 10, 25, 0, 30, tzinfo=UTC
    )


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        (["1500000000", "1500000060"], "seconds"),
        (["1500000000123"], "milliseconds"),
        (["2017-07-14 05:40"], "iso"),
        (["14.07.2017 05:40"], "day-first"),
        (["03.04.2017 05:40"], "day-first"),
        (["03/04/2017 05:40", "03/14/2017 05:40"], "month-first"),
        (["03/04/2017 05:40"], "month-first?"),
        (["21.5", "22"], None),
        (["kitchen"], None),
    ],
)
def test_formats_are_told_apart(cells: list[str], found: str | None) -> None:
    """Day and month only where a number above 12, or the dot, tells."""
    assert guess_format(cells) == found
