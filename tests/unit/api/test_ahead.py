"""Values that are kept for a moment, and made anew ahead of their time."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event

import pytest

from api.ahead import Ahead
from hdh.errors import Retryable
from hdh.stopping import begin
from tests.common.clock import Clock
from tests.common.eventually import eventually


def test_a_value_is_kept_for_most_of_its_time() -> None:
    """It is made once."""
    clock = Clock()
    ahead: Ahead[int] = Ahead(clock)
    made = iter(range(10))
    assert ahead.get("a", lambda: next(made), 1.0) == 0
    clock.now += 0.5
    assert ahead.get("a", lambda: next(made), 1.0) == 0
    assert ahead.get("b", lambda: next(made), 1.0) == 1
    assert next(made) == 2


def test_late_in_its_time_it_is_made_anew_while_those_who_ask_get_the_old_one() -> None:
    """Once, though several ask meanwhile; nobody waits."""
    clock, go = Clock(), Event()
    ahead: Ahead[str] = Ahead(clock)
    made = []

    def slowly() -> str:
        assert go.wait(30)
        made.append(1)
        return "new"

    assert ahead.get("a", lambda: "old", 1.0) == "old"
    clock.now += 0.75
    assert [ahead.get("a", slowly, 1.0) for _ in range(3)] == ["old"] * 3
    go.set()
    eventually(lambda: ahead.get("a", slowly, 1.0) == "new")
    assert made == [1]


def test_one_that_is_too_late_is_waited_for() -> None:
    """Nobody gets what is later than asked for, also where another may be."""
    clock = Clock()
    ahead: Ahead[str] = Ahead(clock)
    ahead.get("a", lambda: "old", 5.0)
    clock.now += 1.25
    assert ahead.get("a", lambda: "new", 1.0) == "new"
    assert ahead.get("a", lambda: "none", 5.0) == "new"


def test_what_fails_ahead_of_its_time_is_told_when_there_is_nothing_left() -> None:
    """Until then those who ask get the old value."""
    clock = Clock()
    clock.now = 100.0
    ahead: Ahead[str] = Ahead(clock)
    asked = []

    def away() -> str:
        asked.append(clock.now)
        raise Retryable("away")

    ahead.get("a", lambda: "old", 1.0)
    clock.now += 0.75
    assert ahead.get("a", away, 1.0) == "old"
    eventually(lambda: asked == [100.75])
    clock.now += 0.5
    with pytest.raises(Retryable):
        ahead.get("a", away, 1.0)


def test_an_answer_that_comes_late_does_not_replace_a_newer_one() -> None:
    """What counts is when the making of it began."""
    clock = Clock()
    ahead: Ahead[str] = Ahead(clock)

    def overtaken() -> str:
        clock.now += 1
        assert ahead.get("a", lambda: "newer", 0.5) == "newer"
        return "older"

    assert ahead.get("a", overtaken, 1.0) == "older"
    assert ahead.get("a", lambda: "none", 1.0) == "newer"


def test_only_so_many_are_kept() -> None:
    """The one that was made longest ago is forgotten."""
    ahead: Ahead[int] = Ahead(Clock())
    for number in range(33):
        ahead.get(number, lambda number=number: number, 1.0)  # type: ignore[misc]
    assert ahead.get(0, lambda: -1, 1.0) == -1
    assert ahead.get(32, lambda: -1, 1.0) == 32


def asked(ahead: Ahead[str], make: Callable[[], str], threads: ThreadPoolExecutor) -> Future[str]:
    """Ask in another thread, which then waits."""
    return threads.submit(ahead.get, "a", make, 1.0)


def test_those_who_ask_at_once_share_the_making() -> None:
    """The value, or what went wrong."""
    ahead: Ahead[str] = Ahead(Clock())
    go, made = Event(), []

    def slowly() -> str:
        made.append(1)
        assert go.wait(30)
        raise Retryable("away")

    with ThreadPoolExecutor(5) as threads:
        waiting = [asked(ahead, slowly, threads) for _ in range(5)]
        eventually(lambda: all(each.running() for each in waiting))
        go.set()
        assert {str(each.exception()) for each in waiting} == {"away"}
    assert len(made) == 1


def test_one_that_leaves_takes_nothing_from_those_who_share() -> None:
    """Where the making is stopped because its client has left, another makes it."""
    ahead: Ahead[str] = Ahead(Clock())
    left, begun = Event(), Event()

    def leaves() -> str:
        stop = begin()
        begun.set()
        assert left.wait(30)
        stop.now()
        raise Retryable("Nobody waits for this any more.")

    with ThreadPoolExecutor(2) as threads:
        first = asked(ahead, leaves, threads)
        assert begun.wait(30)
        second = asked(ahead, lambda: "made by another", threads)
        eventually(second.running)
        left.set()
        assert second.result(30) == "made by another"
        assert isinstance(first.exception(), Retryable)
