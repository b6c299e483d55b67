"""Tasmota: telemetry by sensor chip, with a local time that names no offset."""

from collections.abc import Sequence

import msgspec

from simulator.clock import DAY, local_text
from simulator.gateways.reading import Reading
from simulator.house import Device, House, Kind
from simulator.message import Message

_STATE_EVERY = 10  # minutes
_INSTALLED = "2026-01-01T00:00:00"


def speak(house: House, device: Device, readings: Sequence[Reading]) -> list[Message]:
    """`tele/<device>/SENSOR` for each reading, and `tele/<device>/STATE` now and then."""
    messages = []
    salt = house.salt(device)
    base = f"{house.project}/{house.id}/tele/{device.id}"
    for reading in readings:
        written = local_text(reading.clock // 60_000, reading.clock // 1000 % 60)
        messages.append(Message(reading.time, f"{base}/SENSOR", msgspec.json.encode(_sensor(device, reading, written))))
        if (reading.time // 60_000 + salt) % _STATE_EVERY == 0:
            state = msgspec.json.encode(_state(device, reading, written, salt))
            messages.append(Message(reading.time, f"{base}/STATE", state))
    return messages


def _sensor(device: Device, reading: Reading, written: str) -> dict[str, object]:
    values = reading.values
    if device.kind in {Kind.METER, Kind.PLUG}:
        energy = {
            "TotalStartTime": _INSTALLED,
            "Total": values["energy_total"],
            "Yesterday": reading.yesterday,
            "Today": reading.since_midnight,
            "Power": round(values["power"]),
            "Voltage": round(values["voltage"]),
            "Current": values["current"],
        }
        return {"Time": written, "ENERGY": energy}
    climate = {"Temperature": values["temperature"], "Humidity": values["humidity"]}
    chips: dict[str, object] = {"SHT4X": climate}
    if "co2" in values:
        chips = {"SCD40": {"CarbonDioxide": values["co2"], **climate}}
    return {"Time": written, **chips, "TempUnit": "C"}


def _state(device: Device, reading: Reading, written: str, salt: int) -> dict[str, object]:
    minutes = reading.time // 60_000 + salt % 9000
    # Restarted by an update every thirty days.
    seconds = minutes % (30 * DAY) * 60
    days, rest = divmod(seconds, 86_400)
    signal = -52 - minutes * 13 % 17
    state: dict[str, object] = {
        "Time": written,
        "Uptime": f"{days}T{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}",
        "UptimeSec": seconds,
    }
    if device.kind is Kind.PLUG:
        state["POWER"] = "ON"
    return state | {"Wifi": {"RSSI": min(100, 2 * (signal + 100)), "Signal": signal}}
