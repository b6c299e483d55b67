"""Live by the client, over a real broker, ingest and api: nothing missed and nothing twice, whoever is killed."""

import asyncio
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread

import pytest

from hdh.client import AsyncClient, Client, NotFound, Reading
from tests.common.api import Api
from tests.common.eventually import eventually
from tests.common.ingest import Ingest
from tests.common.servers import Mosquitto, unique
from tests.integration.test_ingest_session import publish

pytestmark = pytest.mark.mosquitto


class World:
    """The way from broker to listener, and a thread that listens."""

    def __init__(self, broker: Mosquitto, folder: Path) -> None:
        self.broker = broker
        self.project = unique("toe")
        site, store = folder / "site.yaml", f"sqlite:///{folder}/store.db"
        site.write_text(f"projects: [{{id: {self.project}, timezone: Europe/Helsinki}}]\n")
        topics = f"{self.project}/#"
        self.ingest = Ingest(folder, broker.url, store, HDH_SITE_FILE=str(site), HDH_INGEST_TOPICS=topics)
        self.api = Api(folder, store, HDH_SITE_FILE=str(site), HDH_INGEST_URLS=self.ingest.url)
        self.heard: list[Reading] = []

    def publish(self, *values: float) -> None:
        """A reading for each value."""
        publish(self.broker, *((f"{self.project}/house/hall/air-1/temperature", str(value)) for value in values))

    def listen(self) -> None:
        """Take what comes, until -1 comes."""
        with Client(self.api.url) as client:
            for reading in client.live(project=self.project):
                self.heard.append(reading)
                if reading.value == -1:
                    return

    @property
    def values(self) -> list[float | str]:
        """What was heard."""
        return [reading.value for reading in self.heard]


@pytest.fixture
def world(broker: Mosquitto, tmp_path: Path) -> Iterator[World]:
    """One of the test's own."""
    made = World(broker, tmp_path)
    with made.ingest, made.api:
        yield made


def test_readings_come_over_all_restarts(world: World) -> None:
    """The first reading is heard by asking until it is; then api and ingest are killed, and no value is missing."""
    thread = Thread(target=world.listen, daemon=True)
    thread.start()
    published = [0.0]

    def begun() -> bool:
        published.append(published[-1] + 1)
        world.publish(published[-1])
        return bool(world.heard)

    eventually(begun, every=0.3)
    world.api.kill()
    world.publish(1001, 1002)
    world.api.start()
    world.publish(1003)
    eventually(lambda: 1003 in world.values, seconds=60)
    world.ingest.kill()
    world.publish(1004)
    world.ingest.start()
    world.publish(1005, -1)
    thread.join(60)

    assert not thread.is_alive()
    first = int(float(world.values[0]))
    assert world.values == [*published[first:], 1001, 1002, 1003, 1004, 1005, -1]
    last = world.heard[-1]
    assert (last.project, last.house, last.room, last.device) == (world.project, "house", "hall", "air-1")
    assert (last.quantity, last.unit) == ("temperature", "Cel")
    assert abs((datetime.now(UTC) - last.time).total_seconds()) < 60


def test_live_for_asyncio(world: World) -> None:
    """The same by `async for`; a wrong name is an error at once, and a warning tells what was missed."""

    async def listen() -> Reading:
        async with AsyncClient(world.api.url) as client:
            with pytest.raises(NotFound):
                await anext(client.live(project="nowhere"))
            publishing = asyncio.create_task(keep_publishing())
            try:
                return await asyncio.wait_for(anext(client.live(project=world.project)), 60)
            finally:
                publishing.cancel()

    async def keep_publishing() -> None:
        while True:
            await asyncio.to_thread(world.publish, 7)
            await asyncio.sleep(0.3)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert asyncio.run(listen()).value == 7
