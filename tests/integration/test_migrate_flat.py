"""The real flat moves with one generated mapping, into both stores, verified equal."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from hdh.model import ALL_TIME
from hdh.store import open_reader
from hdh.store.interface import Selection
from tests.common import flat
from tests.common.migrate import command, move, verified
from tests.common.servers import Influxd

_DEVICES = {"thermostat-left": "recorder.left", "thermostat-right": "recorder.right"}


@pytest.fixture(scope="module")
def mapping_text(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What `migrate plan` proposes for the flat."""
    output = tmp_path_factory.mktemp("plan") / "flat.yaml"
    arguments = ("plan", flat.folder(), "--files", "*.csv", "--output", output, "--project", "toe", "--house", "flat")
    planned = command(*arguments)
    assert (planned.returncode, planned.stderr) == (0, "")
    assert "285,954" in planned.stdout
    assert sorted(path.name for path in output.parent.iterdir()) == ["flat.yaml"]
    return output.read_text(encoding="utf-8")


@pytest.fixture(params=["sqlite", pytest.param("influxdb", marks=pytest.mark.influxdb1)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A store of each kind, empty."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/store.db"
    else:
        with Influxd(tmp_path / "destination") as server:
            yield server.url


def test_the_flat_moves_as_proposed(mapping_text: str, store: str, tmp_path: Path) -> None:
    """Every reading of 37 files is in the store, under its room and quantity, and the report says equal."""
    mapping = tmp_path / "flat.yaml"
    mapping.write_text(mapping_text, encoding="utf-8")
    assert "285,954 readings written; 37 of 37 parts were moved now" in move(mapping, store_url=store)
    assert "0 of 37 parts" in move(mapping, store_url=store)
    report = verified(mapping, store_url=store)
    assert (report.verdict, len(report.series), report.rejected) == ("equal", 37, {})
    assert report.sentence.startswith("On 20")
    written = json.loads((tmp_path / "flat.report.json").read_text(encoding="utf-8"))
    assert (written["verdict"], written["counts"]) == ("equal", {"written": flat.READINGS})
    page = (tmp_path / "flat.report.html").read_text(encoding="utf-8")
    assert "<h1>Migration: equal</h1>" in page
    assert page.count("<td>yes") == 37
    found: dict[tuple[str, str, str], tuple[list[int], list[float]]] = {}
    reader = open_reader(store)
    for chunk in reader.read(Selection("toe", houses=("flat",)), ALL_TIME):
        key = (chunk.series.room, chunk.series.device, chunk.series.quantity)
        times, values = found.setdefault(key, ([], []))
        times += chunk.time.tolist()
        values += chunk.value.tolist()
    reader.close()
    expected = {(s.room, _device(s.device), s.quantity): (s.times, s.values) for s in flat.load()}
    assert {key: len(value[0]) for key, value in found.items()} == {k: len(v[0]) for k, v in expected.items()}
    assert found == expected


def _device(device: str) -> str:
    return _DEVICES.get(device, "recorder.Virtual" if device == "weather" else "recorder")
