"""What ingest is compared with: programs that do less with the same messages, each in a process of its own."""

import argparse
import time
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion


def receive(port: int, count: int) -> None:
    """Stock paho-mqtt that only receives and counts, at QoS 1; prints its CPU time in seconds."""
    seen, began = 0, 0.0

    def on_connect(client: mqtt.Client, *_: Any) -> None:
        client.subscribe("#", 1)

    def on_subscribe(*_: Any) -> None:
        nonlocal began
        began = time.process_time()
        print("prepared", flush=True)  # noqa: T201

    def on_message(client: mqtt.Client, _data: Any, _message: mqtt.MQTTMessage) -> None:
        nonlocal seen
        seen += 1
        if seen == count:
            client.disconnect()

    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.on_connect, client.on_subscribe, client.on_message = on_connect, on_subscribe, on_message
    client.connect("127.0.0.1", port)
    client.loop_forever()
    print(time.process_time() - began, flush=True)  # noqa: T201


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("count", type=int)
    receive(**vars(parser.parse_args()))
