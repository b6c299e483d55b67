"""Publishing as a gateway should: QoS 1, a bounded number in flight, nothing given up while the broker is away."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import paho.mqtt.client as mqtt
import structlog
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from hdh.errors import Misconfigured
from hdh.settings import BrokerSettings

_REFUSED = frozenset({"Bad user name or password", "Not authorized", "Client identifier not valid"})
_LONGEST_WAIT_SECONDS = 10

log = structlog.get_logger()


def refusal(url: str, why: str) -> Misconfigured:
    """That the broker refuses this client, in its words, with the remedy."""
    return Misconfigured(
        f"The broker {url} refuses this client: {why}."
        " Set the user in HDH_BROKER_URL and HDH_BROKER_PASSWORD (or _FILE)."
    )


class Publisher:
    """A session with the broker. Unacknowledged messages are published again when a lost connection is back.

    Args:
        settings: the broker.
        client_id: the session's name.
        inflight: how many messages may be unacknowledged at a time.

    Attributes:
        published: how many messages the broker has acknowledged.
    """

    def __init__(self, settings: BrokerSettings, client_id: str, inflight: int) -> None:
        self.published = 0
        self._url = settings.broker_url
        self._window = inflight
        self._low = inflight // 2
        self._inflight: set[int] = set()
        self._early: set[int] = set()
        self._changed = threading.Condition()
        self._refused: str | None = None
        self._stopping = False
        self._begun = False
        self._client = _client(settings, client_id)
        self._client.on_connect = self._on_connect
        self._client.on_connect_fail = self._on_connect_fail
        self._client.on_disconnect = self._on_disconnect
        self._client.on_publish = self._on_publish
        self._broker = settings.broker

    def start(self) -> None:
        """Connect in the background, for as long as it takes."""
        self._client.connect_async(self._broker.host, self._broker.port, keepalive=30)
        self._client.loop_start()

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Hand one message over; waits while too many are in flight.

        Raises:
            Misconfigured: the broker refuses this client.
        """
        with self._changed:
            # What is handed over before the session is there would be sent beside what comes after it, out of order.
            self._changed.wait_for(lambda: self._begun or self._refused or self._stopping)
            if len(self._inflight) >= self._window:
                # Not for each acknowledgement by itself: two threads would wake each other for every message.
                self._changed.wait_for(lambda: len(self._inflight) <= self._low or self._refused or self._stopping)
            self._check()
            if self._stopping:
                return
        # Outside the lock: the acknowledgement may come before this call returns.
        info = self._client.publish(topic, payload, qos=1, retain=retain)
        with self._changed:
            if info.mid in self._early:
                self._early.discard(info.mid)
            else:
                self._inflight.add(info.mid)

    def drain(self, seconds: float | None = None) -> bool:
        """Wait until all that was published is acknowledged; whether it is, at the end of `seconds`.

        Raises:
            Misconfigured: the broker refuses this client.
        """
        with self._changed:
            self._changed.wait_for(
                lambda: not self._inflight or self._refused or (self._stopping and seconds is None), seconds
            )
            self._check()
            return not self._inflight

    def interrupt(self) -> None:
        """Let whoever waits in `publish` or `drain` go on; called from a signal's handler, so it must not wait."""
        self._stopping = True
        threading.Thread(target=self._notify, daemon=True).start()

    def close(self) -> None:
        """End the session."""
        self._stopping = True
        self._client.disconnect()
        self._client.loop_stop()

    @property
    def unacknowledged(self) -> int:
        """How many messages the broker has not acknowledged."""
        with self._changed:
            return len(self._inflight)

    def _check(self) -> None:
        if self._refused:
            raise refusal(self._url, self._refused)

    def _notify(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def _on_connect(
        self, client: mqtt.Client, data: object, flags: object, code: ReasonCode, properties: object
    ) -> None:
        del client, data, flags, properties
        if not code.is_failure:
            log.info("connected to the broker", broker=self._url)
            self._begun = True
        elif str(code) in _REFUSED:
            self._refused = str(code)
        else:
            log.warning("the broker refuses for now; trying again", broker=self._url, reason=str(code))
        self._notify()

    def _on_connect_fail(self, client: mqtt.Client, data: object) -> None:
        del client, data
        log.warning("the broker cannot be reached; trying again", broker=self._url)

    def _on_disconnect(
        self, client: mqtt.Client, data: object, flags: object, code: ReasonCode, properties: object
    ) -> None:
        del client, data, flags, properties
        if not self._stopping and not self._refused:
            log.warning(
                "the broker is lost; connecting again",
                broker=self._url,
                reason=str(code),
                unacknowledged=self.unacknowledged,
            )

    def _on_publish(self, client: mqtt.Client, data: object, mid: int, code: ReasonCode, properties: object) -> None:
        del client, data, code, properties
        with self._changed:
            if mid in self._inflight:
                self._inflight.discard(mid)
            else:
                self._early.add(mid)
            self.published += 1
            if len(self._inflight) <= self._low:
                self._changed.notify_all()


@contextmanager
def publishing(settings: BrokerSettings, client_id: str, inflight: int) -> Iterator[Publisher]:
    """A publisher that connects at once and is closed at the end."""
    publisher = Publisher(settings, client_id, inflight)
    publisher.start()
    try:
        yield publisher
    finally:
        publisher.close()


def _client(settings: BrokerSettings, client_id: str) -> mqtt.Client:
    broker = settings.broker
    # MQTT 3.1.1: it is all that publishing needs, and what every broker speaks.
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=client_id, protocol=mqtt.MQTTv311)
    # Our window bounds them: with one of its own paho looks through all of them at each acknowledgement.
    client.max_inflight_messages_set(0)
    client.reconnect_delay_set(1, _LONGEST_WAIT_SECONDS)
    if broker.user:
        secret = settings.broker_password
        client.username_pw_set(broker.user, None if secret is None else secret.get_secret_value())
    if broker.tls:
        options: dict[str, Any] = {"ca_certs": str(settings.broker_ca_file)} if settings.broker_ca_file else {}
        client.tls_set(**options)
    return client
