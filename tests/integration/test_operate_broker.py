"""The broker's part of set-up against a real Mosquitto with the stack's own configuration file."""

import functools
import json
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion
from typer.testing import CliRunner, Result

from operate.main import app
from tests.common.acknowledged import acknowledged
from tests.common.eventually import eventually
from tests.common.stack_broker import StackBroker

pytestmark = pytest.mark.mosquitto


@dataclass
class Client:
    """A connection and what came over it."""

    client: paho.Client
    received: list[tuple[str, bytes]] = field(default_factory=list)

    def take(self, message: paho.MQTTMessage) -> None:
        """Keep a message."""
        self.received.append((message.topic, bytes(message.payload)))

    def publish(self, topic: str, payload: bytes) -> None:
        """Publish at QoS 1 and wait for the acknowledgement."""
        acknowledged(self.client.publish(topic, payload, qos=1))


@dataclass
class Access:
    """A broker and the credentials that set-up made for it."""

    broker: StackBroker
    credentials: Path

    def password(self, service: str) -> str:
        """A service's password."""
        file = "broker/health.password" if service == "health" else f"{service}/broker.password"
        return (self.credentials / file).read_text().strip()

    @contextmanager
    def connected(
        self,
        user: str,
        password: str,
        *subscriptions: str,
        tls: bool = False,
        session: str = "",
        clean: bool = True,
        will: str = "",
    ) -> Iterator[Client]:
        """Connect, and subscribe; raises what the broker said where it refuses."""
        answers: list[str] = []
        found = Client(paho.Client(CallbackAPIVersion.VERSION2, client_id=session, clean_session=clean))
        if will:
            found.client.will_set(will, b"will", qos=1)
        found.client.username_pw_set(user, password)
        found.client.on_connect = lambda *arguments: answers.append(str(arguments[3]))
        found.client.on_message = lambda *arguments: found.take(arguments[2])
        if tls:
            found.client.tls_set(ca_certs=str(self.credentials / "broker" / "ca.crt"), cert_reqs=ssl.CERT_REQUIRED)
        found.client.connect("localhost" if tls else "127.0.0.1", self.broker.tls_port if tls else self.broker.port)
        found.client.loop_start()
        try:
            eventually(lambda: answers)
            if answers[0] != "Success":
                raise PermissionError(answers[0])
            subscribed: list[object] = []
            found.client.on_subscribe = lambda *_: subscribed.append(1)
            for topic in subscriptions:
                found.client.subscribe(topic, qos=1)
            eventually(lambda: len(subscribed) == len(subscriptions))
            yield found
        finally:
            found.client.disconnect()
            found.client.loop_stop()

    def operate(self, *arguments: str) -> Result:
        """Run a command of operate as it runs inside the stack."""
        env = {"HDH_OPERATE_CREDENTIALS_DIR": str(self.credentials), "HDH_OPERATE_BROKER_HOSTS": "localhost"}
        return CliRunner().invoke(app, arguments, env=env)

    def add(self, name: str, project: str, house: str) -> str:
        """Add a gateway, tell the broker, and return its password."""
        result = self.operate("gateway", "add", name, "--project", project, "--house", house, "--json")
        assert result.exit_code == 0, result.output
        self.broker.reload()
        return str(json.loads(result.stdout)["password"])


@pytest.fixture(scope="module")
def access(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Access]:
    """A broker that set-up has prepared."""
    folder = tmp_path_factory.mktemp("stack-broker")
    credentials = folder / "credentials"
    credentials.mkdir()
    found = Access(StackBroker(folder / "broker", credentials), credentials)
    result = found.operate("setup", "--broker")
    assert result.exit_code == 0, result.output
    with found.broker:
        yield found


def _connects(access: Access, user: str, password: str) -> bool:
    with access.connected(user, password, tls=True):
        return True


def test_services_connect_and_nobody_else(access: Access) -> None:
    """Each service has a password of its own; without one, or with another's, nobody comes in."""
    for service in ("ingest", "simulator", "health"):
        with access.connected(service, access.password(service)):
            pass
    for user, password in (("", ""), ("ingest", access.password("simulator")), ("stranger", "password")):
        with pytest.raises(PermissionError, match="Not authorized"), access.connected(user, password):
            pass


def test_a_gateway_publishes_below_its_house_only(access: Access) -> None:
    """What it publishes elsewhere is acknowledged, as MQTT 3.1.1 has no other answer, and reaches nobody."""
    password = access.add("north", "toe", "north")
    with (
        access.connected("ingest", access.password("ingest"), "#") as ingest,
        access.connected("gw-north", password, tls=True) as gateway,
    ):
        for topic in ("toe/south/room/device", "healthy-digital-house/north/room/device", "north", "toe/north-2/r/d"):
            gateway.publish(topic, b"outside")
        gateway.publish("toe/north/room/device", b"inside")
        eventually(lambda: ingest.received)

    assert ingest.received == [("toe/north/room/device", b"inside")]


def test_a_gateway_takes_nobodys_session(access: Access) -> None:
    """Not ingest's by its client id, where messages wait that were acknowledged; a user is one session of its own."""
    password = access.add("thief", "toe", "thief")
    ingest = functools.partial(access.connected, "ingest", access.password("ingest"), session="hdh-ingest", clean=False)
    with ingest() as client:
        client.client.subscribe("#", qos=1)
        client.publish("toe/x/room/device/error", b"subscribed")
        eventually(lambda: client.received)
    with access.connected("gw-thief", password, tls=True) as gateway:
        for number in range(3):
            gateway.publish("toe/thief/room/device", b"%d" % number)

    for clean in (True, False):
        with access.connected("gw-thief", password, "#", tls=True, session="hdh-ingest", clean=clean) as thief:
            thief.publish("toe/thief/room/device", b"meanwhile")

    def received() -> list[bytes]:
        # The first one comes once more if its acknowledgement came too late.
        return [payload for _, payload in client.received if payload != b"subscribed"]

    with ingest() as client:
        eventually(lambda: len(received()) >= 5)
    assert received() == [b"0", b"1", b"2", b"meanwhile", b"meanwhile"]
    assert thief.received == []


def test_a_gateways_last_will_and_retained_messages_stay_below_its_house(access: Access) -> None:
    """Neither is a way out, also not to the broker's own topics."""
    outside, inside = ("toe/south/room/device", "$SYS/broker/version", "$CONTROL/dynamic-security/v1"), "toe/dying/r/d"
    password = access.add("dying", "toe", "dying")
    with access.connected("ingest", access.password("ingest"), "#", "$SYS/broker/version", "$CONTROL/#") as ingest:
        with access.connected("gw-dying", password, tls=True) as gateway:
            for topic in outside:
                acknowledged(gateway.client.publish(topic, b"retained", qos=1, retain=True))
        for will in (*outside, inside):
            with access.connected("gw-dying", password, tls=True, will=will) as gateway:
                sock = gateway.client.socket()
                assert isinstance(sock, socket.socket)
                sock.shutdown(socket.SHUT_RDWR)
        eventually(lambda: ingest.received)

    assert [message for message in ingest.received if not message[0].startswith("$SYS")] == [(inside, b"will")]
    assert not {payload for topic, payload in ingest.received if topic.startswith("$SYS")} & {b"retained", b"will"}


def test_a_gateway_reads_its_own_errors_only(access: Access) -> None:
    """It subscribes to everything and gets what ingest reported to its house."""
    password = access.add("east", "toe", "east")
    with (
        access.connected("gw-east", password, "#", "toe/#", "$share/all/#", "$SYS/#", "+/+/+/+", tls=True) as gateway,
        access.connected("ingest", access.password("ingest")) as ingest,
        access.connected("simulator", access.password("simulator")) as simulator,
    ):
        simulator.publish("toe/east/room/device", b"reading")
        simulator.publish("toe/west/room/device", b"reading")
        ingest.publish("toe/west/room/device/error", b"of another")
        ingest.publish("toe/east/room/device/error", b"own")
        ingest.publish("toe/east/room/device/with/levels/error", b"own, deep")
        eventually(lambda: len(set(gateway.received)) == 2)

    assert set(gateway.received) == {
        ("toe/east/room/device/error", b"own"),
        ("toe/east/room/device/with/levels/error", b"own, deep"),
    }


def test_ingest_publishes_errors_only(access: Access) -> None:
    """Whoever took ingest over could not invent readings by the broker."""
    with access.connected("ingest", access.password("ingest"), "#") as ingest:
        ingest.publish("toe/house/room/device", b"invented")
        ingest.publish("toe/house/room/device/error", b"reported")
        eventually(lambda: ingest.received)

    assert ingest.received == [("toe/house/room/device/error", b"reported")]


def test_a_revoked_gateway_is_cut_off_and_others_notice_nothing(access: Access) -> None:
    """Without a restart of anything, also while it is connected."""
    revoked, kept = access.add("revoked", "toe", "r"), access.add("kept", "toe", "k")
    with (
        access.connected("gw-revoked", revoked, tls=True) as gone,
        access.connected("gw-kept", kept, tls=True) as there,
    ):
        result = access.operate("gateway", "revoke", "revoked")
        access.broker.reload()
        eventually(lambda: not gone.client.is_connected())

        assert result.stdout == "The gateway revoked is shut out.\n"
        assert there.client.is_connected()
        there.publish("toe/k/room/device", b"still")
    with pytest.raises(PermissionError, match="Not authorized"):
        _connects(access, "gw-revoked", revoked)


def test_a_gateway_keeps_its_password_when_set_up_runs_again(access: Access) -> None:
    """Set-up writes the broker's files anew from what it knows, and nobody's access changes."""
    password = access.add("lasting", "toe", "lasting")
    before = {path: path.read_text() for path in access.credentials.rglob("*") if path.is_file()}

    result = access.operate("setup", "--broker")

    assert result.output == "broker: everything is there\n"
    assert before == {path: path.read_text() for path in access.credentials.rglob("*") if path.is_file()}
    access.broker.reload()
    assert _connects(access, "gw-lasting", password)


def _greet(access: Access, host: str) -> str | None:
    """The TLS version of a handshake with the broker under this name."""
    context = ssl.create_default_context(cafile=str(access.credentials / "broker" / "ca.crt"))
    with (
        socket.create_connection(("127.0.0.1", access.broker.tls_port), timeout=5) as plain,
        context.wrap_socket(plain, server_hostname=host) as secure,
    ):
        return secure.version()


def test_the_certificate_holds_for_the_names_that_gateways_use(access: Access) -> None:
    """Who checks the name refuses the broker under another one."""
    assert {_greet(access, host) for host in ("broker", "localhost", "127.0.0.1")} == {"TLSv1.3"}
    with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
        _greet(access, "stranger.example")
