"""Services are killed under load: what was acknowledged is there, and what a killed broker loses is measured."""

import re
import threading
import time
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.common.eventually import eventually
from tests.stack.gateway import Gateway
from tests.stack.stack import ROOT, Stack

pytestmark = [pytest.mark.docker, pytest.mark.timeout(600)]

RATE = 1000
START_MS = 1_790_000_000_000
CONFIG = ROOT / "infra" / "mosquitto" / "mosquitto.conf"
SENSOR = ",storm,home,room,sensor,temperature,"


def messages(first: int, count: int) -> Iterator[tuple[int, str, str]]:
    """Each with a time that no other has, so that the store tells which came."""
    for n in range(first, first + count):
        yield n, "storm/home/room/sensor", f'{{"time": {START_MS + n}, "temperature": {n}}}'


def stored(stack: Stack) -> Counter[int]:
    """The numbers of the messages in the store, each as often as it is there."""
    return Counter(int(float(line.split(",")[6])) for line in stack.readings("storm").splitlines() if SENSOR in line)


@pytest.fixture(scope="module")
def gateway(stack: Stack) -> Iterator[Gateway]:
    """One gateway for all storms."""
    with Gateway(stack.card("storm", "storm", "home"), stack.broker_port) as client:
        yield client


@pytest.mark.parametrize(("service", "first"), [("ingest", 0), ("influxdb", 100_000), ("api", 200_000)])
def test_a_killed_service_loses_nothing(stack: Stack, gateway: Gateway, service: str, first: int) -> None:
    """Twice under load: every message that the broker acknowledged is in the store, once, and counters reconcile."""
    gateway.acknowledged.clear()
    rejected = stack.counters()["rejected"]
    load = threading.Thread(target=lambda: gateway.publish(messages(first, 10 * RATE), rate=RATE))
    load.start()
    for _ in range(2):
        time.sleep(1.5)  # the load before the kill, not a wait for anything
        stack.kill(service)
        stack.start(service, wait=False)
        eventually(lambda: stack.healthy(service), seconds=60, every=0.2)
    load.join()
    eventually(lambda: stack.healthy("ingest") and stack.healthy("api"), seconds=60, every=0.2)

    assert sorted(gateway.acknowledged) == list(range(first, first + 10 * RATE))
    eventually(lambda: stored(stack).keys() >= set(gateway.acknowledged), seconds=60, every=0.5)
    assert stack.wait_written()["rejected"] == rejected
    assert set(stored(stack).values()) == {1}


def test_what_a_killed_broker_loses(stack: Stack, figures: list[str]) -> None:
    """With ingest away, kill -9 of the broker loses what it acknowledged since its last save, and no more.

    While ingest runs, a message waits in the broker for milliseconds.
    """
    interval = int(re.findall(r"(?m)^autosave_interval (\d+)", CONFIG.read_text())[0])
    first, count = 300_000, (interval + 3) * RATE
    stack.kill("ingest")
    times: dict[int, float] = {}

    def noted() -> Iterator[tuple[int, str, str]]:
        for message in messages(first, count):
            times[message[0]] = time.monotonic()
            yield message

    with Gateway(stack.card("unlucky", "storm", "home"), stack.broker_port) as client:
        client.publish(noted(), rate=RATE)
        acknowledged = set(client.acknowledged)
    killed = time.monotonic()
    stack.kill("broker")
    stack.start("broker")
    stack.start("ingest")
    with Gateway(stack.card("last", "storm", "home"), stack.broker_port) as client:
        client.publish(messages(first + count, 1))
    eventually(lambda: first + count in stored(stack), seconds=60, every=0.5)

    lost = acknowledged - stored(stack).keys()
    oldest = max((killed - times[n] for n in lost), default=0)
    figures.append(
        f"Killed broker, ingest away: {len(lost)} of {len(acknowledged)} lost, none older than {oldest:.1f} s."
    )
    assert len(acknowledged) == count
    assert oldest <= interval + 2
