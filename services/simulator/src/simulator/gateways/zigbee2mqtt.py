"""zigbee2mqtt: all of a device in one object, with `last_seen` in local time with offset."""

from collections.abc import Sequence
from zlib import crc32

import msgspec

from hdh.times import iso
from simulator.clock import ZONE
from simulator.gateways.reading import Reading
from simulator.house import Device, House, Kind
from simulator.message import Message

_NAMES = {
    "motion": "occupancy",
    "thermostat_temperature": "local_temperature",
    "temperature_setpoint": "current_heating_setpoint",
    "valve_position": "pi_heating_demand",
    "energy_total": "energy",
    "switch": "state",
}
_DAY_MS = 86_400_000
_LIFE = 640  # days that a battery lasts


def speak(house: House, device: Device, readings: Sequence[Reading]) -> list[Message]:
    """A message for each reading, `{"battery": 97, "last_seen": "2026-01-01T02:00:00+02:00", …}`."""
    topic = f"{house.project}/{house.id}/zigbee2mqtt/{device.id}"
    return [Message(r.time, topic, msgspec.json.encode(_payload(device, r), order="sorted")) for r in readings]


def _payload(device: Device, reading: Reading) -> dict[str, object]:
    salt = crc32(device.id.encode())
    payload: dict[str, object] = {_NAMES.get(name, name): value for name, value in reading.values.items()}
    payload["last_seen"] = iso(reading.clock, ZONE)
    payload["linkquality"] = 60 + (salt + reading.time // 60_000 * 7) % 130
    if device.kind is Kind.PLUG:
        payload["state"] = "ON" if payload["state"] else "OFF"
    else:
        age = (salt + reading.time // _DAY_MS) % _LIFE
        payload["battery"] = round(100 - 95 * age / _LIFE)
    return payload
