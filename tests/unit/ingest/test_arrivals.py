"""When the pipeline is told of what was journaled."""

from threading import Event

import pytest

from ingest.arrivals import Arrivals


class World:
    """Arrivals whose clock is set by hand."""

    def __init__(self) -> None:
        self.now = 100.0
        self.appended = Event()
        self.arrivals = Arrivals(self.appended, lambda: self.now)

    def add(self, messages: int = 1) -> bool:
        """Journal these; whether the pipeline was told of them when the receiver rested."""
        self.arrivals.add(messages)
        self.arrivals.rest(5.0)
        return self.told()

    def told(self) -> bool:
        """Whether the pipeline was told of something since the last time."""
        told = self.appended.is_set()
        self.appended.clear()
        return told


@pytest.fixture
def world() -> World:
    """Arrivals of which none has come yet."""
    return World()


def test_what_comes_after_a_pause_is_told_at_once(world: World) -> None:
    """The first message, and any that comes 1.25 s or more after the last that was told."""
    assert world.add()
    world.now += 1.25
    assert world.add()


def test_what_comes_soon_goes_along_with_the_next(world: World) -> None:
    """Messages 0.6 s apart go by threes."""
    told = []
    for _ in range(7):
        told.append(world.add())
        world.now += 0.6
    assert told == [True, False, False, True, False, False, True]


def test_nothing_is_held_back_for_more_than_a_second_and_a_quarter(world: World) -> None:
    """Counted from the first that is held back; those after it do not put it off."""
    world.add()
    assert world.arrivals.rest(5.0) == 5.0
    world.now += 0.25
    assert not world.add()
    assert world.arrivals.rest(5.0) == 1.25
    assert world.arrivals.rest(0.5) == 0.5
    world.now += 0.5
    assert not world.add()
    assert world.arrivals.rest(5.0) == 0.75
    assert not world.told()
    world.now += 0.75
    assert world.arrivals.rest(5.0) == 5.0
    assert world.told()
    assert not world.add()


def test_enough_for_a_pass_is_told_at_once(world: World) -> None:
    """Sixteen messages, however many at a time."""
    world.add()
    assert [world.add(5) for _ in range(4)] == [False, False, False, True]
    assert not world.add(15)
    assert world.add()


def test_what_is_held_back_can_be_told_before_its_time(world: World) -> None:
    """As when the connection ends; nothing is told where nothing is held back."""
    world.add()
    world.add()
    world.arrivals.tell()
    assert world.told()
    world.arrivals.tell()
    assert not world.told()
