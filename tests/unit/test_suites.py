"""`make test`: what it runs, and what it says of it."""

from collections import Counter
from pathlib import Path

import pytest

from infra.make.suites import BUDGETS, Outcome, main, read, summary

TESTS = Path(__file__).parents[1]
REPORT = """<?xml version="1.0" encoding="utf-8"?>
<testsuites><testsuite name="pytest">
<testcase name="a"/><testcase name="b"/>
<testcase name="c"><failure message="no"/></testcase>
<testcase name="d"><error message="no"/></testcase>
<testcase name="e"><skipped message="not run: mosquitto is not installed"/></testcase>
<testcase name="f"><skipped message="not run: mosquitto is not installed"/></testcase>
<testcase name="g"><skipped message="of another kind"/></testcase>
</testsuite></testsuites>
"""


def test_every_folder_with_tests_is_a_suite_with_a_budget() -> None:
    """None is forgotten, and two lanes of them end within the time of a complete run."""
    assert set(BUDGETS) == {path.parent.relative_to(TESTS).parts[0] for path in TESTS.rglob("test_*.py")}
    assert sum(BUDGETS.values()) / 2 < 35


def test_a_report_is_counted(tmp_path: Path) -> None:
    """Tests by how they ended, those that were not run by their remedy."""
    (tmp_path / "unit.xml").write_text(REPORT)
    counts, not_run = read(tmp_path / "unit.xml")
    assert counts == {"passed": 2, "failed": 2, "skipped": 3}
    assert not_run == {"mosquitto is not installed": 2}


def test_a_suite_that_left_no_report(tmp_path: Path) -> None:
    """Nothing is counted; its exit code tells."""
    assert read(tmp_path / "unit.xml") == (Counter(), Counter())


def test_the_summary_names_what_failed_what_was_late_and_what_was_not_run() -> None:
    """One row a suite."""
    good = Outcome("unit", 0, 60.0, Counter(passed=1200, skipped=3), Counter({"no engine": 2}))
    bad = Outcome("stack", 1, 3600.0, Counter(passed=1, failed=1), Counter({"no engine": 1}))
    assert summary([good, bad]).splitlines() == [
        "",
        "##### Suites",
        f"unit           1.0 of {BUDGETS['unit']} min  ok      1,200 passed, 0 failed, 3 skipped",
        f"stack         60.0 of {BUDGETS['stack']} min  FAILED  1 passed, 1 failed, 0 skipped  OVER ITS BUDGET",
        "",
        "##### Not run: tests and reason",
        "    3  no engine",
    ]


def test_a_suite_that_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    """It is named, with those that there are."""
    assert main(["units"]) == 2
    assert capsys.readouterr().err == f"There is no suite units; there are {', '.join(BUDGETS)}.\n"
