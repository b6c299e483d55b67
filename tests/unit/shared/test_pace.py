"""Speeds, spans and progress."""

from pathlib import Path

import pytest

from hdh.errors import Invalid, Misconfigured
from hdh.mqtt.pace import paced, parse_speed
from simulator.progress import Progress
from simulator.spans import parse_span


@pytest.mark.parametrize(("text", "speed"), [("max", None), ("1", 1.0), ("3600", 3600.0), ("0.5", 0.5)])
def test_speeds(text: str, speed: float | None) -> None:
    """`max` does not wait at all."""
    assert parse_speed(text) == speed


@pytest.mark.parametrize("text", ["", "0", "-1", "fast", "nan", "inf"])
def test_a_wrong_speed_is_an_error_with_the_remedy(text: str) -> None:
    """It names the option and what to give."""
    with pytest.raises(Invalid, match=r"--speed=.*Give max"):
        parse_speed(text)


def test_items_wait_for_their_time() -> None:
    """At sixty times, a minute takes a second."""
    waits: list[float] = []

    def wait(seconds: float) -> bool:
        waits.append(seconds)
        return False

    assert list(paced([0, 60_000, 120_000], int, 60.0, wait)) == [0, 60_000, 120_000]
    assert waits == [pytest.approx(1.0, abs=0.1), pytest.approx(2.0, abs=0.1)]


def test_waiting_that_is_over_for_good_ends_it() -> None:
    """A signal ends a replay between two messages."""
    assert list(paced([0, 60_000], int, 1.0, lambda _: True)) == [0]


@pytest.mark.parametrize(("text", "span"), [("0", 0), ("90s", 90_000), ("12h", 43_200_000), ("7d", 604_800_000)])
def test_spans(text: str, span: int) -> None:
    """Lengths of time in ms."""
    assert parse_span(text) == span


@pytest.mark.parametrize("text", ["", "7", "7 d", "-7d", "1mo"])
def test_a_wrong_span_is_an_error(text: str) -> None:
    """It names the option and what to give."""
    with pytest.raises(Invalid, match=r"--backfill=.*7d"):
        parse_span(text)


def test_progress_is_kept_by_seed(tmp_path: Path) -> None:
    """Another seed's messages were never published."""
    path = tmp_path / "state.json"
    assert Progress(path, 1).read() is None
    Progress(path, 1).write(1234)
    assert Progress(path, 1).read() == 1234
    assert Progress(path, 2).read() is None


def test_a_broken_state_file_is_an_error_that_names_it(tmp_path: Path) -> None:
    """It is not silently begun anew."""
    path = tmp_path / "state.json"
    path.write_text("{")
    with pytest.raises(Misconfigured, match=r"state.json.*HDH_SIMULATOR_STATE_FILE"):
        Progress(path, 1).read()
