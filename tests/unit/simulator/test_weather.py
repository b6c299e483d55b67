"""The weather of the simulator."""

from itertools import pairwise
from statistics import mean

import pytest

from hdh.times import from_iso
from simulator.weather import elevation, saturation, sky

HOUR = 60


def minute(text: str) -> int:
    """Minutes since 1970."""
    return from_iso(text) // 60_000


def month(year_month: str) -> list[float]:
    """A month's temperatures, hour by hour."""
    first = minute(f"{year_month}-01T00:00:00Z")
    return [sky(1, first + n * HOUR).temperature for n in range(28 * 24)]


def test_saturation_of_room_air() -> None:
    """Air of 20 °C at 50 % holds 8.62 g/m³."""
    assert saturation(20.0) / 2 == pytest.approx(8.62, abs=0.03)


def test_midsummer_sun_stands_high_and_midwinter_sun_low() -> None:
    """At 60.2° north the sun's height at noon is 53.2° and 6.4°."""
    assert elevation(minute("2026-06-21T10:20:00Z")) == pytest.approx(0.801, abs=0.01)
    assert elevation(minute("2026-12-21T10:20:00Z")) == pytest.approx(0.111, abs=0.01)
    assert elevation(minute("2026-12-21T22:20:00Z")) < 0


def test_winter_is_cold_and_summer_warm() -> None:
    """Monthly means are those of southern Finland, give or take a front."""
    assert -12 < mean(month("2026-01")) < 1
    assert 13 < mean(month("2026-07")) < 22


def test_weather_changes_slowly() -> None:
    """From one minute to the next the temperature moves by hundredths."""
    first = minute("2026-03-01T00:00:00Z")
    found = [sky(1, first + n).temperature for n in range(3 * 24 * HOUR)]
    assert max(abs(b - a) for a, b in pairwise(found)) < 0.1


def test_air_is_never_oversaturated() -> None:
    """Relative humidity stays a percentage all year."""
    first = minute("2026-01-01T00:00:00Z")
    assert all(0 < sky(1, first + n * 3 * HOUR).humidity <= 100 for n in range(365 * 8))
