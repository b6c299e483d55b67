"""All houses, week by week: what holds at a minute depends on the seed alone, not on where one began to look."""

from collections.abc import Iterator, Sequence

from simulator.clock import DAY, local, midnight, week_of
from simulator.house import House
from simulator.state import HouseState, Living
from simulator.weather import sky

_WARM_UP_DAYS = 3
"""Each week is begun anew so many days early; by then the rooms have forgotten how they were begun."""


def minutes(houses: Sequence[House], seed: int, start: int) -> Iterator[tuple[int, list[HouseState]]]:
    """The state of every house, minute after minute from the beginning of the week around `start`, without end.

    Every week is stepped from its own warm-up, so live and backfilled minutes are the same to the last bit.
    """
    begin, end = week_of(start)
    while True:
        yield from _week(houses, seed, begin, end)
        begin, end = week_of(end)


def _week(houses: Sequence[House], seed: int, begin: int, end: int) -> Iterator[tuple[int, list[HouseState]]]:
    first = midnight(local(begin - _WARM_UP_DAYS * DAY)[0])
    living = [Living(house, seed, first) for house in houses]
    for minute in range(first, end):
        weather = sky(seed, minute)
        states = [house.step(minute, weather) for house in living]
        if minute >= begin:
            yield minute, states
