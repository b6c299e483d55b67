"""Publishes recorded messages as a gateway would: a process of its own, stock paho-mqtt, QoS 1, few in flight.

`python -m tests.common.recording BROKER_URL FILE`: FILE has a JSON line `[topic, payload]` a message. It ends well
when the broker has acknowledged every one of them.
"""

import json
import subprocess
import sys
import threading
from pathlib import Path
from urllib.parse import urlsplit

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

IN_FLIGHT = 500


def publish_file(broker_url: str, messages: Path, *, seconds: float = 240) -> None:
    """Publish a file's messages; returns when the broker has acknowledged all."""
    command = [sys.executable, "-m", "tests.common.recording", broker_url, str(messages)]
    subprocess.run(command, check=True, timeout=seconds)


def _publish(broker_url: str, messages: Path) -> None:
    parts = urlsplit(broker_url)
    room = threading.Semaphore(IN_FLIGHT)
    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.max_inflight_messages_set(IN_FLIGHT)
    client.on_publish = lambda *_: room.release()
    client.connect(parts.hostname or "127.0.0.1", parts.port or 1883)
    client.loop_start()
    with messages.open() as lines:
        for line in lines:
            room.acquire()
            topic, payload = json.loads(line)
            client.publish(topic, payload, qos=1)
    for _ in range(IN_FLIGHT):
        room.acquire()
    client.disconnect()
    client.loop_stop()


if __name__ == "__main__":
    _publish(sys.argv[1], Path(sys.argv[2]))
