"""A writer that remembers few places writes as one that remembers all of them."""

from pathlib import Path

import pytest

from hdh.model import Place, Point
from hdh.store import open_admin, open_reader, open_writer
from tests.contract.readings import START, read, series_of

PLACES = [Place("house", "kitchen", f"air-{number}") for number in range(5)]


@pytest.mark.parametrize("known_places", [0, 2, 200])
def test_however_few_places_are_known_each_keeps_its_series(tmp_path: Path, known_places: int) -> None:
    """Places that come in turns, more than are remembered, keep one series each, with all that they brought."""
    url = f"sqlite:///{tmp_path}/store.db"
    admin = open_admin(url)
    admin.create_project("toe", None)
    admin.close()
    writer = open_writer(url, known_places=known_places)
    for turn in range(3):
        for number, place in enumerate(PLACES):
            fields: dict[str, float | str] = {"temperature": float(number), "humidity": float(turn)}
            assert writer.write("toe", [Point("climate", place, START + turn, fields)]) == []
    writer.close()
    reader = open_reader(url)
    found = read(reader, "toe")
    reader.close()
    assert found == {
        series_of("toe", quantity, place): [
            (START + turn, float(number if quantity == "temperature" else turn)) for turn in range(3)
        ]
        for number, place in enumerate(PLACES)
        for quantity in ("temperature", "humidity")
    }
