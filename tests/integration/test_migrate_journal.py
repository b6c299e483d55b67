"""Ingest's journal is decoded again, into a fresh store: the same readings, and what is rejected today is named."""

from pathlib import Path

import pytest

from hdh.model import ALL_TIME
from hdh.store import open_reader
from hdh.store.interface import Selection
from ingest.journal import SqliteJournal
from ingest.message import Message, Messages
from tests.common.migrate import move, rejected, verified, write_mapping

START = 1_700_000_000_000
PLACE = {"project": "{project}", "house": "{house}", "room": "{room}", "device": "{device}"}


@pytest.fixture
def mapping(tmp_path: Path) -> Path:
    """A mapping file for a journal with good, bad and ignored messages, over two parts."""
    journal = SqliteJournal(tmp_path / "journal")
    messages = [
        Message(
            "toe/h/r/d", b'{"time": %d, "temperature": %d, "mode": "eco"}' % (START + n * 1000, n), START + n * 1000
        )
        for n in range(60_000)
    ]
    messages[7] = Message("toe/h/r/d", b"no JSON", START)
    messages[8] = Message("elsewhere/h/r/d", b'{"temperature": 1}', START)
    messages[9] = Message("toe/h/r/d/error", b"{}", START)
    messages += [Message("toe/h/r/e/humidity", b"%d" % n, START) for n in range(3)]
    for begin in range(0, len(messages), 5_000):
        journal.append(Messages.of(messages[begin : begin + 5_000]), "v1", "projects: []")
    journal.close()
    return write_mapping(
        tmp_path / "again.yaml",
        source={"kind": "journal", "path": "journal"},
        destination={"store": f"sqlite:///{tmp_path}/store.db"},
        place=PLACE,
        series=[{"match": {"field": "*"}, "quantity": "{field}"}],
    )


def test_a_journal_is_decoded_again(mapping: Path) -> None:
    """Every reading with its own time; those without one get the times that they had: one millisecond each."""
    move(mapping)
    reader = open_reader(f"sqlite:///{mapping.parent}/store.db")
    found = {
        (chunk.series.device, chunk.series.quantity): dict(zip(chunk.time.tolist(), chunk.value.tolist(), strict=True))
        for chunk in reader.read(Selection("toe", quantities=("temperature", "humidity")), ALL_TIME)
    }
    reader.close()
    good = {START + n * 1000: float(n) for n in range(60_000) if n not in {7, 8, 9}}
    assert found["d", "temperature"] == good
    assert list(found["e", "humidity"].values()) == [0.0, 1.0, 2.0]
    reasons = [line.split(",")[1:3] for line in rejected(mapping).splitlines()[1:]]
    assert reasons == [["8", "payload"], ["9", "project"]]
    assert verified(mapping).verdict == "equal"
    assert "0 of 2 parts were moved now" in move(mapping)
