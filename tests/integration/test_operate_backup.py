"""Backup and restore on a real engine, with volumes and writers of the tests' own."""

import hashlib
import json
import os
import select
import socket
import socketserver
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hdh.errors import Misconfigured
from operate.backup import back_up
from operate.engine import ONE_OFF_LABEL, ROLES
from operate.transfer import read_file
from tests.common.eventually import eventually
from tests.common.operating import WRITER, Engine, build_image, states, volumes_of_a_stack

pytestmark = pytest.mark.docker

STUBBORN = "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\ntime.sleep(600)"


@pytest.fixture(scope="module")
def image() -> str:
    """An image with Python."""
    return build_image()


@pytest.fixture
def engine() -> Iterator[Engine]:
    """The volumes of a stack."""
    with volumes_of_a_stack() as found:
        yield found


def test_all_that_lasts_comes_back_on_an_empty_engine(engine: Engine, tmp_path: Path) -> None:
    """Equal by checksum, with owners, modes and the volumes' labels."""
    before, archive = engine.content(), tmp_path / "backup.tar.zst"
    saved = engine.run("backup", str(archive))
    engine.delete()

    restored = engine.run("restore", str(archive))

    assert (saved.exit_code, restored.exit_code) == (0, 0), saved.output + restored.output
    assert engine.content() == before
    assert sorted(before) == sorted([*ROLES, "ledger"])
    assert engine.client.volumes.get(engine.volume("store")).attrs["Labels"] == {"role": "store"}


class Forwarder(socketserver.ThreadingTCPServer):
    """Makes the local engine one that is reached over TCP."""

    daemon_threads = True
    connections = 0

    class Handler(socketserver.BaseRequestHandler):
        """One connection."""

        def handle(self) -> None:
            """Pass bytes on, both ways, until one side ends."""
            assert isinstance(self.server, Forwarder)
            self.server.connections += 1
            with socket.socket(socket.AF_UNIX) as engine:
                engine.connect("/var/run/docker.sock")
                other = {self.request: engine, engine: self.request}
                while True:
                    for ready in select.select(list(other), [], [])[0]:
                        data = ready.recv(1 << 16)
                        if not data:
                            return
                        other[ready].sendall(data)


@pytest.fixture
def remote(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Forwarder]:
    """A docker context, the current one, that names an engine by TCP."""
    if "DOCKER_HOST" in os.environ:
        pytest.skip("not run: the engine is not this machine's (unset DOCKER_HOST)")
    with Forwarder(("127.0.0.1", 0), Forwarder.Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        host = f"tcp://127.0.0.1:{server.server_address[1]}"
        folder = tmp_path / "config" / "contexts" / "meta" / hashlib.sha256(b"far").hexdigest()
        folder.mkdir(parents=True)
        meta = {"Name": "far", "Metadata": {}, "Endpoints": {"docker": {"Host": host, "SkipTLSVerify": True}}}
        (folder / "meta.json").write_text(json.dumps(meta))
        (tmp_path / "config" / "config.json").write_text(json.dumps({"currentContext": "far"}))
        monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "config"))
        yield server
        server.shutdown()


def test_an_engine_of_another_context_is_saved_and_restored(remote: Forwarder, engine: Engine, tmp_path: Path) -> None:
    """Nothing goes by this machine's folders, so where the engine is makes no difference."""
    before, archive = engine.content(), tmp_path / "backup.tar.zst"
    saved = engine.run("backup", str(archive))
    engine.delete()

    restored = engine.run("restore", str(archive))

    assert (saved.exit_code, restored.exit_code) == (0, 0), saved.output + restored.output
    assert engine.content() == before
    assert remote.connections > 0


def test_writers_end_before_their_files_are_copied_and_start_again(engine: Engine, image: str, tmp_path: Path) -> None:
    """The copy holds their last words; who only reads credentials is not stopped, and a migration goes on by itself."""
    writers = [engine.start("ingest", ["journal", "credentials"], image, WRITER)]
    writers.append(engine.start("influxdb", ["store"], image, WRITER))
    job = engine.start("migrate", ["migrate", "journal"], image, WRITER, **{ONE_OFF_LABEL: "True"})
    reader = engine.start("simulator", ["credentials"], image, "import time; time.sleep(600)")
    for role in ("journal", "store", "migrate"):
        eventually(lambda role=role: read_file(engine, role, "log"))  # type: ignore[misc]
    since = reader.attrs["State"]["StartedAt"]
    archive = tmp_path / "backup.tar.zst"

    result = engine.run("backup", str(archive))

    assert result.exit_code == 0, result.output
    assert states([*writers, reader, job]) == ["running"] * 4
    assert reader.attrs["State"]["StartedAt"] >= since
    assert "simulator" not in result.output
    engine.delete()
    assert engine.run("restore", str(archive)).exit_code == 0
    for role in ("journal", "store"):
        log = read_file(engine, role, "log")
        assert log is not None
        assert log.endswith(b"row\nended\n")
    assert b"ended" not in (read_file(engine, "migrate", "log") or b"ended")


def test_a_writer_that_must_be_killed_makes_no_backup(engine: Engine, image: str, tmp_path: Path) -> None:
    """What it held may be torn. It runs again afterwards, and there is no file that looks like a backup."""
    stubborn = engine.start("broker", ["broker"], image, STUBBORN)
    archive = tmp_path / "backup.tar.zst"

    result = engine.run("backup", str(archive))

    assert result.exit_code == 2
    assert "broker did not end within its grace time" in result.output
    assert states([stubborn]) == ["running"]
    assert list(tmp_path.iterdir()) == []


def test_a_writer_that_somebody_starts_meanwhile_makes_no_backup(engine: Engine, image: str, tmp_path: Path) -> None:
    """Another backup, an orchestrator, a person: what is copied under a running writer may be torn."""
    writer = engine.start("ingest", ["journal"], image, WRITER)
    eventually(lambda: read_file(engine, "journal", "log"))

    def meddle(text: str) -> None:
        if text.startswith("saved broker"):
            writer.start()

    with pytest.raises(Misconfigured, match="ingest was started while its volume was copied"):
        back_up(engine, tmp_path / "backup.tar.zst", credentials=True, now=datetime.now(UTC), say=meddle)

    assert list(tmp_path.iterdir()) == []
    assert states([writer]) == ["running"]


def test_another_projects_volumes_are_left_alone(engine: Engine) -> None:
    """A name may begin like ours."""
    other = engine.client.volumes.create(f"{engine.project}_other_store")
    try:
        assert engine.roles() == [*ROLES, "ledger"]
    finally:
        other.remove()


def test_credentials_can_stay_behind(engine: Engine, tmp_path: Path) -> None:
    """Then a restore leaves those that are there."""
    archive = tmp_path / "backup.tar.zst"
    engine.run("backup", "--without-credentials", str(archive))
    engine.fill("credentials", "newer", b"password")
    engine.fill("store", "newer", b"reading")

    result = engine.run("restore", "--replace", str(archive))

    assert result.exit_code == 0, result.output
    assert read_file(engine, "credentials", "newer") == b"password"
    assert read_file(engine, "store", "newer") is None


def test_volumes_that_hold_data_are_not_overwritten(engine: Engine, tmp_path: Path) -> None:
    """Unless told; nothing is touched before that is known."""
    archive = tmp_path / "backup.tar.zst"
    engine.run("backup", str(archive))
    engine.fill("api", "newer", b"key")
    before = engine.content()

    result = engine.run("restore", str(archive))

    assert result.exit_code == 2
    assert "hold data already; nothing was touched" in result.output
    assert engine.content() == before


def test_a_damaged_archive_is_refused_before_anything_is_touched(engine: Engine, tmp_path: Path) -> None:
    """Even with --replace."""
    archive = tmp_path / "backup.tar.zst"
    engine.run("backup", str(archive))
    archive.write_bytes(archive.read_bytes()[:-40])
    before = engine.content()

    result = engine.run("restore", "--replace", str(archive))

    assert result.exit_code == 2
    assert "is damaged or no backup" in result.output
    assert engine.content() == before


def test_a_stack_that_is_up_is_not_restored(engine: Engine, image: str, tmp_path: Path) -> None:
    """Who uses the volumes is named."""
    archive = tmp_path / "backup.tar.zst"
    engine.run("backup", str(archive))
    engine.start("ingest", ["journal"], image, WRITER)

    result = engine.run("restore", "--replace", str(archive))

    assert result.exit_code == 2
    assert "The volumes are in use by ingest; nothing was touched." in result.output


def test_the_volumes_are_listed_with_what_is_lost_without_them(engine: Engine) -> None:
    """And with their sizes."""
    result = engine.run("volumes")

    row = next(line for line in result.stdout.splitlines() if engine.volume("store") in line)
    assert [cell.strip() for cell in row.strip("│").split("│")] == [
        engine.volume("store"), "5.0 kB", "nobody", "all readings",
    ]  # fmt: skip


def test_the_doctor_names_what_is_missing(engine: Engine) -> None:
    """A sentence with the remedy for each, and an exit code."""
    engine.client.volumes.get(engine.volume("journal")).remove()

    result = engine.run("doctor")

    assert result.exit_code == 1
    assert f"WRONG  volume {engine.volume('journal')} is not there" in result.stdout
    assert "WRONG  no container of the project" in result.stdout
    assert "WRONG  credentials lack broker/passwd, broker/acl" in result.stdout


def test_an_engine_that_does_not_answer_is_told(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """With where it was looked for."""
    monkeypatch.setenv("DOCKER_HOST", "tcp://127.0.0.1:1")

    result = engine.run("volumes")

    assert result.exit_code == 2
    assert "127.0.0.1" in result.output
    assert "Is it running, and may this user use it (docker info)?" in result.output
