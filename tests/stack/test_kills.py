"""Services are killed under load: what was acknowledged is there, and what a killed broker loses is measured."""

import threading
import time
from collections.abc import Iterator

import pytest

from tests.common.eventually import eventually
from tests.stack.gateway import Gateway
from tests.stack.stack import Stack

pytestmark = [pytest.mark.docker, pytest.mark.timeout(600)]

RATE = 1000
START_MS = 1_790_000_000_000


def messages(first: int, count: int) -> Iterator[tuple[int, str, str]]:
    """Each with a time that no other has, so that the store tells which came."""
    for n in range(first, first + count):
        yield n, "storm/home/room/sensor", f'{{"time": {START_MS + n}, "temperature": {n}}}'


def stored(stack: Stack) -> set[int]:
    """The numbers of the messages in the store."""
    lines = stack.readings("storm").splitlines()[1:]
    return {int(float(line.split(",")[6])) for line in lines if line.split(",")[5] == "temperature"}


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
    eventually(lambda: stored(stack) >= set(gateway.acknowledged), seconds=60, every=0.5)
    assert stack.wait_written()["rejected"] == rejected
    assert len(stack.readings("storm").splitlines()) - 1 == len(stored(stack))


def test_what_a_killed_broker_loses(stack: Stack, gateway: Gateway, figures: list[str]) -> None:
    """With ingest away, kill -9 of the broker loses what it acknowledged since its last save, six seconds at most.

    While ingest runs, a message waits in the broker for milliseconds.
    """
    first, count = 300_000, 12 * RATE
    gateway.acknowledged.clear()
    stack.kill("ingest")
    times: dict[int, float] = {}
    start = time.monotonic()

    def numbered() -> Iterator[tuple[int, str, str]]:
        for message in messages(first, count):
            times[message[0]] = time.monotonic() - start
            yield message

    gateway.publish(numbered(), rate=RATE)
    end = time.monotonic() - start
    acknowledged = set(gateway.acknowledged)
    stack.kill("broker")
    stack.start("broker")
    stack.start("ingest")
    eventually(lambda: gateway.connected, seconds=30)
    gateway.publish(messages(first + count, 1))
    eventually(lambda: first + count in stored(stack), seconds=60, every=0.5)
    stack.wait_written()

    lost = acknowledged - stored(stack)
    oldest = max((end - times[n] for n in lost), default=0)
    figures.append(
        f"Killed broker, ingest away: {len(lost)} of {len(acknowledged)} lost, none older than {oldest:.1f} s."
    )
    assert oldest <= 6
    assert len(acknowledged) == count
