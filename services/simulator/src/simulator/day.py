"""A day of a household: who is where, what runs, which windows are open. Planned ahead, from seed and date alone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from itertools import chain
from operator import itemgetter
from random import Random

from simulator.clock import DAY, HOUR, midnight
from simulator.heating import drawn
from simulator.house import Habit, House, Person, Use
from simulator.solar import made
from simulator.story import Plot, Story, stories
from simulator.weather import elevation, sky

AWAY = ""
HEATING = "heating"
SOLAR = "solar"
NOON = 12 * HOUR
AFTERNOON = 15 * HOUR
EVENING = 17 * HOUR
_SATURDAY = 5
_LAMP = 24
_DARK = 0.07  # the sine of the sun's height below which one lights a lamp
_WARM, _COLD = 21.0, 5.0  # °C outside: windows stay open, or are soon closed again
# How likely somebody does so on a day.
_SHOWER, _SPORT, _STAY_IN, _DISHES = 0.7, 0.25, 0.35, 0.55
_STUFFY = 200  # minutes until guests open a window
_FRIDGE_WATTS, _FRIDGE_CYCLE, _FRIDGE_ON = 85, 45, 15


@dataclass(frozen=True, slots=True)
class Stay:
    """Somebody is in a room (AWAY: not at home) for a while; times are local minutes of the day."""

    room: str
    start: int
    stop: int
    asleep: bool = False


@dataclass(frozen=True, slots=True)
class Run:
    """Something runs: a kettle, a shower, a lamp.

    Attributes:
        name: what it is.
        room: where.
        start: local minute of the day.
        stop: exclusive.
        watts: electric power.
        steam: water that it gives to the air, g/h.
        litres: water that it draws, a minute.
    """

    name: str
    room: str
    start: int
    stop: int
    watts: int = 0
    steam: float = 0.0
    litres: int = 0


@dataclass(slots=True)
class Day:
    """The plan of one local day.

    Attributes:
        stays: where each person is, without gaps from 0:00 to 24:00.
        runs: what runs.
        airings: which windows are open, as stays of nobody.
        production: what solar panels make, as runs.
        failures: when the heating has failed, as stays of nobody in no room.
    """

    stays: list[Stay] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    airings: list[Stay] = field(default_factory=list)
    production: list[Run] = field(default_factory=list)
    failures: list[Stay] = field(default_factory=list)


def fridge(of_day: int) -> int:
    """Watts of the fridge, whose compressor runs a third of the time."""
    return _FRIDGE_WATTS if of_day % _FRIDGE_CYCLE < _FRIDGE_ON else 0


def standby(house: House) -> int:
    """Watts of what never sleeps: router, ventilation, chargers."""
    return 45 + 9 * len(house.rooms)


def changes(planned: Day) -> set[int]:
    """The minutes at which something begins or ends, the fridge's compressor included."""
    lists: tuple[Sequence[Stay | Run], ...] = (
        planned.stays,
        planned.runs,
        planned.airings,
        planned.production,
        planned.failures,
    )
    spans = list(chain.from_iterable(lists))
    edges = {span.start for span in spans} | {span.stop for span in spans}
    cycle = range(0, DAY, _FRIDGE_CYCLE)
    return edges | set(cycle) | {start + _FRIDGE_ON for start in cycle}


@lru_cache(maxsize=64)
def plan(house: House, seed: int, day: date) -> Day:
    """The household's day."""
    chance = Random(f"{seed}/{house.key}/{day}")
    planned = Day()
    for person in house.people:
        planned.stays += _person(house, person, day, chance)
    planned.runs += _chores(house, planned, day, chance)
    planned.airings += _airings(house, seed, day, chance)
    for story in stories(house, seed, day):
        _tell(story, planned, day)
    planned.runs += _lamps(house, planned, day)
    planned.runs += _heating(house, seed, planned, day)
    planned.production += [Run(SOLAR, AWAY, start, stop, watts) for start, stop, watts in made(house, seed, day)]
    return planned


def _tell(story: Story, planned: Day, day: date) -> None:
    """What a story changes in the plan of a day; one that lasts over midnight changes two."""
    first = midnight(day)
    start, stop = max(0, story.start - first), min(DAY, story.stop - first)
    if start >= stop:
        return
    match story.plot:
        case Plot.PARTY:
            planned.stays += [Stay(story.room, start, stop)] * story.guests
            planned.runs.append(Run("music", story.room, start, stop, 90))
            if start + _STUFFY < stop:
                planned.airings.append(Stay(story.room, start + _STUFFY, start + _STUFFY + 12))
        case Plot.WINDOW:
            planned.airings.append(Stay(story.room, start, stop))
        case Plot.NO_HEAT:
            planned.failures.append(Stay(AWAY, start, stop))


def _heating(house: House, seed: int, planned: Day, day: date) -> Iterator[Run]:
    for start, stop, watts in drawn(house, seed, day):
        # A cycle that a failure would cut short is not begun.
        if not any(failure.start < stop and start < failure.stop for failure in planned.failures):
            yield Run(HEATING, AWAY, start, stop, watts)


def _around(chance: Random, minute: float, spread: float) -> int:
    return round(chance.gauss(minute, spread))


def _room(house: House, use: Use) -> str:
    found = [room.id for room in house.rooms if room.use is use]
    return found[0] if found else next(room.id for room in house.rooms if room.use is Use.LIVING)


def _person(house: House, person: Person, day: date, chance: Random) -> list[Stay]:
    weekend = day.weekday() >= _SATURDAY
    wake = _around(chance, 8.6 * HOUR, 35) if weekend else _around(chance, 6.5 * HOUR, 12)
    late = HOUR if weekend or day.weekday() == _SATURDAY - 1 else 0
    bed = _around(chance, 22.4 * HOUR - (HOUR if person.habit is Habit.SCHOOL else 0) + late, 18)
    kitchen, living, bathroom = (_room(house, use) for use in (Use.KITCHEN, Use.LIVING, Use.BATHROOM))
    washing = chance.randint(8, 16)
    breakfast = wake + washing + chance.randint(15, 35)
    marks = [(0, person.bedroom), (wake, bathroom), (wake + washing, kitchen), (breakfast, living)]
    marks += _outing(chance) if weekend else _working_day(house, person, breakfast, chance)
    supper = _around(chance, 17.3 * HOUR, 15)
    marks += [(supper, kitchen), (supper + chance.randint(30, 50), living)]
    if chance.random() < _SPORT:
        marks += [(19 * HOUR, AWAY), (_around(chance, 20.4 * HOUR, 10), living)]
    marks += [(bed - 12, bathroom), (bed, person.bedroom)]
    # A later plan begins where an earlier one would overrun it.
    ordered = sorted(((min(max(minute, 0), DAY - 1), room) for minute, room in marks), key=itemgetter(0))
    stops = [minute for minute, _ in ordered[1:]] + [DAY]
    return [
        Stay(room, start, stop, asleep=stop <= wake or start >= bed)
        for (start, room), stop in zip(ordered, stops, strict=True)
        if stop > start
    ]


def _outing(chance: Random) -> list[tuple[int, str]]:
    if chance.random() < _STAY_IN:
        return []
    leave = _around(chance, 12 * HOUR, 40)
    return [(leave, AWAY), (leave + chance.randint(80, 220), "living")]


def _working_day(house: House, person: Person, breakfast: int, chance: Random) -> list[tuple[int, str]]:
    living = _room(house, Use.LIVING)
    if person.habit is Habit.HOME:
        study = _room(house, Use.STUDY)
        lunch = _around(chance, 11.8 * HOUR, 12)
        return [(8 * HOUR + 20, study), (lunch, _room(house, Use.KITCHEN)), (lunch + 35, study), (16 * HOUR, living)]
    back = 14.2 if person.habit is Habit.SCHOOL else 16.3
    return [(breakfast + chance.randint(3, 12), AWAY), (_around(chance, back * HOUR, 16), living)]


def _chores(house: House, planned: Day, day: date, chance: Random) -> Iterator[Run]:
    kitchen, bathroom, living = (_room(house, use) for use in (Use.KITCHEN, Use.BATHROOM, Use.LIVING))
    for stay in planned.stays:
        if stay.room == kitchen:
            yield _run("kettle", kitchen, stay.start + 2, 4, 1900, 120.0, 1)
        if stay.room == bathroom and stay.start < NOON and chance.random() < _SHOWER:
            yield _run("shower", bathroom, stay.start + 2, 7, 0, 1900.0, 8)
    # One cooks for all, and all watch the same screen.
    if cooking := [stay.start for stay in planned.stays if stay.room == kitchen and stay.start > AFTERNOON]:
        yield _run("stove", kitchen, min(cooking) - 20, 35, chance.randint(900, 1700), 700.0)
    if evening := [stay for stay in planned.stays if stay.room == living and stay.start > EVENING]:
        longest = max(evening, key=lambda stay: stay.stop - stay.start)
        yield _run("tv", living, longest.start + 15, longest.stop - longest.start - 15, 110)
    if chance.random() < _DISHES:
        yield _run("dishwasher", kitchen, _around(chance, 19.2 * HOUR, 30), 90, 620, 40.0)
    if chance.random() < (0.6 if day.weekday() >= _SATURDAY else 0.2):
        yield _run("washing_machine", bathroom, _around(chance, 10.5 * HOUR, 60), 75, 480, 60.0)
    if day.weekday() == _SATURDAY:
        yield _run("sauna", bathroom, _around(chance, 18.5 * HOUR, 20), 80, 6000, 2600.0, 1)


def _run(name: str, room: str, start: int, minutes: int, watts: int, steam: float = 0.0, litres: int = 0) -> Run:  # noqa: PLR0913, PLR0917 (a row of a table)
    start = min(max(start, 0), DAY - 1)
    return Run(name, room, start, max(start, min(start + minutes, DAY)), watts, steam, litres)


@lru_cache(maxsize=1024)
def _daylight(day: date) -> tuple[int, int]:
    first = midnight(day)
    light = [of_day for of_day in range(0, DAY, 10) if elevation(first + of_day) > _DARK]
    return (light[0], light[-1]) if light else (DAY, DAY)


def _lamps(house: House, planned: Day, day: date) -> Iterator[Run]:
    morning, evening = _daylight(day)
    for room in house.rooms:
        lit: list[tuple[int, int]] = []
        for stay in planned.stays:
            if stay.room == room.id and not stay.asleep:
                lit += [(stay.start, min(stay.stop, morning)), (max(stay.start, evening), stay.stop)]
        reached = 0
        for start, stop in sorted(lit):
            begin = max(start, reached)
            if stop > begin:
                yield Run("lamp", room.id, begin, stop, _LAMP)
                reached = stop


def _airings(house: House, seed: int, day: date, chance: Random) -> Iterator[Stay]:
    warm = sky(seed, midnight(day) + 14 * HOUR).temperature
    for room in house.rooms:
        if room.window <= 0.0:
            continue
        if warm > _WARM:
            start = _around(chance, 19 * HOUR, 30)
            yield Stay(room.id, start, min(DAY, start + 200))
        elif chance.random() < (0.6 if room.use is Use.BEDROOM else 0.2):
            start = _around(chance, 8 * HOUR, 50)
            yield Stay(room.id, start, start + chance.randint(5, 12 if warm < _COLD else 40))
