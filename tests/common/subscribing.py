"""A subscriber of the tests' own: what a broker passes on, from the moment at which the broker knows of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from tests.common.servers import unique


@contextmanager
def subscribed(port: int, topic_filter: str) -> Iterator[list[tuple[str, bytes]]]:
    """Topic and payload of each message, at least once each, over the broker's restarts too.

    It begins when the subscription is acknowledged: what is published by another client before that may be missed.
    """
    messages: list[tuple[str, bytes]] = []
    acknowledged = Event()
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=unique("subscriber"), clean_session=False)
    client.on_connect = lambda connection, *_: connection.subscribe(topic_filter, qos=1)
    client.on_subscribe = lambda *_: acknowledged.set()
    client.on_message = lambda _client, _data, message: messages.append((message.topic, bytes(message.payload)))
    client.reconnect_delay_set(1, 1)
    client.connect("127.0.0.1", port)
    client.loop_start()
    try:
        assert acknowledged.wait(30)
        yield messages
    finally:
        client.disconnect()
        client.loop_stop()
