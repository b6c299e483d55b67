"""A suite that cannot run is listed with its remedy, and fails the run in CI if the remedy is a system package."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MISSING = "no InfluxDB 2 server (INFLUXD2=/path/to/influxd)"


def run(folder: Path, marker: str, ci: str) -> tuple[int, str]:
    """Run a suite of one test of each kind on a machine that has no server; exit code and output."""
    (folder / "test_suite.py").write_text(
        f"import pytest\n\n@pytest.mark.{marker}\ndef test_needs():\n    pass\n\ndef test_needs_nothing():\n    pass\n"
    )
    environment = {"PATH": "/nowhere", "PYTHONPATH": str(ROOT), "CI": ci, "HOME": os.environ.get("HOME", "/")}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.conftest", "-c", str(ROOT / "pyproject.toml")]
    command += ["-p", "no:cacheprovider", "--rootdir", str(folder), str(folder)]
    done = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


@pytest.mark.parametrize(("ci", "code"), [("", 0), ("true", 1)])
def test_a_missing_system_package(tmp_path: Path, ci: str, code: int) -> None:
    """On a desk it is listed; in CI it fails the run."""
    found, output = run(tmp_path, "influxdb1", ci)
    assert "    1  influxd 1.x is not installed (apt-get install influxdb)" in output
    assert found == code


@pytest.mark.parametrize("ci", ["", "true"])
def test_a_server_that_no_package_brings(tmp_path: Path, ci: str) -> None:
    """It is listed, and nothing fails."""
    found, output = run(tmp_path, "influxdb2", ci)
    assert f"    1  {MISSING}" in output
    assert found == 0
