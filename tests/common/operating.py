"""A stack's volumes on a real engine, with writers of the tests' own."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import docker
from docker.models.containers import Container
from typer.testing import CliRunner, Result

from operate.archive.manifest import Entry
from operate.archive.tar import END, header, padding
from operate.engine import PROJECT_LABEL, ROLES, SERVICE_LABEL, Stack
from operate.main import app
from operate.transfer import ROOT, read_entries, write_volume
from tests.common.servers import unique

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


def build_image() -> str:
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

    def start(self, service: str, roles: list[str], image: str, program: str, **labels: str) -> Container:
        """A container of the stack with these volumes, the first at /data, and these labels beside Compose's."""
        mounts = {self.volume(role): {"bind": f"/data{i or ''}", "mode": "rw"} for i, role in enumerate(roles)}
        labels |= {PROJECT_LABEL: self.project, SERVICE_LABEL: service}
        made = self.client.containers.create(image, ["python3", "-c", program], volumes=mounts, labels=labels, user="0")
        made.start()
        return made

    def delete(self) -> None:
        """Delete the volumes and who uses them."""
        for container in self.containers():
            container.remove(force=True)
        for role in self.roles():
            self.client.volumes.get(self.volume(role)).remove()


@contextmanager
def volumes_of_a_stack() -> Iterator[Engine]:
    """All volumes, and one that a later version may bring, each with a file."""
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


def states(containers: list[Container]) -> list[str]:
    """What the engine says of each now."""
    for container in containers:
        container.reload()
    return [container.status for container in containers]
