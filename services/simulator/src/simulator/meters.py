"""Counters: what a house has used from the day its meters were set to zero; exact, in whole watt-minutes and litres."""

from collections import Counter
from datetime import date, timedelta
from functools import lru_cache

from simulator.clock import DAY, HOUR, midnight
from simulator.day import fridge, plan, standby
from simulator.house import House

INSTALLED = date(2026, 1, 1)
"""When the meters stood at zero; before that day they stay there."""

TOTAL = "total"
WATER = "water"
_CHANGE = (3 * HOUR, 4 * HOUR)  # the local hour that the change of the clocks skips or repeats


@lru_cache(maxsize=64)
def used(house: House, seed: int, day: date) -> Counter[str]:
    """What stood on the meters when a local day began: watt-minutes by appliance, in TOTAL, of SOLAR; litres in WATER.

    The answer is shared: copy it before you count on.
    """
    total: Counter[str] = Counter()
    month = INSTALLED
    while (following := _next_month(month)) <= day:
        total += _month(house, seed, month)
        month = following
    while month < day:
        total += _day(house, seed, month)
        month += timedelta(days=1)
    return total


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


@lru_cache(maxsize=2048)
def _month(house: House, seed: int, first: date) -> Counter[str]:
    total: Counter[str] = Counter()
    day = first
    while day < _next_month(first):
        total += _day(house, seed, day)
        day += timedelta(days=1)
    return total


def _day(house: House, seed: int, day: date) -> Counter[str]:
    minutes = midnight(day + timedelta(days=1)) - midnight(day)
    total = _between(house, seed, day, 0, DAY)
    if minutes < DAY:
        total.subtract(_between(house, seed, day, *_CHANGE))
    elif minutes > DAY:
        total.update(_between(house, seed, day, *_CHANGE))
    return total


def _between(house: House, seed: int, day: date, start: int, stop: int) -> Counter[str]:
    total: Counter[str] = Counter()
    total[TOTAL] = sum(map(fridge, range(start, stop))) + standby(house) * (stop - start)
    planned = plan(house, seed, day)
    for run in planned.production:
        total[run.name] += run.watts * max(0, min(run.stop, stop) - max(run.start, start))
    for run in planned.runs:
        minutes = max(0, min(run.stop, stop) - max(run.start, start))
        total[run.name] += run.watts * minutes
        total[TOTAL] += run.watts * minutes
        total[WATER] += run.litres * minutes
    return total
