"""The dashboard's pages, which are Node's: `build`, `check` (with `make lint`), `types`; says where Node is missing."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
SERVICE = ROOT / "services" / "dashboard"
WEB = SERVICE / "web"
DIST = SERVICE / "src" / "dashboard" / "dist"
PACKAGES = WEB / "node_modules" / ".package-lock.hash"
BUILT = DIST / ".sources.hash"
OLDEST_NODE = (20, 19)


def missing() -> str | None:
    """What of Node is missing, with the remedy; None where all is there."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        return "Node with npm is not installed (apt-get install nodejs npm)"
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout.strip()
    if tuple(map(int, version.removeprefix("v").split(".")[:2])) < OLDEST_NODE:
        return f"Node {version} is too old; 20.19 or newer is needed"
    return None


def hash_of(paths: list[Path]) -> str:
    """Names and contents of files, in short."""
    digest = hashlib.sha256()
    for path in paths:
        digest.update(f"{path.relative_to(WEB)}\n".encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


@contextmanager
def alone() -> Iterator[None]:
    """One at a time: a demo and a test that begin together must not fetch into the same folder."""
    with (WEB / "package-lock.json").open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def install() -> bool:
    """Fetch the packages of the lock, once; whether it went well."""
    wanted = hash_of([WEB / "package-lock.json"])
    if PACKAGES.is_file() and PACKAGES.read_text(encoding="utf-8") == wanted:
        return True
    print("Fetching the packages of the dashboard's pages with npm …", flush=True)
    if not run("npm", "ci", quiet=True):
        return False
    PACKAGES.write_text(wanted, encoding="utf-8")
    return True


def build() -> bool:
    """Build the pages, if their sources have changed; whether they are there."""
    sources = [path for path in WEB.rglob("*") if path.is_file() and "node_modules" not in path.parts]
    wanted = hash_of(sorted(sources))
    if BUILT.is_file() and BUILT.read_text(encoding="utf-8") == wanted:
        return True
    if not install():
        return False
    print("Building the dashboard's pages …", flush=True)
    if not run("npm", "run", "build", quiet=True):
        return False
    BUILT.write_text(wanted, encoding="utf-8")
    return True


def check() -> bool:
    """Types, style, tests of pure functions, and that the API's types are the API's; whether all is well."""
    ours = [sys.executable, "-m", "infra.make.api_types", "check"]
    return install() and run("npm", "run", "--silent", "check") and run(*ours, folder=ROOT)


def types() -> bool:
    """Write the API's types anew."""
    return install() and run(sys.executable, "-m", "infra.make.api_types", "write", folder=ROOT)


def run(*command: str, folder: Path = WEB, quiet: bool = False) -> bool:
    """Run a command; `quiet`: shows what it says only where it fails. Whether it ended well."""
    done = subprocess.run(command, cwd=folder, capture_output=quiet, text=True, check=False)
    if done.returncode and quiet:
        print(done.stdout, done.stderr, sep="\n", file=sys.stderr)
    return done.returncode == 0


def main(command: str) -> int:
    """Do it; the exit code. Without Node `check` says so, and fails in CI only."""
    if why := missing():
        print(f"Not run: the dashboard's pages: {why}.", file=sys.stderr)
        return 0 if command == "check" and os.environ.get("CI") != "true" else 1
    with alone():
        return 0 if {"build": build, "check": check, "types": types}[command]() else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
