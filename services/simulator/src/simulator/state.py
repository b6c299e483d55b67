"""A house minute by minute: its plan of the day run through the balances of its rooms, its meters counting."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date

from simulator.climate import Air, Load
from simulator.clock import local
from simulator.day import AWAY, SOLAR, Day, Run, Stay, changes, fridge, plan, standby
from simulator.house import House, Room, Use
from simulator.meters import TOTAL, WATER, used
from simulator.noise import jitter
from simulator.weather import Sky

_HEAT_SHARE = {"sauna": 0.25, "stove": 0.45, "shower": 0.0, "dishwasher": 0.4, "washing_machine": 0.3}
"""How much of an appliance's power warms its room; the rest leaves by the drain or the fan."""

_LAMP_LUX = 170.0
_SEEN = -0.5  # of a jitter between -1 and 1: three minutes of four
_MOTION_HOLD = 2  # minutes that a motion sensor stays on


@dataclass(slots=True)
class RoomState:
    """What can be measured in a room: see `climate.Air`; `lux` is its illuminance, `setpoint` its thermostat's."""

    temperature: float
    humidity: float
    co2: float
    valve: float
    lux: float
    motion: bool
    window: bool
    setpoint: float


@dataclass(slots=True)
class HouseState:
    """What can be measured in a house at a minute.

    Attributes:
        minute: UTC minutes since 1970.
        sky: the weather above.
        rooms: by id.
        watts: by appliance, in TOTAL what all of them draw, and what SOLAR makes.
        counted: watt-minutes by the same names, litres in WATER, since the meters were installed.
    """

    minute: int
    sky: Sky
    rooms: dict[str, RoomState]
    watts: dict[str, int]
    counted: dict[str, int]


@dataclass(slots=True)
class _Now:
    """What of the plan holds during one minute, gathered by room."""

    loads: dict[str, Load] = field(default_factory=dict)
    lit: set[str] = field(default_factory=set)
    watts: Counter[str] = field(default_factory=Counter)
    litres: int = 0


class Living:
    """A house that is lived in; `step` takes it one minute on."""

    def __init__(self, house: House, seed: int, minute: int) -> None:
        self.house = house
        self._seed = seed
        self._air = {room.id: Air(room, house.loss) for room in house.rooms}
        self._counted = Counter(used(house, seed, local(minute)[0]))
        self._moved: dict[str, int] = defaultdict(lambda: -_MOTION_HOLD)
        self._today: date | None = None
        self._plan = Day()
        self._changes: set[int] = set()
        self._now = _Now()
        self._expected = -1

    def step(self, minute: int, sky: Sky) -> HouseState:
        """The house during a minute; minutes come one after the other, the first at a local midnight."""
        now = self._at(*local(minute))
        airs = self._air.values()
        mean = tuple(
            sum(values) / len(self._air)
            for values in zip(*((a.temperature, a.vapour, a.co2) for a in airs), strict=True)
        )
        for room, air in self._air.items():
            air.step(sky, now.loads[room], (mean[0], mean[1], mean[2]))
        self._count(now)
        rooms = {room.id: self._room(room, minute, sky, now) for room in self.house.rooms}
        return HouseState(minute, sky, rooms, now.watts, dict(self._counted))

    def _at(self, today: date, of_day: int) -> _Now:
        if today != self._today:
            self._today, self._plan = today, plan(self.house, self._seed, today)
            self._changes = changes(self._plan)
        # When the clocks change, a minute does not follow the one before.
        if of_day in self._changes or of_day != self._expected:
            self._now = self._gather(of_day)
        self._expected = of_day + 1
        return self._now

    def _gather(self, of_day: int) -> _Now:
        now = _Now()
        stays: dict[str, list[Stay]] = defaultdict(list)
        runs: dict[str, list[Run]] = defaultdict(list)
        for stay in self._plan.stays:
            if stay.start <= of_day < stay.stop and stay.room != AWAY:
                stays[stay.room].append(stay)
        for run in self._plan.runs:
            if run.start <= of_day < run.stop:
                runs[run.room].append(run)
                now.watts[run.name] += run.watts
                now.litres += run.litres
        now.watts[TOTAL] = sum(now.watts.values()) + standby(self.house) + fridge(of_day)
        now.watts[SOLAR] = sum(run.watts for run in self._plan.production if run.start <= of_day < run.stop)
        heated = not any(failure.start <= of_day < failure.stop for failure in self._plan.failures)
        opened = {airing.room for airing in self._plan.airings if airing.start <= of_day < airing.stop}
        for room in self.house.rooms:
            heat = sum(run.watts * _HEAT_SHARE.get(run.name, 0.8) for run in runs[room.id])
            if room.use is Use.KITCHEN:
                heat += fridge(of_day)
            asleep = sum(stay.asleep for stay in stays[room.id])
            steam = sum(run.steam for run in runs[room.id])
            awake = len(stays[room.id]) - asleep
            now.loads[room.id] = Load(awake, asleep, heat, steam, room.id in opened, heated)
            if any(run.name == "lamp" for run in runs[room.id]):
                now.lit.add(room.id)
        return now

    def _count(self, now: _Now) -> None:
        for name, watts in now.watts.items():
            self._counted[name] += watts
        self._counted[WATER] += now.litres

    def _room(self, room: Room, minute: int, sky: Sky, now: _Now) -> RoomState:
        air, load = self._air[room.id], now.loads[room.id]
        # Who sits still is not seen every minute.
        if load.awake and jitter(f"{self._seed}/{self.house.key}/{room.id}/motion", minute) > _SEEN:
            self._moved[room.id] = minute
        lux = sky.lux * 0.05 * room.window / room.area + (_LAMP_LUX if room.id in now.lit else 0.0)
        motion = minute - self._moved[room.id] < _MOTION_HOLD
        return RoomState(air.temperature, air.humidity, air.co2, air.valve, lux, motion, load.window, room.setpoint)
