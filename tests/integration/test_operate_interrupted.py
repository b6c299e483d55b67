"""Backups and restores that are broken off, or meet a volume that is not as others are."""

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from operate.backup import back_up
from operate.restore import restore
from operate.transfer import read_file
from tests.common.eventually import eventually
from tests.common.operating import WRITER, Engine, build_image, states, volumes_of_a_stack

pytestmark = pytest.mark.docker


@pytest.fixture(scope="module")
def image() -> str:
    """An image with Python."""
    return build_image()


@pytest.fixture
def engine() -> Iterator[Engine]:
    """The volumes of a stack."""
    with volumes_of_a_stack() as found:
        yield found


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
    assert states([writer]) == ["running"]


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
