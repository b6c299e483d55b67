"""One connection of the MQTT session: paho-mqtt, read in large pieces and acknowledged in one.

Pinned to paho-mqtt 2.2.0, as it takes the place of two private methods: reading a buffer full at a time, and sending
the acknowledgements of a batch as one piece, are three times as fast.
"""

import ssl
from collections.abc import Iterable
from select import POLLIN, POLLOUT, poll
from struct import Struct
from typing import Literal

from paho.mqtt.client import MQTT_CLEAN_START_FIRST_ONLY, PUBACK, Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from ingest.settings import IngestSettings

RECEIVE_MAXIMUM = 2_000
_BUFFER = 256 * 1024
_CONNECT_SECONDS = 10.0
_KEEPALIVE_SECONDS = 60
_FOR_EVER = 0xFFFFFFFF
_PACKET = Struct(">BBH")

_Filter = tuple[str, int] | tuple[str, SubscribeOptions]


class Connection(Client):
    """A client for one connection, made anew for each. Not used by several threads.

    Args:
        settings: broker and client id.
        protocol: MQTT 5 or 3.1.1.

    Attributes:
        drained: everything that had arrived was read.
    """

    def __init__(self, settings: IngestSettings, protocol: MQTTProtocolVersion) -> None:
        self.five = protocol == MQTTProtocolVersion.MQTTv5
        super().__init__(
            CallbackAPIVersion.VERSION2,
            client_id=settings.ingest_client_id,
            clean_session=None if self.five else False,
            protocol=protocol,
            reconnect_on_failure=False,
            manual_ack=True,
        )
        self._received = b""
        self._at = 0
        self.drained = True
        self._broker = settings.broker
        self.connect_timeout = _CONNECT_SECONDS
        if self._broker.user is not None:
            secret = settings.broker_password
            self.username_pw_set(self._broker.user, None if secret is None else secret.get_secret_value())
        if self._broker.tls:
            self.tls_set_context(ssl.create_default_context(cafile=settings.broker_ca_file))

    def open(self) -> None:
        """Connect to the broker and ask for the session that lasts.

        Raises:
            OSError: the broker cannot be reached.
        """
        properties = None
        if self.five:
            properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]  # paho leaves it so
            properties.SessionExpiryInterval = _FOR_EVER
            properties.ReceiveMaximum = RECEIVE_MAXIMUM
        clean: bool | Literal[3] = False if self.five else MQTT_CLEAN_START_FIRST_ONLY
        self.connect(self._broker.host, self._broker.port, _KEEPALIVE_SECONDS, clean_start=clean, properties=properties)

    def subscribe_to(self, topics: Iterable[str]) -> None:
        """Subscribe at QoS 1; our own error reports do not come back (MQTT 5), retained messages come only once."""
        options: list[_Filter] = []
        for topic in topics:
            once = SubscribeOptions(qos=1, noLocal=True, retainHandling=SubscribeOptions.RETAIN_SEND_IF_NEW_SUB)
            options.append((topic, once) if self.five else (topic, 1))
        self.subscribe(options)  # type: ignore[arg-type]  # a list of either kind, never mixed

    def acknowledge(self, packet_ids: Iterable[int]) -> None:
        """Send the acknowledgements of these messages as one piece."""
        packets = b"".join(_PACKET.pack(PUBACK, 2, packet_id) for packet_id in packet_ids if packet_id)
        if packets:
            self._packet_queue(PUBACK, packets, 0, 1)

    def wait(self, seconds: float) -> None:
        """Wait until there is something to read or, where something waits to be sent, room for it."""
        sock = self.socket()
        if sock is None or not self.drained:
            return
        poller = poll()
        poller.register(sock.fileno(), POLLIN | POLLOUT if self.want_write() else POLLIN)
        poller.poll(seconds * 1000)

    def shut(self) -> None:
        """End the connection without a word: the broker keeps the session and what is not acknowledged."""
        self._sock_close()

    def _sock_recv(self, bufsize: int) -> bytes:
        if self._at >= len(self._received):
            self._received, self._at = b"", 0
            try:
                self._received = super()._sock_recv(_BUFFER)
            except BlockingIOError:
                self.drained = True
                raise
            self.drained = False
        piece = self._received[self._at : self._at + bufsize]
        self._at += len(piece)
        return piece


def topic_of(message: MQTTMessage) -> str:
    """The topic, also one that is not UTF-8 as the standard wants it: what came must be kept."""
    try:
        return message.topic
    except UnicodeDecodeError as error:
        return bytes(error.object).decode(errors="backslashreplace")
