"""Run a command with a Docker engine; where none answers, one is installed (as root on Debian), started, and ended.

python3 -m infra.make.engine make test
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from infra.make.system_packages import install, no_daemons

# The first release of Debian whose Compose and engine are new enough; on an older one they come from here.
SUITE = "trixie"
ENGINE = ("docker.io", "docker-cli", "docker-compose", "docker-buildx", "iptables")
BASE_IMAGES = "mmdebstrap"
SOURCE = Path("/etc/apt/sources.list.d/hdh-docker.sources")
PIN = Path("/etc/apt/preferences.d/hdh-docker")
WAIT_SECONDS = 60


def answers() -> bool:
    """Whether an engine answers, and the docker command has what the stack needs."""
    commands = (["docker", "version"], ["docker", "compose", "version"], ["docker", "buildx", "version"])
    if not shutil.which("docker"):
        return False
    return all(subprocess.run(command, capture_output=True, check=False).returncode == 0 for command in commands)


def mirror() -> str | None:
    """Debian's archive as this system knows it."""
    listed = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(ORIGIN)|$(LABEL)|$(REPO_URI)"],
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    rows = (line.split("|") for line in listed.splitlines())
    return next((uri for origin, label, uri in rows if (origin, label) == ("Debian", "Debian")), None)


def install_missing() -> None:
    """Install what is missing of engine, Compose and mmdebstrap, if this may be done here."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    wanted = [] if shutil.which("mmdebstrap") else [BASE_IMAGES]
    if not answers() and not all(_installed(name) for name in ENGINE):
        _add_suite()
        wanted += [name if name == "iptables" else f"{name}/{SUITE}" for name in ENGINE]
    if wanted:
        print(f"Installing the system packages {' '.join(wanted)} …", flush=True)
        with no_daemons():
            install(wanted)


def _installed(package: str) -> bool:
    command = ["dpkg-query", "--show", "--showformat", "${db:Status-Status}", package]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout == "installed"


def _add_suite() -> None:
    """Let apt see the suite, below everything else: only what is asked of it by name comes from there."""
    subprocess.run(["apt-get", "update", "-q"], capture_output=True, check=False)
    uri = mirror()
    if uri is None:
        return
    key = "/usr/share/keyrings/debian-archive-keyring.gpg"
    SOURCE.write_text(f"Types: deb\nURIs: {uri}\nSuites: {SUITE}\nComponents: main\nSigned-By: {key}\n")
    PIN.write_text(f"Package: *\nPin: release n={SUITE}\nPin-Priority: 100\n")


@contextmanager
def engine() -> Iterator[None]:
    """An engine that answers meanwhile, if one can be had."""
    if answers() or os.geteuid() != 0 or not shutil.which("dockerd"):
        yield
        return
    with tempfile.NamedTemporaryFile(mode="w+", suffix=".log") as log:
        print("Starting a Docker engine for the time of this run …", flush=True)
        # A session of its own, so that Ctrl-C reaches the command first and the engine when that has ended.
        daemon = subprocess.Popen(["dockerd"], stdout=log, stderr=log, start_new_session=True)
        try:
            if not _ready(daemon):
                print("It does not answer:", *Path(log.name).read_text().splitlines()[-3:], sep="\n", file=sys.stderr)
            yield
        finally:
            daemon.terminate()
            daemon.wait(WAIT_SECONDS)


def _ready(daemon: subprocess.Popen[bytes]) -> bool:
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline and daemon.poll() is None:
        if answers():
            return True
        time.sleep(0.5)
    return False


def main(command: list[str]) -> int:
    """Run it; its exit code."""
    install_missing()
    with engine():
        return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
