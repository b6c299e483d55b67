"""The stories of the simulator's houses: that they happen, and that their curves tell them."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import takewhile
from statistics import mean

import pytest

from simulator.clock import HOUR, midnight
from simulator.day import HEATING, SOLAR
from simulator.house import Heating, House
from simulator.houses import HOUSES
from simulator.meters import TOTAL, used
from simulator.state import HouseState
from simulator.story import Plot, Story, stories
from simulator.village import minutes
from simulator.weather import elevation

KOIVULA = HOUSES[0]
SEED = 1
WINTER = date(2026, 1, 12)


def told(plot: Plot, first: date = WINTER, houses: tuple[House, ...] = HOUSES) -> tuple[House, Story]:
    """The first story of a plot from a week on."""
    return next(
        (house, story)
        for week in range(52)
        for house in houses
        for story in stories(house, SEED, first + timedelta(weeks=week))
        if story.plot is plot
    )


def lived(house: House, start: int, stop: int) -> Iterator[HouseState]:
    """A house minute by minute."""
    for minute, states in takewhile(lambda found: found[0] < stop, minutes([house], SEED, start)):
        if minute >= start:
            yield states[0]


def test_a_story_lies_within_its_week() -> None:
    """Weeks are stepped on their own, so nothing may reach over their edge."""
    for week in range(52):
        monday = date(2026, 1, 5) + timedelta(weeks=week)
        for house in HOUSES:
            for story in stories(house, SEED, monday):
                assert midnight(monday) <= story.start < story.stop <= midnight(monday + timedelta(days=7))


def test_nearly_every_week_has_something_to_tell() -> None:
    """Who looks at the demo for a week sees something happen in one of the houses."""
    mondays = [date(2026, 1, 5) + timedelta(weeks=week) for week in range(52)]
    eventful = [monday for monday in mondays if any(stories(house, SEED, monday) for house in HOUSES)]
    assert len(eventful) >= 48


def test_a_story_is_the_same_whatever_day_of_the_week_is_asked() -> None:
    """It belongs to the week, not to the day."""
    week = [stories(KOIVULA, SEED, WINTER + timedelta(days=n)) for n in range(7)]
    assert week == [week[0]] * 7


def test_a_party_fills_the_room_with_co2() -> None:
    """Guests breathe: an hour into the party the air is twice as stale as before they came, and the room is warmer."""
    house, party = told(Plot.PARTY)
    found = list(lived(house, party.start - HOUR, party.start + 3 * HOUR))
    before, during = found[HOUR - 10], found[-1]
    assert during.rooms[party.room].co2 > 2 * before.rooms[party.room].co2
    assert during.rooms[party.room].co2 > 1500
    assert during.rooms[party.room].temperature > before.rooms[party.room].temperature
    assert during.watts["music"] == 90


def test_a_forgotten_window_cools_the_room() -> None:
    """Within two hours the room loses degrees, its air is as fresh as outside, and the valve opens in vain."""
    house, window = told(Plot.WINDOW)
    found = list(lived(house, window.start - 5, window.start + 2 * HOUR))
    before, after = found[0].rooms[window.room], found[-1].rooms[window.room]
    assert after.temperature < before.temperature - 2
    assert after.co2 < 500
    assert after.window
    assert after.valve == pytest.approx(1.0, abs=0.05)


def test_a_failed_heat_pump_leaves_the_house_cold() -> None:
    """It draws nothing, rooms lose degrees hour by hour, and after the repair they come back."""
    house, failure = told(Plot.NO_HEAT)
    found = list(lived(house, failure.start - 5, failure.stop + 4 * HOUR))

    def warmth(state: HouseState) -> float:
        return mean(room.temperature for room in state.rooms.values())

    assert {state.watts[HEATING] for state in found[5 : 5 + failure.stop - failure.start]} == {0}
    assert warmth(found[5 + failure.stop - failure.start]) < warmth(found[0]) - 2
    assert warmth(found[-1]) > warmth(found[5 + failure.stop - failure.start]) + 0.5
    assert found[-1].watts[HEATING] > 0


def test_only_heat_pumps_fail() -> None:
    """District heating and radiators on the mains know no such story."""
    pumps = {Heating.AIR_PUMP, Heating.GROUND_PUMP}
    for week in range(52):
        for house in HOUSES:
            plots = {story.plot for story in stories(house, SEED, WINTER + timedelta(weeks=week))}
            assert Plot.NO_HEAT not in plots or house.heating in pumps


def test_heating_takes_more_in_the_cold() -> None:
    """A January day takes several times what one in July does."""

    def day(first: date) -> int:
        return used(KOIVULA, SEED, first + timedelta(days=1))[HEATING] - used(KOIVULA, SEED, first)[HEATING]

    january, july = [sum(day(date(2026, month, n)) for n in range(10, 20)) for month in (1, 7)]
    assert january > 5 * july
    assert 100 < january / 60_000 < 500  # kWh in ten days


def test_panels_work_by_day_and_their_counter_adds_up() -> None:
    """Nothing at night; what is counted is the power summed up, and the house's own meter leaves it out."""
    start = midnight(date(2026, 6, 10))
    found = list(lived(KOIVULA, start, start + 24 * HOUR))
    assert all(state.watts[SOLAR] == 0 for state in found if elevation(state.minute) < -0.05)
    made = sum(state.watts[SOLAR] for state in found)
    assert found[-1].counted[SOLAR] - found[0].counted[SOLAR] == made - found[0].watts[SOLAR]
    assert 10 < made / 60_000 < 45  # kWh from 5 kW of panels on a day in June
    drawn = sum(state.watts[TOTAL] for state in found)
    assert found[-1].counted[TOTAL] - found[0].counted[TOTAL] == drawn - found[0].watts[TOTAL]
