"""A gateway that speaks MQTT over TLS with its own user, and remembers what the broker acknowledged."""

import ssl
import threading
import time
from collections import deque
from collections.abc import Iterable
from typing import Any, Self

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from tests.common.eventually import eventually

IN_FLIGHT = 200


class _Socket(ssl.SSLSocket):
    """Closed when the handshake fails, as it does while a broker starts: paho would leave it open."""

    def do_handshake(self, block: bool = False) -> None:  # noqa: FBT001, FBT002 (as ssl has it)
        try:
            super().do_handshake(block)
        except OSError:
            self.close()
            raise


class Gateway:
    """A connected client.

    Args:
        card: what `operate gateway add --json` printed.
        port: where the broker is published.

    Attributes:
        acknowledged: the tags of the messages that the broker acknowledged.
        received: topic and payload of each message that came.
        refused: the reason of the broker's refusal, if it refused.
    """

    def __init__(self, card: dict[str, Any], port: int) -> None:
        self.acknowledged: list[int] = []
        self.received: list[tuple[str, bytes]] = []
        self.refused = ""
        self._room = threading.Semaphore(IN_FLIGHT)
        self._under_way: dict[int, int] = {}
        # paho calls back with its own lock held: only the thread that publishes touches what is under way.
        self._answers: deque[tuple[int, bool]] = deque()
        self._host, self._port = str(card["host"]), port
        # The broker tells only clients of MQTT 5 what it refuses.
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=str(card["user"]), protocol=mqtt.MQTTv5)
        context = ssl.create_default_context(cadata=card["ca"])
        context.sslsocket_class = _Socket
        self._client.tls_set_context(context)
        self._client.username_pw_set(card["user"], card["password"])
        self._client.max_inflight_messages_set(IN_FLIGHT)
        self._client.reconnect_delay_set(1, 2)
        self._client.on_publish = self._on_publish
        self._client.on_message = lambda _c, _d, message: self.received.append((message.topic, bytes(message.payload)))
        self._client.on_connect = self._on_connect
        self._subscribed = threading.Event()
        self._client.on_subscribe = lambda *_: self._subscribed.set()

    def _on_connect(self, _c: object, _d: object, _f: object, code: ReasonCode, _p: object) -> None:
        self.refused = str(code) if code.is_failure else ""

    def _on_publish(self, _c: object, _d: object, mid: int, code: ReasonCode, _p: object) -> None:
        self._answers.append((mid, not code.is_failure))
        self._room.release()

    def _settle(self) -> bool:
        while self._answers:
            mid, accepted = self._answers.popleft()
            tag = self._under_way.pop(mid)
            if accepted:
                self.acknowledged.append(tag)
        return not self._under_way

    def __enter__(self) -> Self:
        self._client.connect(self._host, self._port)
        self._client.loop_start()
        eventually(lambda: self._client.is_connected() or self.refused)
        return self

    def __exit__(self, *_: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    @property
    def connected(self) -> bool:
        """Whether it is connected now."""
        return self._client.is_connected()

    def subscribe(self, topic_filter: str) -> None:
        """Subscribe; Mosquitto grants it always, and then passes on only what the user may read."""
        self._subscribed.clear()
        self._client.subscribe(topic_filter, qos=1)
        eventually(self._subscribed.is_set)

    def publish(self, messages: Iterable[tuple[int, str, str]], *, rate: float = 0) -> None:
        """Publish messages (tag, topic, payload) at QoS 1, so many a second, and wait for the last acknowledgement."""
        start = time.monotonic()
        for n, (tag, topic, payload) in enumerate(messages):
            assert self._room.acquire(timeout=60), "the broker acknowledges nothing"
            if rate and (early := start + n / rate - time.monotonic()) > 0:
                time.sleep(early)
            self._under_way[self._client.publish(topic, payload, qos=1).mid] = tag
            self._settle()
        eventually(self._settle, seconds=60)
