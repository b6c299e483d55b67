"""What a device makes of a house's state: quantities of the catalogue, with a sensor's bias, noise and steps."""

from zlib import crc32

from simulator.day import HEATING, SOLAR
from simulator.house import Device, House, Kind
from simulator.meters import TOTAL, WATER
from simulator.noise import jitter
from simulator.state import HouseState

Values = dict[str, float | bool]
"""Quantity to value, in the catalogue's unit."""

KILOWATT_HOUR = 60_000.0  # watt-minutes
_PLUG_STANDBY = 0.6  # W


def measure(seed: int, house: House, device: Device, state: HouseState) -> Values:
    """All quantities that the device measures."""
    noise = _Noise(f"{seed}/{house.key}/{device.id}", state.minute)
    match device.kind:
        case Kind.METER:
            return _mains(state, noise)
        case Kind.WATER:
            return {"water_volume_total": round(state.counted.get(WATER, 0) / 1000.0, 3)}
        case Kind.PLUG:
            return _plug(device, state, noise)
        case Kind.HEAT_PUMP | Kind.SOLAR:
            return _plant(device, state)
        case Kind.WEATHER:
            return _outdoors(state, noise)
        case _:
            return _indoor(device, state, noise)


class _Noise:
    """What makes one sensor differ from the next, and one minute from another."""

    __slots__ = ("_key", "_minute")

    def __init__(self, key: str, minute: int) -> None:
        self._key = key
        self._minute = minute

    def __call__(self, what: str, size: float) -> float:
        return jitter(self._key + what, self._minute) * size

    def bias(self, what: str, size: float) -> float:
        return (crc32(f"{self._key}{what}".encode()) % 2001 / 1000.0 - 1.0) * size


def _indoor(device: Device, state: HouseState, noise: _Noise) -> Values:
    room = state.rooms[device.room]
    temperature = room.temperature + noise.bias("t", 0.25) + noise("t", 0.03)
    humidity = min(100.0, room.humidity + noise.bias("h", 1.5) + noise("h", 0.3))
    match device.kind:
        case Kind.CLIMATE:
            return {"temperature": round(temperature, 2), "humidity": round(humidity, 1)}
        case Kind.AIR:
            co2 = round(room.co2 + noise.bias("c", 15.0) + noise("c", 8.0))
            return {"temperature": round(temperature, 2), "humidity": round(humidity, 1), "co2": co2}
        case Kind.MOTION:
            return {"motion": room.motion, "illuminance": round(room.lux * (1.0 + noise("l", 0.03)))}
        case Kind.CONTACT:
            return {"contact": not room.window}
        case _:
            return {
                "thermostat_temperature": round(temperature + 4.0 * room.valve, 1),  # it hangs on the radiator
                "temperature_setpoint": room.setpoint,
                "valve_position": round(100.0 * room.valve),
            }


def _outdoors(state: HouseState, noise: _Noise) -> Values:
    sky = state.sky
    temperature, pressure = round(sky.temperature + noise("t", 0.1), 1), round(sky.pressure + noise("p", 0.1), 1)
    return {"outdoor_temperature": temperature, "pressure": pressure, "solar_irradiance": round(sky.sun)}


def _plant(device: Device, state: HouseState) -> Values:
    """A heat pump or solar panels; what flows into the house is negative, as at any meter that counts both ways."""
    if device.kind is Kind.HEAT_PUMP:
        energy = round(state.counted.get(HEATING, 0) / KILOWATT_HOUR, 3)
        return {"power": state.watts.get(HEATING, 0), "energy_total": energy}
    energy = round(state.counted.get(SOLAR, 0) / KILOWATT_HOUR, 3)
    return {"power": -state.watts.get(SOLAR, 0), "energy_export_total": energy}


def _mains(state: HouseState, noise: _Noise) -> Values:
    watts = state.watts[TOTAL]
    voltage = 231.5 + noise.bias("v", 2.0) + noise("v", 1.2) - watts / 2500.0
    return {
        "power": watts,
        "voltage": round(voltage, 1),
        "current": round(watts / (voltage * 0.95), 3),
        "energy_total": round(state.counted[TOTAL] / KILOWATT_HOUR, 3),
    }


def _plug(device: Device, state: HouseState, noise: _Noise) -> Values:
    watts = state.watts.get(device.appliance, 0)
    power = watts * (1.0 + noise("w", 0.04)) if watts else _PLUG_STANDBY
    voltage = 230.8 + noise("v", 1.5)
    return {
        "power": round(power, 1),
        "voltage": round(voltage, 1),
        "current": round(power / voltage, 3),
        "energy_total": round(state.counted.get(device.appliance, 0) / KILOWATT_HOUR, 3),
        "switch": True,
    }
