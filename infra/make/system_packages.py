"""Install the Debian packages that the tests use and this machine lacks, each announced by name."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PROGRAMS = {"mosquitto": "mosquitto", "influxdb": "influxd", "chromium": "chromium", "nodejs": "node", "npm": "npm"}
"""The package, and the program by which it is known to be there."""

_POLICY = Path("/usr/sbin/policy-rc.d")


def missing() -> list[str]:
    """The packages whose program is nowhere."""
    path = os.environ.get("PATH", "") + os.pathsep + "/usr/sbin:/usr/local/sbin"
    return [package for package, program in PROGRAMS.items() if shutil.which(program, path=path) is None]


@contextmanager
def no_daemons() -> Iterator[None]:
    """Packages installed meanwhile do not start their servers, which would take the usual ports."""
    if _POLICY.exists():
        yield
        return
    _POLICY.write_text("#!/bin/sh\nexit 101\n", encoding="utf-8")
    _POLICY.chmod(0o755)
    try:
        yield
    finally:
        _POLICY.unlink()


def install(packages: list[str]) -> bool:
    """Install them with apt-get; whether it went well."""
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    commands = (["update", "-q"], ["install", "-q", "-y", "--no-install-recommends", *packages])
    for command in commands:
        done = subprocess.run(
            ["/usr/bin/apt-get", *command], env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            print(done.stdout, done.stderr, sep="\n", file=sys.stderr)
            return False
    return True


def main() -> None:
    """Install what is missing where that may be done; otherwise name it. The tests list what could not run."""
    packages = missing()
    if not packages:
        return
    names = " ".join(packages)
    if os.geteuid() == 0 and Path("/usr/bin/apt-get").exists():
        print(f"Installing the system packages {names} (their servers are not started) …", flush=True)
        with no_daemons():
            if install(packages):
                return
    print(f"Not installed: {names}. Their suites will not run. As root on Debian: apt-get install {names}")


if __name__ == "__main__":
    main()
