"""Publishing in bulk: packets of MQTT 3.1.1 written many at a time, acknowledgements read many at a time."""

import socket
import ssl
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event

import structlog

from hdh.errors import Misconfigured
from hdh.mqtt import packets
from hdh.mqtt.publish import refusal
from hdh.settings import BrokerSettings

_PINGREQ, _PINGRESP = b"\xc0\x00", b"\xd0\x00"
_REFUSED = {2: "Client identifier not valid", 4: "Bad user name or password", 5: "Not authorized"}
_PACKETS_AT_ONCE = 256
_SILENT_SECONDS = 30.0
_POLL_SECONDS = 0.5
_LONGEST_WAIT_SECONDS = 10.0
_PIECE = 1 << 16
_LAST_ID = 65_535
_ACKNOWLEDGEMENT = struct.Struct(">BBH")

_log = structlog.get_logger()


class Publisher:
    """A session with the broker, for one thread. What is not acknowledged is published again on a new connection.

    Args:
        settings: the broker.
        client_id: the session's name.
        inflight: how many messages may be unacknowledged at a time.
        stop: ends every wait.

    Attributes:
        published: how many messages the broker has acknowledged.
    """

    def __init__(self, settings: BrokerSettings, client_id: str, inflight: int, stop: Event) -> None:
        self.published = 0
        self._settings = settings
        self._client_id = client_id
        self._window = inflight
        self._stop = stop
        self._socket: socket.socket | None = None
        self._last_id = 0
        self._unacknowledged: dict[int, bytes] = {}
        self._ready: list[bytes] = []
        self._rest = b""

    def publish(self, topic: str, payload: bytes) -> None:
        """Hand one message over, with QoS 1; waits while too many are in flight.

        Raises:
            Misconfigured: the broker refuses this client, or MQTT takes no message as long as this one.
        """
        while len(self._unacknowledged) >= self._window and not self._stop.is_set():
            self._exchange(wait=True)
        number = self._free_id()
        try:
            packet = packets.publish(topic, payload, number)
        except packets.TooLong as error:
            raise Misconfigured(f"{error} Give it shorter names under `rename`, or leave it out by `skip`.") from error
        self._unacknowledged[number] = packet
        self._ready.append(packet)
        if len(self._ready) >= _PACKETS_AT_ONCE:
            self._exchange(wait=False)

    def flush(self) -> None:
        """Send what was handed over, without waiting for its acknowledgement."""
        if self._ready:
            self._exchange(wait=False)

    def drain(self) -> bool:
        """Wait until all is acknowledged; whether it is, as `stop` ends it, too.

        Raises:
            Misconfigured: the broker refuses this client.
        """
        while self._unacknowledged and not self._stop.is_set():
            self._exchange(wait=True)
        return not self._unacknowledged

    def close(self) -> None:
        """End the session."""
        if self._socket is not None:
            try:
                self._socket.sendall(packets.DISCONNECT)
            except OSError as error:
                _log.debug("disconnect_failed", error=str(error))
        self._lose()

    def _free_id(self) -> int:
        while True:
            self._last_id = self._last_id % _LAST_ID + 1
            if self._last_id not in self._unacknowledged:
                return self._last_id

    def _exchange(self, *, wait: bool) -> None:
        """Send what is ready, and take what has come; with `wait` until something has come."""
        try:
            connected = self._socket or self._connect()
            if self._ready:
                connected.settimeout(_SILENT_SECONDS)
                connected.sendall(b"".join(self._ready))
                self._ready = []
            self._receive(connected, wait=wait)
        except OSError as error:
            _log.warning("broker_lost", error=str(error), unacknowledged=len(self._unacknowledged))
            self._lose()

    def _receive(self, connected: socket.socket, *, wait: bool) -> None:
        connected.settimeout(_POLL_SECONDS if wait else 0.0)
        began, asked = time.monotonic(), False
        while not self._stop.is_set():
            try:
                data = connected.recv(_PIECE)
            except (TimeoutError, BlockingIOError, ssl.SSLWantReadError):
                silent = time.monotonic() - began
                if not wait:
                    return
                if silent > 2 * _SILENT_SECONDS:
                    raise OSError("the broker does not answer") from None
                if silent > _SILENT_SECONDS and not asked:
                    connected.sendall(_PINGREQ)
                    asked = True
                continue
            if not data:
                raise OSError("the broker has closed the connection")
            self._take(self._rest + data)
            return

    def _take(self, data: bytes) -> None:
        """Take acknowledgements; nothing else comes to one who only publishes, but for answers to our pings."""
        position = 0
        while len(data) - position >= len(_PINGRESP):
            if data.startswith(_PINGRESP, position):
                position += len(_PINGRESP)
                continue
            if data[position] != packets.PUBACK:
                raise OSError(f"the broker sent a packet that is no acknowledgement: {data[position]:#x}")
            if len(data) - position < _ACKNOWLEDGEMENT.size:
                break
            _, _, number = _ACKNOWLEDGEMENT.unpack_from(data, position)
            position += _ACKNOWLEDGEMENT.size
            if self._unacknowledged.pop(number, None) is not None:
                self.published += 1
        self._rest = data[position:]

    def _connect(self) -> socket.socket:
        """A new session; what was not acknowledged is ready to be sent again.

        Raises:
            Misconfigured: the broker refuses this client, or cannot be trusted.
            OSError: stopped while waiting.
        """
        tries = 0
        while True:
            try:
                made = self._open()
            except ssl.SSLCertVerificationError as error:
                raise Misconfigured(
                    f"The broker {self._settings.broker_url} cannot be trusted: {error}. Set HDH_BROKER_CA_FILE."
                ) from error
            except OSError as error:
                tries += 1
                _log.warning("broker_away", broker=self._settings.broker_url, error=str(error))
                if self._stop.wait(min(0.5 * 2**tries, _LONGEST_WAIT_SECONDS)):
                    raise
                continue
            _log.info("connected", broker=self._settings.broker_url)
            self._socket, self._rest = made, b""
            # To a new session they are new: whether the old one delivered them is not known.
            self._ready = list(self._unacknowledged.values())
            return made

    def _open(self) -> socket.socket:
        broker = self._settings.broker
        connected = socket.create_connection((broker.host, broker.port), _SILENT_SECONDS)
        try:
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if broker.tls:
                authority = self._settings.broker_ca_file
                context = ssl.create_default_context(cafile=None if authority is None else str(authority))
                connected = context.wrap_socket(connected, server_hostname=broker.host)
            secret = self._settings.broker_password
            password = None if secret is None else secret.get_secret_value()
            connected.sendall(packets.connect(self._client_id, broker.user, password))
            code = packets.read_connack(connected)
        except packets.TooLong as error:
            connected.close()
            raise Misconfigured(f"{error} Shorten HDH_MIGRATE_CLIENT_ID, or the broker's user or password.") from error
        except BaseException:
            connected.close()
            raise
        if code in _REFUSED:
            connected.close()
            raise refusal(self._settings.broker_url, _REFUSED[code])
        if code:
            connected.close()
            raise OSError(f"the broker refuses for now, with code {code}")
        return connected

    def _lose(self) -> None:
        if self._socket is not None:
            self._socket.close()
        self._socket, self._ready = None, []


@contextmanager
def publishing(settings: BrokerSettings, client_id: str, inflight: int, stop: Event) -> Iterator[Publisher]:
    """A publisher that is closed at the end."""
    publisher = Publisher(settings, client_id, inflight, stop)
    try:
        yield publisher
    finally:
        publisher.close()
