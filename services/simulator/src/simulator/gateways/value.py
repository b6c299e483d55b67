"""A bare value on a topic of its own for each quantity; it carries no time, so it is as old as its arrival."""

from collections.abc import Sequence

from simulator.gateways.reading import Reading
from simulator.house import Device, House
from simulator.message import Message


def speak(house: House, device: Device, readings: Sequence[Reading]) -> list[Message]:
    """A message for each value, such as `21.4` on `…/living-room/thermometer/temperature`."""
    topic = f"{house.project}/{house.id}/{device.room}/{device.id}"
    return [
        Message(r.time, f"{topic}/{quantity}", str(value).lower().encode(), timed=False)
        for r in readings
        for quantity, value in r.values.items()
    ]
