"""What ingest is compared with: programs that do less with the same messages, each in a process of its own.

Each says `prepared` once it is subscribed, and at its end how many seconds of CPU and bytes of memory it has taken.
"""

import argparse
import json
import resource
import time
from collections.abc import Callable
from typing import Any

import paho.mqtt.client as mqtt
from influxdb_client import InfluxDBClient
from influxdb_client import Point as InfluxPoint
from influxdb_client.client.write_api import WriteOptions
from paho.mqtt.enums import CallbackAPIVersion

_BATCH = 5_000
_FLUSH_MS = 1_000


def receive(port: int, count: int, take: Callable[[mqtt.MQTTMessage], object]) -> float:
    """Receive at QoS 1 with stock paho-mqtt; when it was subscribed, in seconds of CPU."""
    seen, began = 0, 0.0

    def on_connect(client: mqtt.Client, *_: Any) -> None:
        client.subscribe("#", 1)

    def on_subscribe(*_: Any) -> None:
        nonlocal began
        began = time.process_time()
        print("prepared", flush=True)  # noqa: T201

    def on_message(client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
        nonlocal seen
        take(message)
        seen += 1
        if seen == count:
            client.disconnect()

    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.on_connect, client.on_subscribe, client.on_message = on_connect, on_subscribe, on_message
    client.connect("127.0.0.1", port)
    client.loop_forever()
    return began


def count_only(port: int, count: int) -> float:
    """Nothing is made of the messages."""
    return receive(port, count, lambda _: None)


def write(port: int, count: int, url: str, token: str, org: str) -> float:
    """The batching API of influxdb-client, as its documentation shows it: a point object for each message."""
    options = WriteOptions(batch_size=_BATCH, flush_interval=_FLUSH_MS)
    with InfluxDBClient(url, token, org=org) as client, client.write_api(write_options=options) as api:

        def take(message: mqtt.MQTTMessage) -> None:
            project, house, room, device = message.topic.split("/")
            fields = json.loads(message.payload)
            point = InfluxPoint("climate").tag("device", device).tag("house", house).tag("room", room)
            point.time(fields.pop("time"), "ms")
            for name, value in fields.items():
                point.field(name, value)
            api.write(project, record=point)

        return receive(port, count, take)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("count", type=int)
    parser.add_argument("--write", nargs=3, metavar=("URL", "TOKEN", "ORG"))
    given = parser.parse_args()
    start = write(given.port, given.count, *given.write) if given.write else count_only(given.port, given.count)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(time.process_time() - start, memory, flush=True)  # noqa: T201
