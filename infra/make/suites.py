"""Run the tests: each suite a process of its own, two at a time, each with its budget; a summary of all at the end.

python -m infra.make.suites [SUITE …]
"""

import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

ROOT = Path(__file__).parents[2]
BUDGETS = {
    "integration": 22,
    "stack": 9,
    "contract": 9,
    "unit": 6,
    "dashboard": 6,
    "faults": 4,
    "e2e": 6,
}
"""Minutes that each suite may take; those that take long begin first. The tests' folders are these."""

_LANES = 2
"""Most tests wait for processes that they have started; more at a time would only make each of them slower."""
NOT_RUN = "not run: "
"""How the reason begins with which a test is skipped that lacks something."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a suite.

    Attributes:
        code: pytest's exit code, 0 for a good end.
        counts: tests, by passed, failed and skipped.
        not_run: how many tests lack what, by the remedy.
    """

    suite: str
    code: int
    seconds: float
    counts: Counter[str]
    not_run: Counter[str]

    @property
    def line(self) -> str:
        """A row of the summary."""
        counted = ", ".join(f"{self.counts[name]:,} {name}" for name in ("passed", "failed", "skipped"))
        minutes, budget = self.seconds / 60, BUDGETS[self.suite]
        end = "ok" if self.code == 0 else "FAILED"
        late = "  OVER ITS BUDGET" if minutes > budget else ""
        return f"{self.suite:<12} {minutes:5.1f} of {budget} min  {end:<7} {counted}{late}"


def run(suite: str, folder: Path) -> tuple[Outcome, str]:
    """Run one suite to its end; its outcome, and what it printed."""
    report, output = folder / f"{suite}.xml", folder / f"{suite}.txt"
    command = [sys.executable, "-m", "pytest", f"tests/{suite}", "--durations=10", f"--junit-xml={report}"]
    start = time.monotonic()
    with output.open("wb") as file:
        code = subprocess.run(command, cwd=ROOT, stdout=file, stderr=subprocess.STDOUT, check=False).returncode
    counts, not_run = read(report)
    return Outcome(suite, code, time.monotonic() - start, counts, not_run), output.read_text(errors="replace")


def read(report: Path) -> tuple[Counter[str], Counter[str]]:
    """What pytest's report counts: tests by how they ended, and those that were not run by their remedy."""
    counts: Counter[str] = Counter()
    not_run: Counter[str] = Counter()
    if not report.exists():
        return counts, not_run
    for test in ET.parse(report).iter("testcase"):  # noqa: S314 (written by the process started above)
        skipped = test.find("skipped")
        failed = test.find("failure") is not None or test.find("error") is not None
        counts["failed" if failed else "passed" if skipped is None else "skipped"] += 1
        if skipped is not None and NOT_RUN in (reason := skipped.get("message", "")):
            not_run[reason.partition(NOT_RUN)[2]] += 1
    return counts, not_run


def run_all(suites: Sequence[str]) -> list[Outcome]:
    """Run them, two at a time; what each printed is shown when it has ended, whole."""
    outcomes = []
    with tempfile.TemporaryDirectory(prefix="hdh-suites-") as folder, ThreadPoolExecutor(_LANES) as lanes:
        print(f"Running the suites {', '.join(suites)}; each is shown when it has ended.", flush=True)
        running = [lanes.submit(run, suite, Path(folder)) for suite in suites]
        try:
            for done in as_completed(running):
                outcome, output = done.result()
                outcomes.append(outcome)
                print(f"\n##### tests/{outcome.suite}\n{output}", flush=True)
        except KeyboardInterrupt:
            lanes.shutdown(cancel_futures=True)
            raise
    return outcomes


def summary(outcomes: Sequence[Outcome]) -> str:
    """A row for each suite, and what could not run, so that a short run is never taken for a whole one."""
    not_run = sum((outcome.not_run for outcome in outcomes), Counter[str]())
    rows = [outcome.line for outcome in outcomes]
    missing = [f"{count:>5}  {reason}" for reason, count in not_run.items()] or ["  nothing: all suites have run"]
    return "\n".join(["", "##### Suites", *rows, "", "##### Not run: tests and reason", *missing])


def main(suites: Sequence[str]) -> int:
    """Run the suites that are named, or all; 1 where one failed."""
    if unknown := [suite for suite in suites if suite not in BUDGETS]:
        print(f"There is no suite {', '.join(unknown)}; there are {', '.join(BUDGETS)}.", file=sys.stderr)
        return 2
    outcomes = run_all(suites or list(BUDGETS))
    print(summary(outcomes))
    return int(any(outcome.code for outcome in outcomes))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
