"""What the panels on a roof make of the sun."""

from collections.abc import Iterator
from datetime import date, timedelta

from simulator.clock import midnight
from simulator.house import House
from simulator.weather import Sky, elevation, sky

_STEP = 10
"""Minutes for which an inverter tells one mean power."""

_LOSSES = 0.86  # what inverter, cables and dirt leave
_PER_KELVIN = 0.004  # of its power a cell loses for each K above 25 °C
_CELL = 0.03  # K that a cell is warmer than the air for each W/m²


def made(house: House, seed: int, day: date) -> Iterator[tuple[int, int, int]]:
    """The power of a local day: start and stop as local minutes, and the watts meanwhile; nothing at night."""
    if not house.panels:
        return
    first, last = midnight(day), midnight(day + timedelta(days=1))
    for of_day in range(0, last - first, _STEP):
        if elevation(first + of_day) > 0.0 and (watts := _watts(house, sky(seed, first + of_day))):
            yield of_day, of_day + _STEP, watts


def _watts(house: House, sky: Sky) -> int:
    hot = sky.temperature + _CELL * sky.sun - 25.0
    return max(0, round(house.panels * sky.sun * _LOSSES * (1.0 - _PER_KELVIN * hot)))
