"""A real flat's three months over TLS; they survive down and up, and come back from a backup."""

import hashlib
import time
from pathlib import Path

import pytest

from tests.common import flat
from tests.stack.gateway import Gateway
from tests.stack.stack import Stack

pytestmark = [pytest.mark.docker, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def published(stack: Stack, figures: list[str]) -> list[flat.FlatSeries]:
    """All of it, published at QoS 1 by a gateway with its own password."""
    series = flat.load()
    messages = (
        (0, f"flat/home/{s.room}/{s.device}", f'{{"time": {time_ms}, "{s.quantity}": {spelled}}}')
        for s in series
        for time_ms, spelled in zip(s.times, s.spelled, strict=True)
    )
    card = stack.card("flat", "flat", "home")
    start = time.monotonic()
    with Gateway(card, stack.broker_port) as gateway:
        gateway.publish(messages)
    stack.wait_written(seconds=180)
    figures.append(f"The flat: {flat.READINGS} readings over TLS, written after {time.monotonic() - start:.0f} s.")
    return series


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
    restoring = time.monotonic()
    stack.operate("restore", str(archive))
    restored = time.monotonic()
    stack.make("up")

    times = f"made in {saved - start:.0f} s, restored in {restored - restoring:.0f} s"
    figures.append(f"Backup of the flat: {archive.stat().st_size:,} bytes, {times}.")
    assert before == (stack.checksum("flat"), stack.counters()["written"], stack.key())
    with Gateway(card, stack.broker_port) as gateway:
        gateway.publish([(1, "other/later/room/after", '{"temperature": 20}')])
    stack.wait_written()
    assert "after" in stack.readings("other")


@pytest.mark.usefixtures("published")
def test_a_damaged_archive_is_refused_before_anything_is_touched(stack: Stack, tmp_path: Path) -> None:
    """One changed byte: exit code 2, and the volumes are as they were."""
    archive = tmp_path / "backup.tar.zst"
    stack.operate("backup", str(archive))
    content = bytearray(archive.read_bytes())
    content[len(content) // 2] ^= 1
    archive.write_bytes(content)
    before = stack.checksum("flat")
    stack.make("down")

    with pytest.raises(AssertionError, match=r"backup\.tar\.zst"):
        stack.operate("restore", "--replace", str(archive))

    stack.make("up")
    assert hashlib.sha256(stack.readings("flat").encode()).hexdigest() == before
