"""Two slots on one broker and one store: together they take everything, and nothing twice."""

from pathlib import Path

import pytest

from hdh.store import open_reader
from hdh.store.interface import Selection
from tests.common.ingest import Ingest
from tests.common.servers import Mosquitto, unique
from tests.integration.test_ingest_session import publish

pytestmark = pytest.mark.mosquitto


def test_one_slot_takes_what_no_other_does(broker: Mosquitto, sqlite_url: str, tmp_path: Path) -> None:
    """One takes a project, the other all but that, also what came while each was away."""
    house = unique("house")
    one = Ingest(tmp_path / "one", broker.url, sqlite_url, HDH_INGEST_TOPICS=f"toe/{house}/#")
    rest = Ingest(
        tmp_path / "rest",
        broker.url,
        sqlite_url,
        HDH_INGEST_TOPICS=f"+/{house}/#",
        HDH_INGEST_TOPICS_OF_OTHERS=f"toe/{house}/#",
    )

    def send(first: int) -> None:
        numbers = range(first, first + 50)
        publish(broker, *((f"toe/{house}/r/d/temperature", str(n)) for n in numbers))
        publish(broker, *((f"healthy-digital-house/{house}/r/d/temperature", str(n)) for n in numbers))

    with one, rest:
        send(0)
        for slot in (one, rest):
            assert slot.wait_done(50)["written"] == 50
            assert slot.stop() == 0
        send(50)
        for slot in (one, rest):
            slot.start()
            assert slot.wait_done(100)["received"] == 100
    reader = open_reader(sqlite_url)
    stored = {
        project: [found.count for found in reader.series(Selection(project, houses=(house,)))]
        for project in ("toe", "healthy-digital-house")
    }
    reader.close()
    assert stored == {"toe": [100], "healthy-digital-house": [100]}
