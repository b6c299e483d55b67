"""The messages of the ingest bench: what devices of four conventions send, by number; each becomes readings of its own.

Every message holds one `temperature`, so that counting that quantity counts messages.
"""

import json
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

PROJECT = "toe"
DEVICES = 200
_PERIOD_MS = 10_000
_DAY_MS = 86_400_000

Message = tuple[str, bytes]


def start_of_times() -> int:
    """The time of the first messages, epoch ms: three days ago, at a full day."""
    return (time.time_ns() // 1_000_000 // _DAY_MS - 3) * _DAY_MS


def native(number: int, start: int) -> Message:
    """Five values of one measurement with a time in milliseconds."""
    device, stamp = _device_and_time(number, start)
    body = {"time": stamp, "temperature": _temperature(number), "humidity": 45.2, "pressure": 1012.3}
    return f"{PROJECT}/house/kitchen/air-{device}", _json(body | {"dew_point": 9.1, "absolute_humidity": 8.7})


def zigbee2mqtt(number: int, start: int) -> Message:
    """A climate sensor as zigbee2mqtt tells of it."""
    device, stamp = _device_and_time(number, start)
    body = {"battery": 98, "humidity": 45.2, "last_seen": stamp, "linkquality": 80, "pressure": 1012.3}
    return f"{PROJECT}/house/zigbee2mqtt/air-{device}", _json(body | {"temperature": _temperature(number)})


def tasmota(number: int, start: int) -> Message:
    """A climate sensor as Tasmota tells of it: whole seconds, by the local clock."""
    device, stamp = _device_and_time(number, start)
    told = datetime.fromtimestamp(stamp // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    sensor = {"Temperature": _temperature(number), "Humidity": 58.0, "DewPoint": 12.5, "Pressure": 1010.1}
    body = {"Time": told, "BME280": sensor, "PressureUnit": "hPa", "TempUnit": "C"}
    return f"{PROJECT}/house/tele/air-{device}/SENSOR", _json(body)


def value(number: int, start: int) -> Message:
    """A bare value, without a time."""
    del start
    return f"{PROJECT}/house/kitchen/air-{number % DEVICES}/temperature", b"%.1f" % _temperature(number)


KINDS: dict[str, Callable[[int, int], Message]] = {
    "native": native,
    "zigbee2mqtt": zigbee2mqtt,
    "tasmota": tasmota,
    "value": value,
}


def _device_and_time(number: int, start: int) -> tuple[int, int]:
    return number % DEVICES, start + number // DEVICES * _PERIOD_MS + number % DEVICES


def number_of(stamp: int, start: int) -> int:
    """The number of the message with this time."""
    rounds, device = divmod(stamp - start, _PERIOD_MS)
    return rounds * DEVICES + device


def _temperature(number: int) -> float:
    return 15 + number % 100 / 10


def _json(body: Mapping[str, object]) -> bytes:
    return json.dumps(body, separators=(",", ":")).encode()
