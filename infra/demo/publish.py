"""Publish one message as a gateway would: `python -m infra.demo.publish mqtt://127.0.0.1:1883 <topic> <payload>`."""

import sys
from typing import Annotated

import paho.mqtt.client as mqtt
import typer
from paho.mqtt.enums import CallbackAPIVersion

from hdh.settings import parse_broker_url

_SECONDS = 10


def main(url: Annotated[str, typer.Argument(help="The broker: mqtt://host:port.")], topic: str, payload: str) -> None:
    """Publish one message at QoS 1 and wait until the broker has acknowledged it."""
    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    try:
        broker = parse_broker_url(url)
        client.connect(broker.host, broker.port)
    except ValueError as error:
        raise typer.BadParameter(f"{url}: {error}.", param_hint="url") from None
    except OSError as error:
        print(f"The broker {url} cannot be reached: {error.strerror}.", file=sys.stderr)
        raise typer.Exit(1) from None
    client.loop_start()
    sent = client.publish(topic, payload, qos=1)
    sent.wait_for_publish(_SECONDS)
    client.disconnect()
    client.loop_stop()
    if not sent.is_published():
        print(f"No acknowledgement within {_SECONDS} s.", file=sys.stderr)
        raise typer.Exit(1)
    print("The broker has acknowledged it.")


if __name__ == "__main__":
    typer.run(main)
