"""Run every program in tests/bench, one after the other; each prints its figures."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def main() -> int:
    """Run them all; the number of those that failed."""
    programs = sorted((ROOT / "tests" / "bench").glob("[!_]*.py"))
    if not programs:
        print("There is no program in tests/bench.")
    failed = 0
    for program in programs:
        print(f"\n{program.relative_to(ROOT)}", flush=True)
        module = ".".join(program.relative_to(ROOT).with_suffix("").parts)
        failed += subprocess.run([sys.executable, "-m", module], cwd=ROOT, check=False).returncode != 0
    return failed


if __name__ == "__main__":
    sys.exit(main())
