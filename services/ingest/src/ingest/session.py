"""One connection of the MQTT session: paho-mqtt, except that PUBLISH packets are read and acknowledged many at a time.

This is the only place that uses what is private in paho-mqtt, and so it knows one version of it: it puts a buffer
between the socket and paho's reader, takes from it what `ingest.packets` knows, and leaves all else to paho.
"""

import ssl
from collections.abc import Iterable, Sequence
from contextlib import suppress
from select import POLLIN, POLLOUT, poll
from time import monotonic
from typing import Literal

import paho.mqtt
from paho.mqtt.client import MQTT_CLEAN_START_FIRST_ONLY, PUBACK, Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from hdh.errors import Misconfigured
from ingest.packets import Packets, acknowledgements
from ingest.settings import IngestSettings

KNOWN_VERSION = "2.2.0"
"""The paho-mqtt whose private methods this module was tested with."""
RECEIVE_MAXIMUM = 2_000
_BUFFER = 64 * 1024
_CONNECT_SECONDS = 10.0
_KEEPALIVE_SECONDS = 60
_FOR_EVER = 0xFFFFFFFF

_Filter = tuple[str, int] | tuple[str, SubscribeOptions]


def check_library() -> None:
    """Return if the installed paho-mqtt is the one that is known here.

    Raises:
        Misconfigured: it is another one.
    """
    if paho.mqtt.__version__ != KNOWN_VERSION:
        raise Misconfigured(
            f"paho-mqtt {paho.mqtt.__version__} is installed; ingest reads packets with version {KNOWN_VERSION} only. "
            f"Install paho-mqtt=={KNOWN_VERSION}."
        )


class Connection(Client):
    """A client for one connection, made anew for each. Not used by several threads.

    Args:
        settings: broker and client id.
        protocol: MQTT 5 or 3.1.1.
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
        self._buffer = b""
        self._at = 0
        self._packets = Packets()
        self._emptied = True
        self.on_message = self._add
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

    def read(self, packets: Packets) -> bool:
        """Read a buffer full of what has arrived, until `drained`.

        Args:
            packets: what is read is added to them.

        Returns:
            Whether the connection goes on.
        """
        self._packets = packets
        if not self._in_packet["command"]:
            # An error is left to paho, which meets it again.
            with suppress(OSError):
                if self._at >= len(self._buffer) and not self._fill():
                    return True
            self._at = packets.take(self._buffer, self._at, five=self.five)
            if self._buffer and self._at >= len(self._buffer):
                return True
        # What is no PUBLISH, or begins here and ends with what comes next, is for paho; so is a connection that ended.
        return self.loop_read() == MQTTErrorCode.MQTT_ERR_SUCCESS

    @property
    def drained(self) -> bool:
        """Whether all that had arrived was read, as far as can be told without asking the socket once more."""
        return self._emptied and self._at >= len(self._buffer)

    def acknowledge(self, packet_ids: Sequence[int]) -> None:
        """Send the acknowledgements of these messages as one piece."""
        if packets := acknowledgements(packet_ids):
            self._packet_queue(PUBACK, packets, 0, 1)

    def wait(self, seconds: float) -> bool:
        """Wait until there is something to read or, where something waits to be sent, room for it; whether there is."""
        sock = self.socket()
        if sock is None or not self.drained:
            return True
        poller = poll()
        poller.register(sock.fileno(), POLLIN | POLLOUT if self.want_write() else POLLIN)
        return bool(poller.poll(seconds * 1000))

    def shut(self) -> None:
        """End the connection without a word: the broker keeps the session and what is not acknowledged."""
        self._sock_close()

    def _sock_recv(self, bufsize: int) -> bytes:
        """Paho's way to the socket, with our buffer in between."""
        if self._at >= len(self._buffer) and not self._fill():
            raise BlockingIOError
        piece = self._buffer[self._at : self._at + bufsize]
        self._at += len(piece)
        return piece

    def _fill(self) -> bool:
        """Fill the empty buffer, with nothing where the connection ended; whether there was anything to read."""
        self._buffer, self._at = b"", 0
        try:
            self._buffer = super()._sock_recv(_BUFFER)
        except BlockingIOError:
            self._emptied = True
            return False
        # What is decrypted and not read yet is nothing that a poll of the socket tells of.
        self._emptied = len(self._buffer) < _BUFFER and not self._broker.tls
        self._last_bytes_received = monotonic()
        return True

    def _add(self, client: Client, userdata: object, message: MQTTMessage) -> None:
        """Take a message that paho has read."""
        del client, userdata
        packet_id = message.mid if message.qos else 0
        topic, payload = message._topic, bytes(message.payload)  # noqa: SLF001 (its property refuses bad UTF-8)
        self._packets.add(topic, payload, packet_id, again=message.dup, retained=message.retain)
