"""Replay: the real flat comes by MQTT into the store, with its own times; a second start publishes nothing twice."""

from pathlib import Path

import pytest

from ingest.journal.segment import Segment
from migrate.progress import Quiet
from tests.common import flat
from tests.common.ingest import Ingest
from tests.common.migrate import command, opened, verified, write_mapping
from tests.common.servers import Mosquitto, unique

pytestmark = pytest.mark.mosquitto


def replay(mapping: Path, broker: str, speed: str = "max") -> str:
    """Replay a mapping; its sentence."""
    job = opened(mapping, broker_url=broker, migrate_client_id=unique("replay"))
    try:
        return job.replay(Quiet("replay"), speed)
    finally:
        job.close()


@pytest.mark.timeout(600)
def test_the_flat_arrives_by_mqtt(tmp_path: Path) -> None:
    """With the mapping that `plan` proposes: verified equal against the files, series by series and day by day."""
    mapping, store = tmp_path / "flat.yaml", f"sqlite:///{tmp_path}/store.db"
    planned = command("plan", flat.folder(), "--files", "*.csv", "-o", mapping, "--project", "toe", "--house", "flat")
    assert planned.returncode == 0, planned.stderr
    with Mosquitto(tmp_path / "mosquitto") as broker, Ingest(tmp_path / "ingest", broker.url, store) as ingest:
        assert replay(mapping, broker.url) == "285,954 messages published and acknowledged."
        status = ingest.wait_done(flat.READINGS, seconds=240)
        assert (status["written"], status["rejected"]) == (flat.READINGS, 0)
        assert replay(mapping, broker.url) == "0 messages published and acknowledged."
    report = verified(mapping, store_url=store)
    assert (report.verdict, len(report.series)) == ("equal", 37)


def test_the_spacing_is_that_of_the_past(tmp_path: Path) -> None:
    """Two files are merged by time; an hour takes a second at 3600 times the speed."""
    for room, first in (("a", 0), ("b", 450)):
        lines = "".join(f"{1_500_000_000 + first + n * 900}\t{n}\n" for n in range(9))
        (tmp_path / f"{room}_Temperature.csv").write_text(lines)
    form = {"delimiter": "\t", "header": False, "time": {"columns": ["1"], "format": "seconds"}}
    mapping = write_mapping(
        tmp_path / "paced.yaml",
        source={"kind": "csv", "path": ".", "files": "*.csv", "csv": form},
        place={"project": "toe", "house": unique("paced"), "room": "{file.first}", "device": "d"},
        series=[{"match": {"file.last": "Temperature"}, "quantity": "temperature"}],
    )
    store = f"sqlite:///{tmp_path}/store.db"
    # A broker of its own, as ingest takes every topic, and what other tests have left retained would come first.
    with Mosquitto(tmp_path / "mosquitto") as broker, Ingest(tmp_path / "ingest", broker.url, store) as ingest:
        assert replay(mapping, broker.url, "3600") == "18 messages published and acknowledged."
        ingest.wait_done(18)
    times = [received for received, _ in _received(tmp_path / "ingest" / "journal")]
    devices = [topic.split("/")[2] for _, topic in _received(tmp_path / "ingest" / "journal")]
    assert devices == ["a", "b"] * 9
    assert 1_800 < times[-1] - times[0] < 10_000


def _received(journal: Path) -> list[tuple[int, str]]:
    """When each message was received, and its topic."""
    (path,) = journal.glob("segment-*.db")
    segment = Segment(path, 1)
    found = [(m.time, m.topic) for batch in segment.read(0, segment.last() + 1) for m in batch.messages]
    segment.close()
    return found
