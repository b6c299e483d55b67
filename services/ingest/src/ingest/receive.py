"""From broker to journal: read what is there, journal it in one piece, then acknowledge all of it."""

import time
from random import Random
from threading import Event

import msgspec
import structlog
from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from hdh.errors import Retryable
from hdh.site import SiteFile
from ingest.arrivals import Arrivals
from ingest.backoff import Backoff
from ingest.clock import MOST_AHEAD_MS, EntryClock, now_ms
from ingest.journal import Journal
from ingest.message import Messages
from ingest.packets import Packets
from ingest.protocol import Protocol
from ingest.redelivery import Window
from ingest.reports import Reports
from ingest.session import Connection
from ingest.settings import IngestSettings
from ingest.slots import Others

_MOST_MESSAGES = 5_000
_MOST_BYTES = 4 * 1024 * 1024
_WAIT_SECONDS = 1.0
_GATHER_SECONDS = 0.02
"""Longer, and at full rate the broker would stand still, with as much under way as it may have without an answer."""
_PAUSE_SECONDS = 0.005
_CONNACK_SECONDS = 15.0
_STEADY_SECONDS = 10.0
_TAKEN_OVER_SECONDS = 20.0
_SUSPICIOUS = 3
_REPORTS_AT_ONCE = 100
_TOPICS_NOTE = "topics"
_TAKEN_OVER = 0x8E

_log = structlog.get_logger()


class Receiver:
    """Keeps the MQTT session, for ever, in the thread that calls `run`.

    Args:
        settings: broker, client id, topics.
        journal: where messages go.
        sites: under which site file they come.
        reports: error reports to publish.
        appended: set to tell the pipeline of something new in the journal, see `Arrivals`.
        random: for jitter.

    Attributes:
        problem: why nothing is received, a sentence; empty while connected and subscribed.
        redelivered: messages that the broker sent again and that were journaled before.
        connects: how often the broker took us.
        journal_errors: how often the journal could not be written.
    """

    def __init__(
        self,
        settings: IngestSettings,
        journal: Journal,
        sites: SiteFile,
        reports: Reports,
        appended: Event,
        random: Random,
    ) -> None:
        self.problem = "Not connected to the broker yet."
        self.redelivered = 0
        self.connects = 0
        self.journal_errors = 0
        self._settings = settings
        self._journal = journal
        self._sites = sites
        self._reports = reports
        self._arrivals = Arrivals(appended)
        self._backoff = Backoff(0.5, 30.0, random)
        # What matters is within the time that a topic may be ahead, in batches that span as much.
        now = now_ms()
        self._clock = EntryClock(journal.newest(now, now + 2 * MOST_AHEAD_MS))
        self._window = Window(journal)
        self._others = Others(settings.topics_of_others) if settings.topics_of_others else None
        self._protocol = Protocol()
        self._packets = Packets()
        self._resumed = False
        self._connected_at: float | None = None
        self._kept_at = 0.0
        self._wait_at_least = 0.0
        self._short = 0
        self._suspicion = ""

    def run(self, stop: Event) -> None:
        """Receive until `stop` is set."""
        while not stop.is_set():
            self._packets = Packets()
            self._connected_at, self._wait_at_least = None, 0.0
            try:
                self._connect_and_receive(stop)
            except Retryable as error:
                self.problem = str(error)
                if not self._is_steady():
                    # Not the broker ended this connection: its short life tells nothing about our client id.
                    self._connected_at = None
                _log.warning("receiving_interrupted", error=str(error))
            except OSError as error:
                self.problem = f"The broker at {self._settings.broker_url} cannot be reached: {error}."
                _log.warning("broker_unreachable", broker=self._settings.broker_url, error=str(error))
            except Exception as error:  # noqa: BLE001 (the top of a thread: told, counted by its log, tried again)
                self.problem = f"Receiving failed: {type(error).__name__}: {error}. It is tried again."
                _log.exception("receiving_failed")
            if stop.is_set():
                return
            self._after_connection()
            stop.wait(self._backoff.next(self._wait_at_least))

    def _after_connection(self) -> None:
        if self._connected_at is None:
            return
        if self._is_steady():
            self._backoff.reset()
            self._short = 0
            return
        # Mosquitto 2.0 closes without a word when another client comes with our id: only that it goes on tells.
        self._short += 1
        if self._short >= _SUSPICIOUS:
            self._suspicion = self.problem = (
                f"The broker took us and closed the connection soon after, {self._short} times running. Does another "
                f"process use the client id {self._settings.ingest_client_id!r} too? Stop it, or set "
                "HDH_INGEST_CLIENT_ID for one of them."
            )
            self._wait_at_least = _TAKEN_OVER_SECONDS
            _log.warning("connections_end_soon", problem=self.problem)

    def _is_steady(self) -> bool:
        return self._connected_at is not None and time.monotonic() - self._connected_at >= _STEADY_SECONDS

    def _connect_and_receive(self, stop: Event) -> None:
        # Messages wait better in the broker than in the tries of a journal that cannot take them.
        self._journal.check()
        connection = Connection(self._settings, self._protocol.version)
        connection.on_connect = self._on_connect
        connection.on_subscribe = self._on_subscribe
        connection.on_disconnect = self._on_disconnect
        try:
            connection.open()
            self._receive(connection, stop)
            if stop.is_set():
                connection.on_disconnect = None
                connection.disconnect()
            elif self._connected_at is None:
                if not self.problem.startswith("The broker"):
                    self.problem = f"The broker at {self._settings.broker_url} closed the connection before it took us."
                self._protocol.ended()
        finally:
            self._arrivals.tell()
            connection.shut()
            self._window.rest()

    def _receive(self, connection: Connection, stop: Event) -> None:
        deadline = time.monotonic() + _CONNACK_SECONDS
        while connection.socket() is not None and not stop.is_set():
            if self._connected_at is None and time.monotonic() > deadline:
                self.problem = f"The broker at {self._settings.broker_url} does not answer."
                return
            if connection.wait(self._arrivals.rest(_WAIT_SECONDS)):
                self._read(connection)
                self._keep(connection)
            if connection.want_write():
                connection.loop_write()
            elif self._connected_at is not None:
                for topic, payload in self._reports.take(_REPORTS_AT_ONCE):
                    connection.publish(topic, payload)
            connection.loop_misc()
            if self._suspicion and self._is_steady():
                self._suspicion = self.problem = ""

    def _read(self, connection: Connection) -> None:
        """Read what arrives without a pause, but no more than a batch may hold: what one takes of memory is bounded.

        A row, a transaction and an fsync cost as much as hundreds of messages: what comes a moment later goes along.
        What comes after a while comes alone, and is not kept waiting.
        """
        packets, until, before = self._packets, time.monotonic(), 0
        if until - self._kept_at < _GATHER_SECONDS:
            until += _GATHER_SECONDS
        while connection.read(packets) and len(packets) < _MOST_MESSAGES and packets.size < _MOST_BYTES:
            if connection.drained:
                if len(packets) == before or connection.want_write() or time.monotonic() > until:
                    return
                before = len(packets)
                time.sleep(_PAUSE_SECONDS)

    def _keep(self, connection: Connection) -> None:
        """Journal what was read, then acknowledge it: in this order."""
        packets, self._packets = self._packets, Packets()
        if not packets:
            return
        if messages := self._messages(packets):
            site = self._sites.site
            try:
                self._journal.append(messages, site.version, site.text)
            except Retryable:
                self.journal_errors += 1
                raise
            self._arrivals.add(len(messages))
            self._kept_at = time.monotonic()
        if connection.socket() is not None:
            connection.acknowledge(packets.packet_ids)

    def _messages(self, packets: Packets) -> Messages:
        """What is to be journaled of what was read: all but what was journaled before, and what is another slot's."""
        topics, payloads, packet_ids = packets.topics, packets.payloads, packets.packet_ids
        left_out: list[int] = []
        if self._others is not None:
            left_out = [index for index, topic in enumerate(topics) if self._others.take(topic)]
        if packets.again and self._resumed:
            again = [i for i in packets.again if self._window.holds(packet_ids[i], topics[i], payloads[i])]
            self.redelivered += len(again)
            left_out += again
        messages = Messages(topics, payloads, self._clock.stamp(topics), packet_ids, packets.retained)
        return messages.without(left_out) if left_out else messages

    def _on_connect(
        self, client: Client, userdata: object, flags: ConnectFlags, reason: ReasonCode, properties: Properties | None
    ) -> None:
        del userdata, properties
        assert isinstance(client, Connection)  # noqa: S101 (for the type checker)
        if reason.is_failure:
            self.problem = self._refusal(reason)
            _log.warning("broker_refused", reason=str(reason), protocol=self._protocol.version.name)
            self._protocol.refused(reason)
            return
        self._protocol.taken()
        self._connected_at = time.monotonic()
        self._resumed = flags.session_present
        self.connects += 1
        wanted = set(self._settings.topics)
        known = set(msgspec.json.decode(self._journal.note(_TOPICS_NOTE) or "[]", type=list[str]))
        _log.info("broker_connected", protocol=self._protocol.version.name, session_resumed=self._resumed)
        self._note_topics(wanted | known)
        if unwanted := sorted(known - wanted):
            client.unsubscribe(unwanted)
        client.subscribe_to(self._settings.topics)

    def _note_topics(self, topics: set[str]) -> None:
        text = msgspec.json.encode(sorted(topics)).decode()
        if text != self._journal.note(_TOPICS_NOTE):
            self._journal.set_note(_TOPICS_NOTE, text)

    def _refusal(self, reason: ReasonCode) -> str:
        broker = self._settings.broker_url
        if reason.getName() in {"Bad user name or password", "Not authorized"}:
            return (
                f"The broker at {broker} refused our credentials: {reason}. "
                "Check the user in HDH_BROKER_URL and HDH_BROKER_PASSWORD."
            )
        return f"The broker at {broker} refused the connection: {reason}."

    def _on_subscribe(
        self, client: Client, userdata: object, mid: int, reasons: list[ReasonCode], properties: Properties | None
    ) -> None:
        del client, userdata, mid, properties
        refused = [topic for topic, reason in zip(self._settings.topics, reasons, strict=False) if reason.is_failure]
        if refused:
            self.problem = (
                f"The broker refused the subscription to {', '.join(refused)}. "
                "Allow the user in HDH_BROKER_URL to read it, or change HDH_INGEST_TOPICS."
            )
            _log.error("subscription_refused", topics=refused)
            return
        self.problem = self._suspicion
        self._note_topics(set(self._settings.topics))

    def _on_disconnect(
        self,
        client: Client,
        userdata: object,
        flags: DisconnectFlags,
        reason: ReasonCode,
        properties: Properties | None,
    ) -> None:
        del client, userdata, properties
        if self._connected_at is None:
            return
        self.problem = f"The connection to the broker at {self._settings.broker_url} ended: {reason}."
        if flags.is_disconnect_packet_from_server and reason.value == _TAKEN_OVER:
            self.problem = (
                f"Another process took the broker's session over: it uses the client id "
                f"{self._settings.ingest_client_id!r} too. Stop it, or set HDH_INGEST_CLIENT_ID for one of them."
            )
            self._wait_at_least = _TAKEN_OVER_SECONDS
        _log.warning("broker_disconnected", reason=str(reason), problem=self.problem)
