"""Fuzz everything that reads foreign bytes, guided by coverage: `make fuzz`.

python -m tests.fuzz [--seconds 60] [--findings FOLDER] [TARGET …]

Each target is a process of its own for so long: what raises, hangs for ten seconds or takes more than a GiB ends it,
and its input is left in the folder of findings. What is found is mended, and becomes a vector or a test.
"""

import argparse
import re
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

from tests.fuzz.targets import TARGETS

_EXECUTED = re.compile(r"number_of_executed_units: *(\d+)")
_SHOWN = 3_000


def main() -> int:
    """Run all targets, or those that are named; 1 where one found something, 2 where nothing can run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=", ".join(TARGETS))
    parser.add_argument("--seconds", type=int, default=60, help="for each target")
    parser.add_argument("--findings", type=Path, default=Path(tempfile.gettempdir()) / "hdh-fuzz")
    given = parser.parse_args()
    if find_spec("atheris") is None:
        print("Not run: atheris is not installed (uv sync --group fuzz).", file=sys.stderr)  # noqa: T201
        return 2
    failed = [name for name in given.targets or TARGETS if not _is_good(name, given.seconds, given.findings)]
    return int(bool(failed))


def _is_good(name: str, seconds: int, findings: Path) -> bool:
    command = [sys.executable, "-m", "tests.fuzz.one", name, str(seconds), str(findings)]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    executed = _EXECUTED.search(done.stdout + done.stderr)
    count = f"{int(executed[1]):,} inputs" if executed else "no count"
    print(f"{name}: {count}, {'FAILED' if done.returncode else 'ok'}", flush=True)  # noqa: T201
    if done.returncode:
        print(done.stdout[-_SHOWN:], done.stderr[-_SHOWN:], sep="\n", flush=True)  # noqa: T201
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
