"""Who may see and do what: gateways at the broker, keys at the API, services at the store."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.common.eventually import eventually
from tests.stack.gateway import Gateway
from tests.stack.stack import PERIOD, Stack

pytestmark = [pytest.mark.docker, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def card(stack: Stack) -> dict[str, Any]:
    """A gateway's access to the project `other`, house `home`."""
    return stack.card("prober", "other", "home")


@pytest.fixture
def gateway(stack: Stack, card: dict[str, Any]) -> Iterator[Gateway]:
    """That gateway, connected."""
    with Gateway(card, stack.broker_port) as client:
        yield client


def test_a_gateway_stays_inside_its_prefix(stack: Stack, gateway: Gateway) -> None:
    """What it publishes elsewhere is refused and reaches nobody; what it publishes in its house is stored."""
    topics = ("flat/home/room/intruder", "other/house/room/intruder", "other/home/room/owner")
    gateway.publish([(n, topic, '{"temperature": 21.5}') for n, topic in enumerate(topics)])

    assert gateway.acknowledged == [2]
    eventually(lambda: "owner" in stack.readings("other"))
    assert [p for p in ("flat", "other") if "intruder" in stack.readings(p)] == []


def test_a_gateway_reads_only_its_errors(stack: Stack, gateway: Gateway) -> None:
    """Whatever it subscribes to: neither others' messages nor its own reach it, only what was refused of its own."""
    gateway.subscribe("#")
    gateway.subscribe("$SYS/#")
    with Gateway(stack.card("neighbour", "flat", "next"), stack.broker_port) as neighbour:
        neighbour.publish([(0, "flat/next/room/device", '{"temperature": 1}'), (1, "flat/next/room/device", "{broken")])
    gateway.publish([(0, "other/home/room/device", '{"temperature": 1}'), (1, "other/home/room/device", "{broken")])

    eventually(lambda: gateway.received)
    assert [topic for topic, _ in gateway.received] == ["other/home/room/device/error"]


def test_nobody_connects_without_the_password(stack: Stack, card: dict[str, Any]) -> None:
    """A user's name alone is worth nothing."""
    with Gateway(card | {"password": "guessed"}, stack.broker_port) as client:
        assert "authori" in client.refused.lower()


def test_a_revoked_gateway_is_cut_off(stack: Stack, gateway: Gateway) -> None:
    """At once and without a restart, and the broker's other clients notice nothing."""
    started = stack.container("broker").attrs["State"]["StartedAt"]
    stack.operate("gateway", "revoke", "prober")

    eventually(lambda: not gateway.connected and gateway.refused)
    assert "authori" in gateway.refused.lower()
    assert stack.container("broker").attrs["State"]["StartedAt"] == started
    assert stack.healthy("ingest")


def test_a_key_of_one_project_does_not_see_the_other(stack: Stack) -> None:
    """Not in the list, not by name."""
    key = stack.inside("api", "api", "key", "add", "researcher", "--project", "other").splitlines()[0]

    listed = [project["id"] for project in stack.get("/v1/projects", key=key).json()["projects"]]
    assert listed == ["other"]
    assert stack.get("/v1/readings", key=key, project="flat", **PERIOD).status_code == 404
    assert stack.get("/v1/series", key=key, project="flat").status_code == 404
    stack.inside("api", "api", "key", "revoke", "researcher")


STORE_PROBE = """
import base64, urllib.error, urllib.parse, urllib.request
token = open("/credentials/store.token").read().strip()
headers = {"Authorization": "Basic " + base64.b64encode(token.encode()).decode()}
def ask(path, data=None):
    request = urllib.request.Request("http://influxdb:8086" + path, data, headers)
    try:
        return urllib.request.urlopen(request).read().decode()
    except urllib.error.HTTPError as error:
        return f"refused {error.code}"
select = urllib.parse.quote("SELECT * FROM climate LIMIT 1")
print(ask("/write?db=other&precision=ms", b"probe value=1 1"))
print(ask("/query?db=other&q=" + select)[:200].strip())
print(ask("/query?q=" + urllib.parse.quote("CREATE DATABASE stolen"), b"")[:200].strip())
"""


def test_a_services_token_does_only_its_work(stack: Stack) -> None:
    """At the store ingest cannot read, the api cannot write, migrate does both, and none can administrate."""
    ingest = stack.inside("ingest", "python3", "-c", STORE_PROBE).splitlines()
    api = stack.inside("api", "python3", "-c", STORE_PROBE).splitlines()
    migrate = stack.beside("migrate", "python3", "-c", STORE_PROBE).splitlines()

    assert "refused 403" in api[0]
    assert "error" in ingest[-2] or "refused" in ingest[-2]
    assert "error" not in " ".join(migrate[:-1])
    assert "refused" not in " ".join(migrate[:-1])
    for answer in (ingest[-1], api[-1], migrate[-1]):
        assert "error" in answer or "refused" in answer
