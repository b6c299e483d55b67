"""A real flat's three months over TLS; they survive down and up, and come back from a backup."""

import time
from pathlib import Path

import pytest

from tests.common import flat
from tests.common.eventually import eventually
from tests.stack.gateway import Gateway
from tests.stack.stack import Stack

pytestmark = [pytest.mark.docker, pytest.mark.timeout(900)]


TOGETHER = 20


@pytest.fixture(scope="module")
def published(stack: Stack, figures: list[str]) -> list[flat.FlatSeries]:
    """All of it, published at QoS 1 over TLS by a gateway with its own password."""
    series = flat.load()
    messages = [
        (0, f"flat/home/{s.room}/{s.device}", _message(s, first))
        for s in series
        for first in range(0, len(s.times), TOGETHER)
    ]
    received = stack.counters()["received"]
    card = stack.card("flat", "flat", "home")
    start = time.monotonic()
    with Gateway(card, stack.broker_port) as gateway:
        gateway.publish(messages)
    stack.wait_written(received + len(messages), seconds=180)
    figures.append(f"The flat: {flat.READINGS} readings over TLS, written after {time.monotonic() - start:.0f} s.")
    return series


def _message(series: flat.FlatSeries, first: int) -> str:
    """Several readings, as a gateway sends them that was offline."""
    part = slice(first, first + TOGETHER)
    readings = zip(series.times[part], series.spelled[part], strict=True)
    return "[" + ",".join(f'{{"time": {time}, "{series.quantity}": {value}}}' for time, value in readings) + "]"


def test_every_reading_comes_back(stack: Stack, published: list[flat.FlatSeries]) -> None:
    """Value for value and time for time."""
    answer = stack.get("/v1/readings", project="flat", start="2017-01-01T00:00:00Z", stop="2018-01-01T00:00:00Z")
    found = {(s["room"], s["device"], s["quantity"]): (s["time"], s["value"]) for s in answer.json()["series"]}

    assert {key: len(times) for key, (times, _) in found.items()} == {
        (s.room, s.device, s.quantity): len(s.times) for s in published
    }
    assert found == {(s.room, s.device, s.quantity): (s.times, s.values) for s in published}


@pytest.mark.usefixtures("published")
def test_down_and_up_keeps_all(stack: Stack) -> None:
    """Readings, counters and credentials are on volumes."""
    before = stack.checksum("flat"), stack.counters()["written"], stack.key()
    stack.make("down")
    assert stack.containers() == {}
    stack.make("up")

    assert before == (stack.checksum("flat"), stack.counters()["written"], stack.key())


@pytest.mark.usefixtures("published")
def test_a_backup_brings_everything_back(stack: Stack, tmp_path: Path, figures: list[str]) -> None:
    """Backup, purge, restore: equal data by checksum, the same counters and key; gateways known before are let in."""
    archive = tmp_path / "backup.tar.zst"
    before = stack.checksum("flat"), stack.counters()["written"], stack.key()
    card = stack.card("after", "other", "later")
    start = time.monotonic()
    stack.operate("backup", str(archive))
    saved = time.monotonic()
    assert stack.wait_written()["written"] == before[1]

    stack.make("purge", CONFIRM=stack.project)
    assert [v.name for v in stack.client.volumes.list() if v.name.startswith(stack.project)] == []
    _refuse_damaged(stack, archive)
    restoring = time.monotonic()
    stack.operate("restore", str(archive))
    restored = time.monotonic()
    stack.make("up")

    times = f"made in {saved - start:.0f} s, restored in {restored - restoring:.0f} s"
    figures.append(f"Backup of the flat: {archive.stat().st_size:,} bytes, {times}.")
    assert before == (stack.checksum("flat"), stack.counters()["written"], stack.key())
    with Gateway(card, stack.broker_port) as gateway:
        gateway.publish([(1, "other/later/room/after", '{"temperature": 20}')])
    eventually(lambda: "after" in stack.readings("other"))


def _refuse_damaged(stack: Stack, archive: Path) -> None:
    """One changed byte in an archive: it is refused, and there still is no volume."""
    damaged = archive.with_name("damaged.tar.zst")
    content = bytearray(archive.read_bytes())
    content[len(content) // 2] ^= 1
    damaged.write_bytes(content)

    with pytest.raises(AssertionError, match=r"damaged\.tar\.zst"):
        stack.operate("restore", str(damaged))
    assert [v.name for v in stack.client.volumes.list() if v.name.startswith(stack.project)] == []
