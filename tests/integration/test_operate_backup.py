"""Backup and restore on a real engine, with volumes and writers of the tests' own."""

import errno
import hashlib
import json
import os
import select
import signal
import socket
import socketserver
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import docker
import pytest
from docker.models.containers import Container
from typer.testing import CliRunner, Result

from hdh.errors import Misconfigured
from operate.archive.manifest import Entry
from operate.archive.tar import END, header, padding
from operate.backup import back_up
from operate.engine import PROJECT_LABEL, ROLES, SERVICE_LABEL, Stack
from operate.main import app
from operate.restore import restore
from operate.transfer import ROOT, read_entries, read_file, write_volume
from tests.common.eventually import eventually
from tests.common.servers import unique

pytestmark = pytest.mark.docker

BUILD = Path(__file__).parents[2] / "infra" / "base-images" / "build.py"
IMAGE = "hdh-base/python:3.13"

# Holds a file open and writes to it; told to end, it says so in the file as its last act.
WRITER = """
import signal, sys, time
out = open("/data/log", "a", buffering=1)
def end(*_):
    time.sleep(0.3)
    out.write("ended\\n")
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
out.write("started\\n")
while True:
    out.write("row\\n")
    time.sleep(0.01)
"""
STUBBORN = "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\ntime.sleep(600)"


@pytest.fixture(scope="module")
def image() -> str:
    """An image with Python, which the engine may have to get first."""
    subprocess.run([sys.executable, str(BUILD)], check=True)
    return IMAGE


class Engine(Stack):
    """The volumes of a stack, some with content."""

    def run(self, *arguments: str) -> Result:
        """Run a command of operate on the host."""
        return CliRunner().invoke(app, arguments, env={"HDH_OPERATE_PROJECT": self.project})

    def fill(self, role: str, path: str, data: bytes) -> None:
        """Put a file into a volume."""
        entry = Entry(path, "file", 0o640, 10001, 10001, 1_700_000_000, size=len(data))
        root = Entry("", "folder", 0o700, 10001, 10001, 1_700_000_000)
        tar = [header(root, ROOT), header(entry, ROOT), data, padding(len(data)), END]
        write_volume(self, role, iter(tar))

    def content(self) -> dict[str, list[Entry]]:
        """What all volumes hold."""
        return {role: read_entries(self, role) for role in self.roles()}

    def start(self, service: str, roles: list[str], image: str, program: str) -> Container:
        """A container of the stack with these volumes, the first at /data."""
        mounts = {self.volume(role): {"bind": f"/data{i or ''}", "mode": "rw"} for i, role in enumerate(roles)}
        labels = {PROJECT_LABEL: self.project, SERVICE_LABEL: service}
        made = self.client.containers.create(image, ["python3", "-c", program], volumes=mounts, labels=labels, user="0")
        made.start()
        return made

    def delete(self) -> None:
        """Delete the volumes and who uses them."""
        for container in self.containers():
            container.remove(force=True)
        for role in self.roles():
            self.client.volumes.get(self.volume(role)).remove()


@pytest.fixture
def engine() -> Iterator[Engine]:
    """A stack's five volumes, and what one of a later version may bring."""
    client = docker.from_env()
    found = Engine(client, unique("hdh-operate"))
    try:
        for role in (*ROLES, "ledger"):
            client.volumes.create(found.volume(role), labels={"role": role})
            found.fill(role, f"a file of {role}", role.encode() * 1000)
        yield found
    finally:
        found.delete()
        client.close()


def _states(containers: list[Container]) -> list[str]:
    for container in containers:
        container.reload()
    return [container.status for container in containers]


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
    """The copy holds their last words; who only reads credentials is not stopped."""
    writers = [engine.start("ingest", ["journal", "credentials"], image, WRITER)]
    writers.append(engine.start("influxdb", ["store"], image, WRITER))
    reader = engine.start("simulator", ["credentials"], image, "import time; time.sleep(600)")
    for role in ("journal", "store"):
        eventually(lambda role=role: read_file(engine, role, "log"))  # type: ignore[misc]
    since = reader.attrs["State"]["StartedAt"]
    archive = tmp_path / "backup.tar.zst"

    result = engine.run("backup", str(archive))

    assert result.exit_code == 0, result.output
    assert _states([*writers, reader]) == ["running"] * 3
    assert reader.attrs["State"]["StartedAt"] >= since
    assert "simulator" not in result.output
    engine.delete()
    assert engine.run("restore", str(archive)).exit_code == 0
    for role in ("journal", "store"):
        log = read_file(engine, role, "log")
        assert log is not None
        assert log.endswith(b"row\nended\n")


def test_a_writer_that_must_be_killed_makes_no_backup(engine: Engine, image: str, tmp_path: Path) -> None:
    """What it held may be torn. It runs again afterwards, and there is no file that looks like a backup."""
    stubborn = engine.start("broker", ["broker"], image, STUBBORN)
    archive = tmp_path / "backup.tar.zst"

    result = engine.run("backup", str(archive))

    assert result.exit_code == 2
    assert "broker did not end within its grace time" in result.output
    assert _states([stubborn]) == ["running"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM, signal.SIGINT])
def test_a_backup_that_is_told_to_end_starts_the_services_again(
    engine: Engine, image: str, tmp_path: Path, number: signal.Signals
) -> None:
    """Also by a terminal that was closed; nothing is left that looks like a backup."""
    writer = engine.start("ingest", ["journal"], image, WRITER)
    eventually(lambda: read_file(engine, "journal", "log"))

    def end(text: str) -> None:
        if text.startswith("saved broker"):
            os.kill(os.getpid(), number)
        if text.startswith("started"):
            raise OSError(errno.EIO, "the terminal is gone")

    with pytest.raises(SystemExit) as caught:
        back_up(engine, tmp_path / "backup.tar.zst", credentials=True, now=datetime.now(UTC), say=end)

    assert caught.value.code == 128 + number
    assert list(tmp_path.iterdir()) == []
    assert _states([writer]) == ["running"]


def test_a_restore_that_is_told_to_end_leaves_no_half_of_it(engine: Engine, tmp_path: Path) -> None:
    """What was filled is empty again, and the volumes are as they were made."""
    archive = tmp_path / "backup.tar.zst"
    engine.run("backup", str(archive))

    def end(text: str) -> None:
        if text.startswith("restored journal"):
            os.kill(os.getpid(), signal.SIGHUP)

    with pytest.raises(SystemExit):
        restore(engine, archive, replace=True, say=end)

    assert [entry.path for role in engine.roles() for entry in engine.content()[role] if entry.path] == []
    assert engine.client.volumes.get(engine.volume("store")).attrs["Labels"] == {"role": "store"}


def test_what_a_killed_backup_leaves_goes_with_the_stack(engine: Engine, tmp_path: Path) -> None:
    """The container that held a volume is named as operate's, and `make down` takes it for the project's."""
    archive = tmp_path / "backup.tar.zst"
    engine.run("backup", str(archive))
    killed = "from operate.engine import *; from operate.transfer import *; import os, sys\n"
    killed += "with connected(sys.argv[1]) as stack, read_volume(stack, 'store'): os._exit(9)"
    subprocess.run([sys.executable, "-c", killed, engine.project], check=False)

    result = engine.run("restore", "--replace", str(archive))

    assert "The volumes are in use by operate; nothing was touched." in result.output
    down = ["docker", "compose", "-f", "-", "-p", engine.project, "down", "--remove-orphans"]
    subprocess.run(down, input=b"services: {}", check=True)
    assert engine.containers() == []
    assert engine.run("restore", "--replace", str(archive)).exit_code == 0


def test_a_volume_on_a_folder_is_not_moved_off_it(engine: Engine, tmp_path: Path) -> None:
    """Whose data the engine does not delete: it is refused before anything is touched; empty, it is filled in place."""
    archive, folder = tmp_path / "backup.tar.zst", tmp_path / "disk"
    engine.run("backup", str(archive))
    engine.client.volumes.get(engine.volume("store")).remove()
    folder.mkdir()
    (folder / "older").write_text("readings")
    options = {"type": "none", "o": "bind", "device": str(folder)}
    engine.client.volumes.create(engine.volume("store"), driver_opts=options)
    before = engine.content()
    assert "of a size unknown" in engine.run("volumes").stdout

    refused = engine.run("restore", "--replace", str(archive))

    assert refused.exit_code == 2
    assert f"{engine.volume('store')} keeps its data in {folder}" in refused.output
    assert engine.content() == before
    (folder / "older").unlink()
    assert engine.run("restore", "--replace", str(archive)).exit_code == 0
    assert [path.name for path in folder.iterdir()] == ["a file of store"]


def test_a_volume_whose_disk_is_full_is_told(engine: Engine, tmp_path: Path) -> None:
    """And no half of the backup is left in the others."""
    archive = tmp_path / "backup.tar.zst"
    engine.run("backup", str(archive))
    engine.delete()
    options = {"type": "tmpfs", "device": "tmpfs", "o": "size=4k"}
    engine.client.volumes.create(engine.volume("store"), driver_opts=options)

    result = engine.run("restore", str(archive))

    assert result.exit_code == 2
    assert f"{engine.volume('store')} does not take it" in result.output
    assert "no space left on device" in result.output
    assert [entry.path for role in engine.roles() for entry in engine.content()[role] if entry.path] == []


def test_a_writer_that_somebody_starts_meanwhile_makes_no_backup(engine: Engine, image: str, tmp_path: Path) -> None:
    """Another backup, an orchestrator, a person: what is copied under a running writer may be torn."""
    writer = engine.start("ingest", ["journal"], image, WRITER)

    def meddle(text: str) -> None:
        if text.startswith("saved broker"):
            writer.start()

    with pytest.raises(Misconfigured, match="ingest was started while its volume was copied"):
        back_up(engine, tmp_path / "backup.tar.zst", credentials=True, now=datetime.now(UTC), say=meddle)

    assert list(tmp_path.iterdir()) == []
    assert _states([writer]) == ["running"]


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
