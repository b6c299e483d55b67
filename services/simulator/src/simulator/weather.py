"""The weather of southern Finland by season, hour and chance; all houses lie under the same sky."""

import math
from dataclasses import dataclass

from simulator.clock import DAY, HOUR
from simulator.noise import smooth

_LATITUDE = math.radians(60.2)
_LONGITUDE_MINUTES = 24.9 * 4  # the sun's noon comes four minutes earlier for each degree east
_YEAR = 365.2422 * DAY


@dataclass(frozen=True, slots=True)
class Sky:
    """The weather of one minute.

    Attributes:
        temperature: °C.
        humidity: relative, %.
        vapour: water in the air, g/m³.
        pressure: hPa.
        sun: irradiance on level ground, W/m².
        lux: illuminance on level ground.
    """

    temperature: float
    humidity: float
    vapour: float
    pressure: float
    sun: float
    lux: float


def saturation(temperature: float) -> float:
    """The water that air of this temperature (°C) can hold, g/m³ (Magnus)."""
    pressure = 6.112 * math.exp(17.62 * temperature / (243.12 + temperature))
    return 216.679 * pressure / (temperature + 273.15)


def elevation(minute: int) -> float:
    """The sine of the sun's height above the horizon; negative at night."""
    turn = 2.0 * math.pi * (minute % _YEAR) / _YEAR
    declination = -0.4093 * math.cos(turn + 2.0 * math.pi * 10.0 / 365.0)
    hour_angle = 2.0 * math.pi * ((minute + _LONGITUDE_MINUTES) % DAY) / DAY - math.pi
    return math.sin(_LATITUDE) * math.sin(declination) + math.cos(_LATITUDE) * math.cos(declination) * math.cos(
        hour_angle
    )


def cloud(seed: int, minute: int) -> float:
    """How much of the sky is covered, 0 to 1: fronts of a day and a half, and gaps of hours between."""
    cover = 0.55 + 0.5 * smooth(f"{seed}/front", minute / (36 * HOUR)) + 0.35 * smooth(f"{seed}/gap", minute / 200.0)
    return min(1.0, max(0.0, cover))


def sky(seed: int, minute: int) -> Sky:
    """The weather of a minute (UTC minutes since 1970)."""
    season = -math.cos(2.0 * math.pi * ((minute % _YEAR) / _YEAR - 25.0 / 365.0))  # coldest around 25 January
    height = elevation(minute)
    cover = cloud(seed, minute)
    # Days are warmest some three hours after the sun is highest, more so under a clear sky in summer.
    warmth = max(0.0, elevation(minute - 3 * HOUR)) * (10.5 - 6.0 * cover)
    fronts = (5.5 - 2.0 * season) * smooth(f"{seed}/air", minute / (70 * HOUR)) + 1.2 * smooth(
        f"{seed}/breeze", minute / (9 * HOUR)
    )
    clear_night = (1.0 - cover) * (2.5 if height < 0.0 else 0.0) * min(1.0, max(0.0, -height) * 6.0)
    temperature = 4.8 + 10.2 * season + fronts + warmth - clear_night
    humidity = min(99.0, max(35.0, 82.0 - 8.0 * season - 26.0 * max(0.0, height) * (1.2 - cover) + 9.0 * cover))
    sun = max(0.0, height) ** 1.15 * 1000.0 * (1.0 - 0.78 * cover**2)
    return Sky(
        temperature=temperature,
        humidity=humidity,
        vapour=saturation(temperature) * humidity / 100.0,
        pressure=1012.0 + 17.0 * smooth(f"{seed}/pressure", minute / (60 * HOUR)) - 3.0 * cover,
        sun=sun,
        lux=sun * 115.0 + max(0.0, min(1.0, (height + 0.1) * 10.0)) * 400.0 * (1.0 - 0.6 * cover),
    )
