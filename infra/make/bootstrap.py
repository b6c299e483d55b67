"""Put uv into `.tools`, with nothing but a Python 3.11; runs before any dependency is there."""

from __future__ import annotations

import shutil
import subprocess
import sys
import venv
from pathlib import Path

UV = "uv>=0.9,<1"
NO_PIP = (
    "This Python has no ensurepip, and its packages cannot be fetched here."
    " Install it, then run make again: apt-get install python3-venv"
)


def run(*command: str | Path) -> bool:
    """Run a command, quiet unless it fails; whether it ended well."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    if done.returncode:
        print(done.stdout, done.stderr, sep="\n", file=sys.stderr)
    return done.returncode == 0


def has_ensurepip() -> bool:
    """Debian splits ensurepip off into python3-venv, which a bare system lacks."""
    try:
        import ensurepip  # noqa: F401, PLC0415 (whether it can be imported is the question)
    except ImportError:
        return False
    return True


def pip_of_debian(folder: Path) -> Path | None:
    """Fetch Debian's own pip with apt into `folder`, without installing it; the wheel, which runs as it is."""
    if not shutil.which("apt-get"):
        return None
    private = folder / "apt"
    for name in ("lists/partial", "archives/partial"):
        (private / name).mkdir(parents=True, exist_ok=True)
    # With lists of its own it needs no rights and leaves the system as it was.
    options = ["-q", "-o", f"Dir::State::lists={private}/lists", "-o", f"Dir::Cache={private}"]
    options += ["-o", "APT::Sandbox::User=root"]
    package = private / "pip"
    fetched = run("apt-get", *options, "update") and run(
        "sh", "-c", 'cd "$1" && shift && apt-get "$@" download python3-pip-whl', "sh", private, *options
    )
    if not fetched or not run("dpkg-deb", "-x", *private.glob("python3-pip-whl_*.deb"), package):
        return None
    return next(package.glob("usr/share/python-wheels/pip-*.whl"), None)


def bootstrap(folder: Path) -> str | None:
    """Make the virtual environment with uv in it; None, or the sentence that says what is wrong."""
    if sys.version_info < (3, 11):  # noqa: UP036 (this program meets the Pythons that are too old)
        return f"Python 3.11 or newer is needed; python3 is {sys.version.split()[0]}."
    print("Fetching uv into .tools …", flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    python = folder / "bin" / "python"
    if has_ensurepip():
        venv.create(folder, with_pip=True)
        pip: list[str | Path] = ["-m", "pip"]
    else:
        venv.create(folder)
        wheel = pip_of_debian(folder)
        if wheel is None:
            return NO_PIP
        pip = [wheel / "pip"]
    if not run(python, *pip, "install", "--quiet", "--disable-pip-version-check", UV):
        return "uv could not be fetched; the lines above say why. A proxy or an index is set as pip knows it (PIP_…)."
    shutil.rmtree(folder / "apt", ignore_errors=True)
    return None


if __name__ == "__main__":
    sys.exit(bootstrap(Path(__file__).parents[2] / ".tools"))
