"""When readings are expected, how far apart, and which silences are the longest."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.gaps import Expectation, GapFound, Silences, away
from api.intervals import Distances, Interval, Source, parse_interval
from hdh.errors import Invalid
from hdh.model import Series, Span
from hdh.site import Assignment, Device

MINUTE = 60_000
SERIES = Series("toe", "house-1", "kitchen", "air-1", "temperature")


def learned(*parts: list[int]) -> Interval | None:
    """What is learned from distances that come in parts."""
    distances = Distances()
    for part in parts:
        distances.add(np.array(part, np.int64))
    return distances.learned()


@pytest.mark.parametrize(
    ("distances", "expected"),
    [
        ([MINUTE] * 3, MINUTE),
        ([MINUTE + 4, MINUTE - 3, MINUTE + 2, 900 * MINUTE], MINUTE),
        ([250, 250, 251], 250),
        ([MINUTE] * 2, None),
        ([1_000, 2_000, 30_000, 400_000, 5_000_000, 60_000_000], None),
    ],
    ids=["regular", "a trembling clock and a hole", "less than a second", "too few", "when something happens"],
)
def test_an_interval_is_learned_from_what_is_regular(distances: list[int], expected: int | None) -> None:
    """The median, in whole seconds where it is long; nothing where most distances are unlike it."""
    assert learned(distances) == (None if expected is None else Interval(expected, Source.LEARNED))


def test_many_distances_are_thinned_evenly() -> None:
    """A million of them take bounded memory, and the late ones weigh as much as the early ones."""
    distances = Distances()
    for n in range(20):
        distances.add(np.full(50_001, 10_000 if n < 9 else 12_000, np.int64))
    assert (len(distances), distances.learned()) == (1_000_020, Interval(12_000, Source.LEARNED))
    assert distances._kept.size <= 65_536  # noqa: SLF001 (what it promises)


def test_a_device_is_not_expected_while_it_stands_elsewhere() -> None:
    """By its assignments; before the first and after the last it may be here."""
    device = Device(
        "air-1",
        "Air",
        assignments=(
            Assignment("house-1", "hall", 20 * MINUTE, 30 * MINUTE),
            Assignment("house-1", "kitchen", 30 * MINUTE, 50 * MINUTE),
            Assignment("house-2", "kitchen", 50 * MINUTE),
        ),
    )
    expectation = Expectation(Span(10 * MINUTE, 100 * MINUTE), away(device, SERIES))
    edges = np.arange(0, 110, 10, dtype=np.int64) * MINUTE

    assert expectation.counts(edges, MINUTE).tolist() == [0, 10, 0, 10, 10, 0, 0, 0, 0, 0]
    assert away(None, SERIES) == ()


@given(st.integers(0, 1000), st.integers(1, 5000), st.integers(1, 700), st.lists(st.integers(0, 6000), min_size=2))
def test_windows_add_up(start: int, length: int, interval: int, edges: list[int]) -> None:
    """However a range is cut, as many readings are expected as in the whole: one each interval from its start."""
    expectation = Expectation(Span(start, start + length))
    cut = np.unique([*edges, start, start + length])

    counts = expectation.counts(cut, interval)
    ticks = np.arange(start, start + length, interval)

    assert counts.tolist() == np.histogram(ticks, [*cut[:-1], cut[-1] + 1])[0].tolist()


def silences(times: list[int], span: Span, most: int = 10, chunk: int = 3) -> list[GapFound]:
    """The gaps of readings that should come each minute, and come in chunks."""
    found = Silences(Expectation(span), most)
    for begin in range(0, len(times), chunk):
        found.add(np.array(times[begin : begin + chunk], np.int64))
    return found.gaps(MINUTE)


def test_gaps_are_the_longest_first_also_at_the_edges() -> None:
    """From the reading before to the one after; a reading late by less than half an interval is none."""
    minutes = [3, 4, 5.4, 6, 16, 17, 19]
    times = [round(minute * MINUTE) for minute in minutes]

    assert silences(times, Span(0, 24 * MINUTE)) == [
        GapFound(6 * MINUTE, 16 * MINUTE, 9),
        GapFound(19 * MINUTE, 24 * MINUTE, 4),
        GapFound(0, 3 * MINUTE, 3),
        GapFound(17 * MINUTE, 19 * MINUTE, 1),
    ]
    assert silences(times, Span(0, 24 * MINUTE), most=2) == [
        GapFound(6 * MINUTE, 16 * MINUTE, 9),
        GapFound(19 * MINUTE, 24 * MINUTE, 4),
    ]


def test_a_silent_range_is_one_gap() -> None:
    """In which everything is missing."""
    assert silences([], Span(0, 10 * MINUTE)) == [GapFound(0, 10 * MINUTE, 10)]
    assert silences([], Span(0, 0)) == []


def test_a_wrong_interval_says_how_to_write_one() -> None:
    """With its name and value."""
    with pytest.raises(Invalid, match="30s, 5m") as caught:
        parse_interval("often")
    assert (caught.value.parameter, caught.value.value) == ("interval", "often")
    assert parse_interval("5m") == 5 * MINUTE
