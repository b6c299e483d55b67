"""The MQTT session of ingest with a real broker: what is kept, what is told, what comes again."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from threading import Event, Thread

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.reasoncodes import ReasonCode

from hdh.site import SiteFile
from ingest.journal import SqliteJournal
from ingest.message import Messages
from ingest.packets import Packets
from ingest.receive import Receiver
from ingest.reports import Reports
from ingest.session import Connection
from ingest.settings import IngestSettings
from tests.common.acknowledged import acknowledged
from tests.common.eventually import eventually
from tests.common.ingest import Ingest
from tests.common.servers import Mosquitto, Server, free_port, unique
from tests.common.subscribing import subscribed

pytestmark = pytest.mark.mosquitto


@contextmanager
def gateway(port: int) -> Iterator[mqtt.Client]:
    """A connected client."""
    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.connect("127.0.0.1", port)
    client.loop_start()
    try:
        yield client
    finally:
        client.disconnect()
        client.loop_stop()


def publish(broker: Mosquitto, *messages: tuple[str, str], qos: int = 1, retain: bool = False) -> None:
    """Publish and wait until the broker has all of it."""
    with gateway(broker.port) as client:
        for topic, payload in messages:
            acknowledged(client.publish(topic, payload, qos=qos, retain=retain))


@pytest.fixture
def house() -> str:
    """A house that no other test uses."""
    return unique("house")


@pytest.fixture
def ingest(broker: Mosquitto, sqlite_url: str, tmp_path: Path, house: str) -> Iterator[Ingest]:
    """An ingest of this test's own, which hears this test's house only."""
    topics = f"toe/{house}/#, healthy-digital-house/{house}/#"
    with Ingest(tmp_path / "ingest", broker.url, sqlite_url, HDH_INGEST_TOPICS=topics) as server:
        yield server


def test_what_comes_while_it_is_away_waits_in_the_session(ingest: Ingest, broker: Mosquitto, house: str) -> None:
    """Stopped cleanly, exit code 0; started again, it gets all that the broker kept."""
    assert ingest.stop() == 0
    publish(broker, *((f"toe/{house}/r/d/temperature", str(n)) for n in range(50)))
    ingest.start()
    assert ingest.wait_done(50)["written"] == 50


def test_what_is_held_back_is_written_though_the_broker_goes(sqlite_url: str, tmp_path: Path, house: str) -> None:
    """A message soon after another waits for company, but not for a broker's return."""
    topic = f"toe/{house}/r/d/temperature"
    with (
        Mosquitto(tmp_path / "broker") as broker,
        Ingest(tmp_path / "ingest", broker.url, sqlite_url, HDH_INGEST_TOPICS=f"toe/{house}/#") as ingest,
    ):
        publish(broker, (topic, "1"))
        ingest.wait_done(1)
        publish(broker, (topic, "2"))
        eventually(lambda: ingest.status()["received"] == 2)
        broker.stop()
        # The pipeline looks by itself only every ten seconds.
        assert ingest.wait_done(2, seconds=5)["written"] == 2


def test_a_rejected_message_is_reported_to_its_device_and_kept(ingest: Ingest, broker: Mosquitto, house: str) -> None:
    """The report has time, topic, reason and detail; it does not come back to ingest, nor is a report reported."""
    topic = f"toe/{house}/r/d"
    with subscribed(broker.port, f"toe/{house}/+/+/error") as reports:
        publish(broker, (topic, '{"secret'), (f"{topic}/error", "not a report"), (f"{topic}/temperature", "1"))
        eventually(lambda: reports[1:])
    assert [f"{topic}/error"] * 2 == [where for where, _ in reports]
    report = json.loads(next(body for _, body in reports if body.startswith(b"{")))
    assert set(report) == {"time", "topic", "reason", "detail"}
    assert (report["topic"], report["reason"]) == (topic, "payload")
    status = ingest.wait_done(3)
    assert (status["received"], status["rejected_reasons"], status["ignored_reasons"]) == (
        3,
        {"payload": 1},
        {"error_topic": 1},
    )
    [kept] = ingest.get("/rejected?project=toe")["rejected"]
    assert (kept["topic"], kept["payload"], kept["encoding"], kept["payload_bytes"]) == (topic, '{"secret', "utf-8", 8)


def test_qos_0_and_retained_messages(broker: Mosquitto, sqlite_url: str, tmp_path: Path, house: str) -> None:
    """QoS 0 is journaled too; a retained message counts once, and only with a time of its own is it written."""
    topic = f"toe/{house}/r"
    publish(broker, (f"{topic}/a", '{"time": 1700000000, "temperature": 1}'), (f"{topic}/b/power", "2"), retain=True)
    with Ingest(tmp_path / "ingest", broker.url, sqlite_url, HDH_INGEST_TOPICS=f"toe/{house}/#") as ingest:
        publish(broker, (f"{topic}/c/power", "3"), qos=0)
        assert ingest.wait_done(3)["ignored_reasons"] == {"retained": 1}
        ingest.stop()
        ingest.start()
        publish(broker, (f"{topic}/d/power", "4"))
        status = ingest.wait_done(4)
        assert (status["received"], status["written"], status["ignored"]) == (4, 3, 1)


def test_binary_and_long_payloads_are_told_as_they_are(ingest: Ingest, broker: Mosquitto, house: str) -> None:
    """Bytes that are no text come as base64; of long payloads the beginning comes, and the length."""
    with gateway(broker.port) as client:
        for payload in (b"\xff\xfe", "ä".encode() * 40_000 + b"x", b""):
            acknowledged(client.publish(f"toe/{house}/r/d/e/f/g/h", payload, qos=1))
    ingest.wait_done(3)
    page = ingest.get("/rejected?limit=2")
    empty, long = page["rejected"]
    assert (empty["payload"], empty["payload_bytes"]) == ("", 0)
    assert (long["payload"], long["encoding"], long["payload_bytes"]) == ("ä" * 32_768, "utf-8", 80_001)
    last = ingest.get(f"/rejected?limit=2&before={page['next']}")
    assert last["next"] is None
    assert [(k["payload"], k["encoding"], k["payload_bytes"]) for k in last["rejected"]] == [("//4=", "base64", 2)]


def test_filters_that_are_not_wanted_any_more_are_unsubscribed(ingest: Ingest, broker: Mosquitto, house: str) -> None:
    """The session remembers subscriptions: a changed HDH_INGEST_TOPICS takes the old ones back."""
    ingest.stop()
    assert ingest.env is not None
    ingest.env["HDH_INGEST_TOPICS"] = f"toe/{house}/kept/#"
    ingest.start()
    publish(broker, (f"toe/{house}/gone/d/power", "1"), (f"toe/{house}/kept/d/power", "2"))
    assert ingest.wait_done(1)["received"] == 1
    publish(broker, (f"toe/{house}/gone/d/power", "3"), (f"toe/{house}/kept/d/power", "4"))
    assert ingest.wait_done(2)["received"] == 2


def test_a_second_process_with_the_same_client_id_is_told(ingest: Ingest, broker: Mosquitto, tmp_path: Path) -> None:
    """Its session is taken over again and again: it says which variable to set, whether the broker tells why or not."""
    assert ingest.env is not None
    variables = {name: ingest.env[name] for name in ("HDH_INGEST_CLIENT_ID", "HDH_INGEST_TOPICS")}
    with Ingest(tmp_path / "other", broker.url, f"sqlite:///{tmp_path}/other.db", **variables) as other:

        def told() -> list[str]:
            reasons = [
                reason for server in (ingest, other) for reason in server.get("/health/ready").get("reasons", [])
            ]
            return [reason for reason in reasons if "HDH_INGEST_CLIENT_ID" in reason]

        assert re.search(f"uses? the client id '{ingest.client_id}' too", eventually(told)[0])


def test_a_broker_that_speaks_only_3_1_1(tmp_path: Path, sqlite_url: str) -> None:
    """It refuses MQTT 5; then 3.1.1 it is, also after a restart, with our own error reports coming back ignored."""
    url = f"mqtt://ingest@127.0.0.1:{free_port()}"
    env = os.environ | {"HDH_DEMO_BROKER": "amqtt", "HDH_DEMO_DIR": str(tmp_path), "HDH_BROKER_URL": url}
    old = Server([sys.executable, "-m", "infra.demo.broker"], tmp_path / "amqtt.log", env)
    with old, Ingest(tmp_path / "ingest", url, sqlite_url, HDH_BROKER_PASSWORD="any") as ingest:
        assert '"protocol": "MQTTv311"' in ingest.log.read_text()
        port = int(url.rpartition(":")[2])
        with gateway(port) as client:
            for payload in ("1", "broken"):
                acknowledged(client.publish("toe/h/r/d/power", payload, qos=1))
        status = ingest.wait_done(3)
        assert (status["written"], status["rejected"]) == (1, 1)
        assert status["ignored_reasons"] == {"error_topic": 1}


def test_refused_credentials_are_told(tmp_path: Path, sqlite_url: str) -> None:
    """Ready says what to set; ingest goes on trying."""
    with Mosquitto(tmp_path / "mosquitto", extra="allow_anonymous false") as closed:
        ingest = Ingest(tmp_path / "ingest", closed.url, sqlite_url)
        ingest.start_anyhow()
        try:
            [reason] = eventually(lambda: [r for r in ingest.get("/health/ready")["reasons"] if "credentials" in r])
        finally:
            assert ingest.stop() == 0
    assert "HDH_BROKER_PASSWORD" in reason


def test_a_refused_subscription_is_told(broker: Mosquitto, tmp_path: Path, house: str) -> None:
    """A broker that lets us in but not read says so in its answer to the subscription (Mosquitto: only by a plugin)."""
    receiver, journal = _receiver(broker, tmp_path, house)
    refused = ReasonCode(PacketTypes.SUBACK, identifier=0x87)
    receiver._on_subscribe(mqtt.Client(CallbackAPIVersion.VERSION2), None, 1, [refused], None)  # noqa: SLF001
    journal.close()
    assert f"refused the subscription to toe/{house}/#" in receiver.problem
    assert "HDH_INGEST_TOPICS" in receiver.problem


def test_the_broker_comes_late_and_goes_away(tmp_path: Path, sqlite_url: str) -> None:
    """Without a broker ingest lives, says so and waits; it comes back to one that restarts."""
    server = Mosquitto(tmp_path / "mosquitto")
    ingest = Ingest(tmp_path / "ingest", server.url, sqlite_url)
    ingest.start_anyhow()
    try:
        eventually(lambda: "cannot be reached" in ingest.get("/health/ready")["reasons"][0])
        with server:
            eventually(ingest.ready)
            server.stop()
            eventually(lambda: not ingest.ready())
            server.start()
            eventually(ingest.ready)
            publish(server, ("toe/h/r/d/power", "1"))
            assert ingest.wait_done(1)["written"] == 1
            assert ingest.metrics()["hdh_reconnects_total"] == 1
    finally:
        ingest.stop()


def test_tls(tmp_path: Path, sqlite_url: str) -> None:
    """mqtts, the broker checked by HDH_BROKER_CA_FILE; with another CA it is not trusted."""
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    command += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True)
    port = free_port()
    extra = f"listener {port} 127.0.0.1\ncertfile {certificate}\nkeyfile {key}"
    with Mosquitto(tmp_path / "mosquitto", extra=extra) as server:
        trusting = Ingest(tmp_path / "a", f"mqtts://127.0.0.1:{port}", sqlite_url, HDH_BROKER_CA_FILE=str(certificate))
        with trusting as ingest:
            publish(server, *((f"toe/h/r/d{n}/power", "1") for n in range(300)))
            assert ingest.wait_done(300)["written"] == 300
        wary = Ingest(tmp_path / "b", f"mqtts://127.0.0.1:{port}", sqlite_url)
        wary.start_anyhow()
        try:
            eventually(lambda: "certificate verify failed" in wary.get("/health/ready")["reasons"][0])
        finally:
            wary.stop()


def _receiver(broker: Mosquitto, folder: Path, house: str) -> tuple[Receiver, SqliteJournal]:
    settings = IngestSettings(
        broker_url=broker.url,
        store_url="sqlite:////nowhere/store.db",
        journal_dir=folder,
        ingest_client_id=house,
        ingest_topics=f"toe/{house}/#",
    )
    journal = SqliteJournal(folder)
    return Receiver(settings, journal, SiteFile(None), Reports(), Event(), Random(1)), journal


@contextmanager
def _receiving(broker: Mosquitto, folder: Path, house: str) -> Iterator[tuple[Receiver, SqliteJournal]]:
    receiver, journal = _receiver(broker, folder, house)
    stop = Event()
    thread = Thread(target=receiver.run, args=(stop,))
    thread.start()
    try:
        eventually(lambda: not receiver.problem)
        yield receiver, journal
    finally:
        stop.set()
        thread.join(20)
        journal.close()


def test_what_was_journaled_but_not_acknowledged_is_not_journaled_again(
    broker: Mosquitto, tmp_path: Path, house: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Identical messages, journaled and never acknowledged: each comes again with DUP and is dropped, new ones stay."""
    acknowledge = Connection.acknowledge
    monkeypatch.setattr(Connection, "acknowledge", lambda *_: None)
    with _receiving(broker, tmp_path, house) as (_, journal):
        publish(broker, *[(f"toe/{house}/r/d/power", "1")] * 40)
        eventually(lambda: journal.last == 40)
    publish(broker, *[(f"toe/{house}/r/d/power", "1")] * 10)
    monkeypatch.setattr(Connection, "acknowledge", acknowledge)
    with _receiving(broker, tmp_path, house) as (receiver, journal):
        eventually(lambda: journal.last == 50)
        assert receiver.redelivered == 40
    with _receiving(broker, tmp_path, house) as (receiver, journal):
        publish(broker, (f"toe/{house}/r/d/power", "1"))
        eventually(lambda: journal.last == 51)
        assert receiver.redelivered == 0
        times = [
            message.time for batch in journal.read(0, until=99, messages=99, size=1 << 20) for message in batch.messages
        ]
        assert len(set(times)) == 51


def _forget(receiver: Receiver, _: Connection) -> None:
    receiver._packets = Packets()  # noqa: SLF001 (as if it had never been read)


def test_what_was_sent_but_not_journaled_is_journaled_when_it_comes_again(
    broker: Mosquitto, tmp_path: Path, house: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DUP alone is no reason to drop: the broker counts as sent what ingest never read."""
    with _receiving(broker, tmp_path, house) as (_, journal):
        publish(broker, *[(f"toe/{house}/r/d/power", "1")] * 5)
        eventually(lambda: journal.last == 5)
        with monkeypatch.context() as context:
            context.setattr(Receiver, "_keep", _forget)
            publish(broker, *[(f"toe/{house}/r/d/power", "1")] * 5)
    with _receiving(broker, tmp_path, house) as (receiver, journal):
        eventually(lambda: journal.last == 10)
        assert receiver.redelivered == 0


def test_an_exception_costs_one_connection(
    broker: Mosquitto, tmp_path: Path, house: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The thread lives on, connects again, and what was not acknowledged comes again."""
    whole = Receiver._messages  # noqa: SLF001
    failures = [ZeroDivisionError("oh")]

    def broken(receiver: Receiver, packets: Packets) -> Messages:
        if failures:
            raise failures.pop()
        return whole(receiver, packets)

    monkeypatch.setattr(Receiver, "_messages", broken)
    with _receiving(broker, tmp_path, house) as (receiver, journal):
        publish(broker, (f"toe/{house}/r/d/power", "1"))
        eventually(lambda: journal.last == 1)
        eventually(lambda: receiver.connects == 2 and not receiver.problem)


def test_a_taken_port_and_wrong_settings_end_with_2(ingest: Ingest) -> None:
    """One sentence that names the variable, on standard error, no traceback."""
    assert ingest.env is not None
    cases = {
        "HDH_INGEST_LISTEN": ingest.env,
        "HDH_STORE_URL": ingest.env | {"HDH_STORE_URL": "nonsense"},
        "HDH_JOURNAL_DIR": ingest.env | {"HDH_INGEST_LISTEN": "127.0.0.1:0"},
        "HDH_BROKER_CA_FILE": ingest.env | {"HDH_INGEST_LISTEN": "127.0.0.1:0", "HDH_BROKER_CA_FILE": "/nowhere"},
        "site.yaml:1": ingest.env | {"HDH_INGEST_LISTEN": "127.0.0.1:0", "HDH_SITE_FILE": os.devnull},
    }
    for name, env in cases.items():
        done = subprocess.run(ingest.command, env=env, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 2, done.stderr
        assert name.replace("site.yaml", os.devnull) in done.stderr
        assert "Traceback" not in done.stderr


def test_signals_reload_and_end(ingest: Ingest) -> None:
    """SIGHUP does not end it; SIGINT does, with 0."""
    assert ingest.process is not None
    ingest.process.send_signal(signal.SIGHUP)
    assert ingest.ready()
    assert ingest.stop(signal.SIGINT) == 0
