"""Rejected messages after a fix: `ingest retry-rejected` beside a running ingest, and without one."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hdh.model import ALL_TIME
from hdh.store import open_reader
from hdh.store.interface import Selection
from tests.common.eventually import eventually
from tests.common.ingest import Ingest
from tests.common.servers import Influxd, Mosquitto, unique
from tests.integration.test_ingest_session import publish

pytestmark = pytest.mark.mosquitto
_BEFORE = "projects:\n  - {{id: {a}, title: A, timezone: UTC}}\n"
_AFTER = _BEFORE + "  - {{id: {b}, title: B, timezone: UTC}}\n"


class _World:
    """An ingest with a site file that lists one of two projects."""

    def __init__(self, folder: Path, broker: Mosquitto, store: str) -> None:
        self.broker = broker
        self.store = store
        self.names = {"a": unique("a"), "b": unique("b")}
        self.site = folder / "site.yaml"
        self.site.write_text(_BEFORE.format(**self.names))
        topics = ",".join(f"{name}/#" for name in self.names.values())
        self.ingest = Ingest(
            folder / "ingest", broker.url, store, HDH_SITE_FILE=str(self.site), HDH_INGEST_TOPICS=topics
        )

    def publish(self) -> None:
        """Four messages: one good, one broken for good, two for a project that is not listed."""
        a, b = self.names["a"], self.names["b"]
        publish(
            self.broker,
            (f"{a}/h/r/d", '{"time": 1700000000, "temperature": 1}'),
            (f"{a}/h/r/d", '{"time": 1700000000, "temp'),
            (f"{b}/h/r/d", '{"time": 1700000000, "temperature": 2}'),
            (f"{b}/h/r/e", '{"time": 1700000000, "temperature": 3}'),
        )

    def list_both(self) -> None:
        """Mend the site file."""
        self.site.write_text(_AFTER.format(**self.names))

    def values(self, project: str) -> list[float]:
        """What the store holds."""
        reader = open_reader(self.store)
        try:
            chunks = reader.read(Selection(self.names[project]), ALL_TIME)
            return sorted(float(value) for chunk in chunks for value in chunk.value)
        finally:
            reader.close()

    def counts(self) -> tuple[Any, ...]:
        """Received, written, rejected by reason."""
        status = self.ingest.status()
        return status["received"], status["written"], status["rejected_reasons"]


@pytest.fixture(params=["sqlite", pytest.param("influxdb", marks=pytest.mark.influxdb1)])
def world(request: pytest.FixtureRequest, tmp_path: Path, broker: Mosquitto) -> Iterator[_World]:
    """A running one, for each store."""
    if request.param == "sqlite":
        store = f"sqlite:///{tmp_path}/store.db"
    else:
        influxd: Influxd = request.getfixturevalue("influxd")
        store = influxd.url
    made = _World(tmp_path, broker, store)
    with made.ingest:
        yield made


def test_a_fix_of_the_site_file_brings_rejected_messages_in(world: _World) -> None:
    """What is good now is written and counted so, what is still bad stays; a running ingest goes on beside it."""
    world.publish()
    world.ingest.wait_done(4)
    assert world.counts() == (4, 1, {"payload": 1, "project": 2})
    assert "2" in world.ingest.run_command("retry-rejected", "--reason", "project")
    assert world.counts() == (4, 1, {"payload": 1, "project": 2}), "nothing was mended yet"
    world.list_both()
    output = world.ingest.run_command("retry-rejected", "--dry-run")
    assert "Would become" in output
    assert world.counts() == (4, 1, {"payload": 1, "project": 2}), "a dry run changes nothing"
    eventually(lambda: "site_file_loaded" in world.ingest.log.read_text())
    world.ingest.run_command("retry-rejected", "--topic", f"{world.names['b']}/+/+/e")
    assert world.counts() == (4, 2, {"payload": 1, "project": 1})
    assert world.values("b") == [3.0]
    world.ingest.run_command("retry-rejected")
    assert world.counts() == (4, 3, {"payload": 1})
    assert world.values("b") == [2.0, 3.0]
    assert world.ingest.get("/status")["projects"][world.names["b"]] == {"written": 2, "rejected": 0, "ignored": 0}
    [kept] = world.ingest.get("/rejected")["rejected"]
    assert kept["reason"] == "payload"
    world.publish()
    world.ingest.wait_done(8)
    assert world.counts() == (8, 6, {"payload": 2})


def test_without_a_running_ingest(world: _World) -> None:
    """The counters are right when it starts again."""
    world.publish()
    world.ingest.wait_done(4)
    world.ingest.stop()
    world.list_both()
    output = world.ingest.run_command("retry-rejected", "--project", "", "--reason", "project")
    assert "(unlisted)" in output
    world.ingest.start()
    assert world.counts() == (4, 3, {"payload": 1})
    assert world.values("b") == [2.0, 3.0]


def test_a_running_ingest_takes_a_new_site_file_by_itself(world: _World) -> None:
    """What comes after is placed by it; a wrong one is told and changes nothing."""
    world.list_both()
    eventually(lambda: "site_file_loaded" in world.ingest.log.read_text())
    world.publish()
    assert world.ingest.wait_done(4)["written"] == 3
    world.site.write_text("projects: 7\n")
    told = f"{world.site}:1: projects"
    # It may have been read while it was still empty, which is told first.
    eventually(lambda: [told in reason for reason in world.ingest.get("/health/ready")["reasons"]] == [True])
    world.publish()
    assert world.ingest.wait_done(8)["written"] == 6


def test_wrong_questions_are_told(world: _World) -> None:
    """A filter that can match nothing ends with 2, an id that no message can have is answered 422."""
    assert world.ingest.env is not None
    command = [world.ingest.command[0], "retry-rejected", "--topic", "a/#/b"]
    done = subprocess.run(command, env=world.ingest.env, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "--topic: 'a/#/b' is no topic filter" in done.stderr
    assert world.ingest.get(f"/rejected?before={10**23}")["detail"][0]["loc"] == ["query", "before"]
    assert world.ingest.get(f"/rejected?before={2**63 - 1}") == {"rejected": [], "next": None}
