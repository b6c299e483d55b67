"""The real flat: three months of measurements that are not part of the project, read where they lie."""

import os
from dataclasses import dataclass
from pathlib import Path

import pytest

READINGS = 285_954
ZONE = "Europe/Berlin"

# The file's quantity, the device that measures it, and the catalogue's name.
_QUANTITIES = {
    "Temperature": ("air", "temperature"),
    "Humidity": ("air", "humidity"),
    "Brightness": ("light", "illuminance"),
    "SetpointHistory": ("thermostat", "temperature_setpoint"),
    "ThermostatTemperature": ("thermostat", "thermostat_temperature"),
    "left_ThermostatTemperature": ("thermostat-left", "thermostat_temperature"),
    "right_ThermostatTemperature": ("thermostat-right", "thermostat_temperature"),
    "Virtual_OutdoorTemperature": ("weather", "outdoor_temperature"),
    "OutdoorTemperature": ("balcony", "outdoor_temperature"),
}


@dataclass(frozen=True)
class FlatSeries:
    """One file: where it belongs, its times (epoch ms) and values, and the values as the file spells them."""

    room: str
    device: str
    quantity: str
    times: list[int]
    values: list[float]
    spelled: list[str]


def folder() -> Path:
    """Where the measurements lie: HDH_TEST_DATA, or `shared/data` beside the checkout; skips where they are not."""
    beside = Path(__file__).parents[3] / "shared" / "data"
    found = Path(os.environ.get("HDH_TEST_DATA", beside)) / "open-smart-home" / "Measurements"
    if not found.is_dir():
        pytest.skip(f"not run: the real flat is not there ({found}); name its folder by HDH_TEST_DATA")
    return found


def load() -> list[FlatSeries]:
    """All series, sorted as the API sorts them."""
    series = []
    for path in sorted(folder().glob("*.csv")):
        room, _, name = path.stem.partition("_")
        device, quantity = _QUANTITIES[name]
        rows = [line.split("\t") for line in path.read_text().splitlines()]
        series.append(
            FlatSeries(
                room.lower(),
                device,
                quantity,
                [int(time) * 1000 for time, _ in rows],
                [float(value) for _, value in rows],
                [value for _, value in rows],
            )
        )
    return sorted(series, key=lambda s: (s.room, s.device, s.quantity))
