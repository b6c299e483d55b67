"""The air of a room, minute by minute: balances of heat, water and CO2."""

from dataclasses import dataclass

from simulator.house import Room, Use
from simulator.weather import Sky, saturation

OUTDOOR_CO2 = 421.0
_HEIGHT = 2.6  # m
_CAPACITY = 110_000.0  # J/K for each m² of floor: air, furniture and the walls' first centimetres
_AIR_HEAT = 0.335  # Wh/(m³ K)
_RECOVERY = 0.6  # of the heat of the air that ventilation throws out
_TOO_WARM = 1.5  # K above the set point
_HEATER = 75.0  # W for each m²
_SUN_GAIN = 0.17  # of the sun on level ground that comes through a window
_MIX = 0.8  # of a room's air changes with the rest of the house's in an hour
_BUFFER = 3.0  # walls and clothes take up and give back water as if the room were so much larger
_HOUR = 1.0 / 60.0  # one step


@dataclass(frozen=True, slots=True)
class Load:
    """What goes on in a room during a minute.

    Attributes:
        awake: people awake.
        asleep: people asleep.
        heat: W from appliances.
        steam: g/h of water from cooking and washing.
        window: whether the window is open.
        heated: whether the heating works.
    """

    awake: int = 0
    asleep: int = 0
    heat: float = 0.0
    steam: float = 0.0
    window: bool = False
    heated: bool = True


class Air:
    """The air of one room; `step` takes it one minute on.

    Attributes:
        temperature: °C.
        vapour: g/m³.
        co2: ppm.
        valve: how far the radiator's valve is open, 0 to 1.
    """

    __slots__ = ("_loss", "_room", "co2", "temperature", "valve", "vapour")

    def __init__(self, room: Room, loss: float) -> None:
        self._room = room
        self._loss = loss * room.area
        self.temperature = room.setpoint
        self.vapour = 7.0
        self.co2 = 600.0
        self.valve = 0.3

    @property
    def humidity(self) -> float:
        """Relative humidity, %."""
        return 100.0 * self.vapour / saturation(self.temperature)

    def step(self, sky: Sky, load: Load, house: tuple[float, float, float]) -> None:
        """One minute. `house` is the whole house's mean temperature, vapour and CO2, as doors stand open."""
        room = self._room
        volume = room.area * _HEIGHT
        wanted = min(1.0, max(0.0, 0.25 + 0.8 * (room.setpoint - self.temperature)))
        self.valve += (wanted - self.valve) * 0.08
        fan = 2.5 if room.use is Use.BATHROOM and load.steam > 0.0 else 0.45
        opened = 6.0 if load.window else 0.0
        # On a warm day the fan's heat exchanger is passed by.
        recovery = _RECOVERY if self.temperature < room.setpoint + _TOO_WARM else 0.0
        self._heat(sky, load, house[0], volume * (fan * (1.0 - recovery) + opened))
        change = fan + opened
        steam = (load.steam + 55.0 * load.awake + 40.0 * load.asleep) / volume
        drift = change * (sky.vapour - self.vapour) + _MIX * (house[1] - self.vapour) + steam
        self.vapour = min(self.vapour + _HOUR * drift / _BUFFER, 0.98 * saturation(self.temperature))
        breath = (0.019 * load.awake + 0.013 * load.asleep) / volume * 1e6
        self.co2 += _HOUR * (change * (OUTDOOR_CO2 - self.co2) + _MIX * (house[2] - self.co2) + breath)

    def _heat(self, sky: Sky, load: Load, house: float, outdoor_air: float) -> None:
        room = self._room
        people = 85.0 * load.awake + 70.0 * load.asleep
        radiator = self.valve * _HEATER * room.area if load.heated else 0.0
        gains = radiator + sky.sun * _SUN_GAIN * room.window + people + load.heat
        losses = (self._loss + _AIR_HEAT * outdoor_air) * (self.temperature - sky.temperature)
        mixing = _AIR_HEAT * 4.0 * room.area * _HEIGHT * (house - self.temperature)
        self.temperature += 60.0 * (gains - losses + mixing) / (_CAPACITY * room.area)
