"""The project's own convention: a JSON object with its time, or a list of them, on the device's topic."""

from collections.abc import Sequence

import msgspec

from hdh.times import iso
from simulator.gateways.reading import Reading
from simulator.house import Device, House
from simulator.message import Message


def _topic(house: House, device: Device) -> str:
    return f"{house.project}/{house.id}/{device.room}/{device.id}"


def speak_object(house: House, device: Device, readings: Sequence[Reading]) -> list[Message]:
    """A message for each reading, `{"time": 1767225600, "temperature": 21.4}`, in epoch seconds."""
    return [
        Message(r.time, _topic(house, device), msgspec.json.encode({"time": r.clock // 1000} | r.values))
        for r in readings
    ]


def speak_array(house: House, device: Device, readings: Sequence[Reading]) -> list[Message]:
    """One message for all, `[{"time": "2026-01-01T00:00:00Z", "temperature": 21.4}, …]`, in ISO 8601."""
    entries = [{"time": iso(r.clock)} | r.values for r in readings]
    return [Message(readings[-1].time, _topic(house, device), msgspec.json.encode(entries))]
