"""How `migrate` ends, in words and exit code: where nothing moved, where it was stopped, where rights lack."""

import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from hdh.store import open_admin, open_reader
from hdh.store.interface import Selection
from tests.common.eventually import eventually
from tests.common.migrate import PROGRAM, ask, command, rejected, verified, write_mapping
from tests.common.servers import Influxd

SECOND = 1_500_000_000
LINES = "".join(f"climate,room=r{n % 3},device=d temperature={n % 50} {SECOND + n}\n" for n in range(3_000))


def mapping_of(folder: Path, lines: str, store: str | None = None, **more: Any) -> Path:
    """A mapping file for some lines."""
    (folder / "history.lp").write_text(lines)
    return write_mapping(
        folder / "history.yaml",
        source={"kind": "line-protocol", "path": "history.lp", "precision": "s"},
        destination={"store": store or f"sqlite:///{folder}/store.db"},
        place={"project": "toe", "house": "h", "room": "{tag.room}", "device": "{tag.device}"} | more.get("place", {}),
        series=more.get("series", [{"match": {"field": "temperature"}, "quantity": "temperature"}]),
    )


def test_where_every_reading_was_rejected_the_run_has_failed(tmp_path: Path) -> None:
    """Exit code 2 with the reject file and the remedy; again in a second run, which moves nothing."""
    mapping = mapping_of(tmp_path, LINES.replace("temperature=", "temprature="))
    for _ in range(2):
        done = command("run", mapping, "--quiet")
        assert done.returncode == 2
        assert done.stdout.startswith("0 readings written, 3,000 rejected; ")
        assert done.stderr == (
            f"Rejected readings: {tmp_path}/history.rejected.csv\n"
            "Nothing was moved, as readings were rejected and no other was left: the file above says why. "
            f"Mend the mapping file or the source, move {tmp_path}/history.ledger.db away and run it again.\n"
        )
    assert "no entry under `series` matches it" in rejected(mapping)


def test_where_a_reading_was_rejected_and_others_moved_the_run_has_not_failed(tmp_path: Path) -> None:
    """Exit code 0."""
    done = command("run", mapping_of(tmp_path, LINES + "climate temperature=x 1\n"), "--quiet")
    assert (done.returncode, done.stdout.split(";")[0]) == (0, "3,000 readings written, 1 rejected")


def test_nothing_is_verified_before_anything_was_moved(tmp_path: Path) -> None:
    """It is no difference that nothing is there: the remedy is to move it."""
    mapping = mapping_of(tmp_path, LINES)
    done = command("verify", mapping, "--quiet")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"Nothing was moved by {mapping} yet, so there is nothing to compare. Move it first: migrate run {mapping}\n"
    )
    assert command("run", mapping, "--quiet").returncode == 0
    assert command("verify", mapping, "--quiet").returncode == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_what_is_stopped_says_so_and_goes_on_later(number: signal.Signals, tmp_path: Path) -> None:
    """Exit code 1 and a sentence, no trace; the next run moves the rest."""
    lines = "".join(f"climate,room=r{n % 3},device=d temperature={n % 50} {SECOND + n}\n" for n in range(400_000))
    mapping = mapping_of(tmp_path, lines)
    process = subprocess.Popen(
        [PROGRAM, "run", mapping, "--quiet", "--rate-limit", "100000"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    eventually(lambda: (tmp_path / "history.ledger.db-wal").stat().st_size > 100_000)
    process.send_signal(number)
    said, told = process.communicate(timeout=60)
    assert (process.returncode, said, told) == (1, "", "Stopped. What was moved is noted; run it again to go on.\n")
    done = command("run", mapping, "--quiet")
    assert done.stdout.startswith("400,000 readings written; ")
    assert verified(mapping).verdict == "equal"


@pytest.mark.influxdb1
@pytest.mark.parametrize("project", ["toe", "{tag.project}"])
def test_a_right_is_needed_for_the_projects_of_the_mapping_alone(project: str, tmp_path: Path) -> None:
    """Others may be listed; one that turns out to be needed is named when its first reading comes."""
    site = tmp_path / "site.yaml"
    site.write_text("projects: [{id: toe, timezone: UTC}, {id: other, timezone: UTC}]\n")
    with Influxd(tmp_path / "influxd", INFLUXDB_HTTP_AUTH_ENABLED="true") as server:
        root = _administrator(server)
        admin = open_admin(server.url, root)
        admin.create_project("toe")
        admin.create_project("other")
        right = {"HDH_STORE_TOKEN": admin.create_token("mover", write=["toe"]).secret, "HDH_SITE_FILE": str(site)}
        admin.close()
        mapping = mapping_of(
            tmp_path, LINES.replace("climate,", "climate,project=toe,"), server.url, place={"project": project}
        )
        done = command("run", mapping, "--quiet", **right)
        assert (done.returncode, done.stdout.split(";")[0]) == (0, "3,000 readings written"), done.stderr
        reader = open_reader(server.url, root)
        assert sum(series.count for series in reader.series(Selection("toe"))) == 3_000
        reader.close()
        if project != "toe":
            mapping.with_name("history.lp").write_text(LINES.replace("climate,", "climate,project=other,"))
            refused = command("run", mapping, "--quiet", **right)
            assert refused.returncode == 2
            assert refused.stderr.splitlines()[-1].startswith("Project 'other' cannot be written to. ")


def _administrator(server: Influxd) -> str:
    ask(server, "CREATE USER root WITH PASSWORD 'secret' WITH ALL PRIVILEGES")
    return "root:secret"
