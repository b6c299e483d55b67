"""Publish one message as a gateway would: `python -m infra.demo.publish mqtt://127.0.0.1:1883 <topic> <payload>`."""

import sys

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from hdh.settings import parse_broker_url

_SECONDS = 10


def main(url: str, topic: str, payload: str) -> int:
    """Publish it at QoS 1; 0 when the broker has acknowledged it."""
    broker = parse_broker_url(url)
    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    try:
        client.connect(broker.host, broker.port)
    except OSError as error:
        print(f"The broker {url} cannot be reached: {error.strerror}.", file=sys.stderr)
        return 1
    client.loop_start()
    sent = client.publish(topic, payload, qos=1)
    sent.wait_for_publish(_SECONDS)
    client.disconnect()
    client.loop_stop()
    print("The broker has acknowledged it." if sent.is_published() else f"No acknowledgement within {_SECONDS} s.")
    return 0 if sent.is_published() else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
