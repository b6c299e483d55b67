"""A gateway as a process of its own: publishes at QoS 1, keeps few in flight, and a ledger of what was acknowledged.

Each message holds one value that no other has, so that the store tells which of them came, and how often.
"""

import argparse
import importlib
import json
import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode

PROJECTS = ("healthy-digital-house", "toe")
_IN_FLIGHT = 200


class Publisher:
    """A publisher's process.

    Args:
        port: the broker's.
        ledger: a file that gets the number of each message that the broker acknowledged.
        count: how many messages.
        rate: messages a second, 0: as fast as it goes.
        first: the number of the first message.
        source: the module whose function `message` gives topic and payload by number.
    """

    def __init__(
        self,
        port: int,
        ledger: Path,
        count: int,
        rate: float = 0,
        first: int = 0,
        source: str = "tests.common.publisher",
    ) -> None:
        self.count = count
        self._ledger = ledger
        arguments = (ledger, source, port, count, rate, first)
        self._command = [sys.executable, "-m", "tests.common.publisher", *map(str, arguments)]

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(self._command)
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait(10)

    @property
    def running(self) -> bool:
        """Whether it still publishes."""
        return self._process.poll() is None

    def finish(self, *, seconds: float = 120) -> list[int]:
        """Wait until all is acknowledged; the numbers of the acknowledged messages."""
        assert self._process.wait(seconds) == 0
        return self.acknowledged()

    def acknowledged(self) -> list[int]:
        """The numbers of the messages that were acknowledged so far."""
        return [int(line) for line in self._ledger.read_text().splitlines(keepends=True) if line.endswith("\n")]


def message(number: int) -> tuple[str, bytes]:
    """Topic and payload of a message: half of them carry their time, half get the time of their arrival."""
    seeded = random.Random(number)
    project, device = seeded.choice(PROJECTS), f"d{seeded.randrange(20)}"
    if seeded.random() < 0.5:
        return f"{project}/house/room/{device}/temperature", b"%d" % number
    body = {"time": 1_700_000_000_000 + number, "temperature": number, "humidity": number}
    return f"{project}/house/room/{device}", json.dumps(body).encode()


def _publish(ledger: Path, source: str, port: int, count: int, rate: float, first: int) -> None:
    make: Callable[[int], tuple[str, bytes]] = importlib.import_module(source).message
    numbers: dict[int, int] = {}
    with ledger.open("a") as file:

        def acknowledged(_client: object, _data: object, mid: int, *_: object) -> None:
            file.write(f"{numbers.pop(mid)}\n")
            file.flush()

        client = mqtt.Client(CallbackAPIVersion.VERSION2)
        client.max_inflight_messages_set(_IN_FLIGHT)
        client.on_publish = acknowledged
        client.connect("127.0.0.1", port)
        start, sent = time.monotonic(), 0
        while sent < count or numbers:
            # One thread does all: an acknowledgement cannot come before its message is noted.
            early = start + sent / rate - time.monotonic() if rate else 0.0
            if sent < count and len(numbers) < _IN_FLIGHT and early <= 0:
                topic, payload = make(first + sent)
                numbers[client.publish(topic, payload, qos=1).mid] = first + sent
                sent += 1
            if sent == count or len(numbers) == _IN_FLIGHT or early > 0 or sent % 20 == 0:
                assert client.loop(min(max(early, 0.0), 0.1)) == MQTTErrorCode.MQTT_ERR_SUCCESS
        client.disconnect()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("ledger", type=Path)
    parser.add_argument("source")
    for name, kind in (("port", int), ("count", int), ("rate", float), ("first", int)):
        parser.add_argument(name, type=kind)
    _publish(**vars(parser.parse_args()))
