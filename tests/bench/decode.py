"""CPU time of decoding and placing, per message, by convention: `python -m tests.bench.decode`.

The short way is that of usual messages; all others go the long way.
"""

import sys
import time
from collections.abc import Callable

from hdh.site import load_site
from ingest.message import Message
from ingest.place import Placer

_MESSAGES = 50_000
_ROUNDS = 5
_ARRIVED = 1_768_000_000_500
_CASES = {
    "native, 5 values of one measurement": (
        "toe/h1/kitchen/air",
        b'{"time":1768000000123,"temperature":21.4,"humidity":45.2,"pressure":1012.3,"dew_point":9.1,"soil_moisture":9}',
    ),
    "native, 5 values of four measurements": (
        "toe/h1/kitchen/air",
        b'{"time":1768000000123,"temperature":21.4,"humidity":45.2,"co2":612,"power":12.5,"battery":98}',
    ),
    "native, 5 values without time": (
        "toe/h1/kitchen/air",
        b'{"temperature":21.4,"humidity":45.2,"pressure":1012.3,"dew_point":9.1,"soil_moisture":9}',
    ),
    "bare value": ("toe/h1/kitchen/air/temperature", b"21.5"),
    "zigbee2mqtt, 5 values": (
        "toe/h1/zigbee2mqtt/sensor",
        b'{"battery":98,"humidity":45.2,"linkquality":80,"pressure":1012.3,"temperature":21.4,"last_seen":1768000000123}',
    ),
    "zigbee2mqtt, 5 values, time as text": (
        "toe/h1/zigbee2mqtt/sensor",
        (
            b'{"battery":98,"humidity":45.2,"linkquality":80,"pressure":1012.3,"temperature":21.4,'
            b'"last_seen":"2026-01-10T01:06:40+02:00"}'
        ),
    ),
    "Tasmota, 4 values of a sensor": (
        "toe/h1/tele/sensor/SENSOR",
        (
            b'{"Time":"2026-01-10T01:06:40","BME280":{"Temperature":21.1,"Humidity":58.0,"DewPoint":12.5,"Pressure":1010.1},'
            b'"PressureUnit":"hPa","TempUnit":"C"}'
        ),
    ),
}


def measure(topic: str, payload: bytes) -> str:
    """Microseconds of CPU a message, the short way and the long way."""
    placer = Placer(load_site(None))
    way = placer.short_way(topic)
    is_usual = way is not None and way.points(payload, _ARRIVED) is not None
    short = _best(lambda n: way.points(payload, _ARRIVED + n)) if way is not None and is_usual else None
    long = _best(lambda n: placer.place(Message(topic, payload, _ARRIVED + n)))
    return f"{'-' if short is None else f'{short:.2f}':>6} {long:6.2f}"


def _best(take: Callable[[int], object]) -> float:
    """Microseconds of CPU a call, in the best of several rounds."""
    best = float("inf")
    for _ in range(_ROUNDS):
        started = time.process_time()
        for n in range(_MESSAGES):
            take(n)
        best = min(best, time.process_time() - started)
    return best / _MESSAGES * 1e6


def main() -> None:
    """Print a line per case."""
    sys.stdout.write(" short   long  µs a message\n")
    for name, (topic, payload) in _CASES.items():
        sys.stdout.write(f"{measure(topic, payload)}  {name}\n")


if __name__ == "__main__":
    main()
