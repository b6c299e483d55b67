"""What happens in a house now and then, so that its curves have something to tell; decided by seed, house and week."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from random import Random

from simulator.clock import HOUR, midnight
from simulator.house import Heating, House, Use

_FRIDAY, _SATURDAY = 4, 5
_WEEK = 7


class Plot(StrEnum):
    """What a story is about."""

    PARTY = "party"  # guests in the living room till after midnight
    WINDOW = "window"  # left open by the last one to leave the house
    NO_HEAT = "no_heat"  # the heat pump has failed and waits for somebody to notice


_CHANCE = {Plot.PARTY: 0.35, Plot.WINDOW: 0.4, Plot.NO_HEAT: 0.35}  # in a week


@dataclass(frozen=True, slots=True)
class Story:
    """A story, from one minute until before another (UTC minutes since 1970).

    Attributes:
        room: where; empty for the whole house.
        guests: who comes to a party.
    """

    plot: Plot
    start: int
    stop: int
    room: str = ""
    guests: int = 0


@lru_cache(maxsize=512)
def stories(house: House, seed: int, day: date) -> tuple[Story, ...]:
    """What happens in the local week around a day; it ends before the week does."""
    monday = day - timedelta(days=day.weekday())
    chance = Random(f"{seed}/{house.key}/{monday}/plot")
    # The same draws for every plot, so that a house that gains a heat pump keeps its parties.
    drawn = {plot: (chance.random() < often, chance.random(), chance.random()) for plot, often in _CHANCE.items()}
    return tuple(
        _TELL[plot](house, monday, when, how)
        for plot, (happens, when, how) in drawn.items()
        if happens and (plot is not Plot.NO_HEAT or house.heating in {Heating.AIR_PUMP, Heating.GROUND_PUMP})
    )


def _party(house: House, monday: date, when: float, how: float) -> Story:
    day = monday + timedelta(days=_FRIDAY if when < 0.5 else _SATURDAY)  # noqa: PLR2004 (even odds)
    start = midnight(day) + 18 * HOUR + 30 + round(60 * how)
    return Story(Plot.PARTY, start, start + 5 * HOUR + round(60 * when), _first(house, Use.LIVING), 5 + round(4 * how))


def _window(house: House, monday: date, when: float, how: float) -> Story:
    start = midnight(monday + timedelta(days=int(when * _SATURDAY))) + 8 * HOUR
    room = _first(house, Use.BEDROOM) if how < 0.5 else _first(house, Use.LIVING)  # noqa: PLR2004 (even odds)
    return Story(Plot.WINDOW, start, start + 2 * HOUR + round(3 * HOUR * how), room)


def _no_heat(_: House, monday: date, when: float, how: float) -> Story:
    start = midnight(monday + timedelta(days=int(when * (_WEEK - 1)))) + round((14 + 8 * how) * HOUR)
    return Story(Plot.NO_HEAT, start, start + round((6 + 5 * when) * HOUR))


def _first(house: House, use: Use) -> str:
    return next(room.id for room in house.rooms if room.use is use)


_TELL = {Plot.PARTY: _party, Plot.WINDOW: _window, Plot.NO_HEAT: _no_heat}
