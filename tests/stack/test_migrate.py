"""`make migrate`: a table on the host moves into the running stack, proves that it arrived, and is replayed."""

import json
from pathlib import Path

import pytest

from tests.common.eventually import eventually
from tests.stack.stack import Stack

pytestmark = [pytest.mark.docker, pytest.mark.timeout(900)]

ROWS = 40
TABLE = "\n".join(
    ["time,temperature", *(f"{1_600_000_000 + 60 * n},{20 + n / 8}" for n in range(ROWS)), "yesterday,22.5"]
)


def test_old_data_moves_in_equal_and_over_the_broker(stack: Stack, tmp_path: Path) -> None:
    """Planned, moved, verified, replayed: mapping file, rejects and report stand on the host, the readings in the API.

    What was edited on the host is what runs; the ledger stays on the volume, so a second run moves nothing.
    """
    source, folder = tmp_path / "old data", tmp_path / "migrations"
    source.mkdir(mode=0o755)
    (source / "sensor.csv").write_text(TABLE)
    known = {"SOURCE_DIR": str(source), "MIGRATIONS_DIR": str(folder)}
    plan = "plan /source --project other --house moved --device first --output old.yaml"
    stack.make("migrate", DO=plan, **known)
    mapping = folder / "old.yaml"
    mapping.write_text(mapping.read_text().replace("device: first", "device: edited"))

    moved = stack.make("migrate", DO="run old.yaml", **known)
    verified = stack.make("migrate", DO="verify old.yaml", **known)

    assert f"{ROWS} readings written, 1 rejected; 1 of 1 parts were moved now." in moved
    assert f"all {ROWS} readings of 1 series" in verified
    rows = [row for row in stack.readings("other").splitlines() if ",moved," in row]
    assert rows[0] == "2020-09-13T15:26:40+03:00,other,moved,unassigned,edited,temperature,20.0,Cel"
    assert [float(row.split(",")[6]) for row in rows] == [20 + n / 8 for n in range(ROWS)]
    assert sorted(path.name for path in folder.iterdir()) == [
        "old.rejected.csv", "old.report.html", "old.report.json", "old.yaml",
    ]  # fmt: skip
    assert json.loads((folder / "old.report.json").read_text())["verdict"] == "equal"
    assert "yesterday" in (folder / "old.rejected.csv").read_text()
    assert "device: edited" in mapping.read_text()

    written = stack.counters()["written"]
    stack.make("migrate", DO="replay old.yaml", **known)

    eventually(lambda: stack.counters()["written"] == written + ROWS)
    assert [row for row in stack.readings("other").splitlines() if ",moved," in row] == rows


def test_a_source_that_nobody_named(stack: Stack, tmp_path: Path) -> None:
    """The sentence shows how one is named."""
    with pytest.raises(AssertionError, match=r"SOURCE_DIR names no folder, and /source stands for it: make migrate"):
        stack.make("migrate", DO="plan /source --output old.yaml", MIGRATIONS_DIR=str(tmp_path))
