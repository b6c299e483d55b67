"""Readings as they are written: a real broker, ingest and api, killed and restarted while others listen."""

import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.settings import ApiSettings
from tests.common.api import Api, serving
from tests.common.eventually import eventually
from tests.common.ingest import Ingest
from tests.common.listening import listening
from tests.common.servers import Mosquitto, free_port, unique
from tests.integration.test_ingest_session import publish

pytestmark = pytest.mark.mosquitto

SITE = """
projects:
  - id: {closed}
    timezone: Europe/Helsinki
  - id: {shown}
    timezone: Europe/Helsinki
    public: true
    houses: [{{id: villa-aalto, name: Aaltonen, pseudonym: house-7}}]
"""


@dataclass
class World:
    """The way from broker to listener, with a closed and a public project."""

    broker: Mosquitto
    ingest: Ingest
    api: Api
    closed: str
    shown: str
    key: str

    def publish(self, *values: float) -> None:
        """A reading in the closed project for each value."""
        publish(self.broker, *((f"{self.closed}/house/hall/air-1/temperature", str(value)) for value in values))


def _world(broker: Mosquitto, folder: Path) -> Iterator[World]:
    closed, shown = unique("closed"), unique("shown")
    site = folder / "site.yaml"
    site.write_text(SITE.format(closed=closed, shown=shown))
    store = f"sqlite:///{folder}/store.db"
    settings = {"HDH_SITE_FILE": str(site), "HDH_INGEST_TOPICS": f"{closed}/#,{shown}/#"}
    with (
        Ingest(folder / "ingest", broker.url, store, **settings) as ingest,
        Api(folder / "api", store, HDH_INGEST_URLS=ingest.url, HDH_SITE_FILE=str(site)) as api,
    ):
        yield World(broker, ingest, api, closed, shown, api.key("closed", closed))


@pytest.fixture(scope="module")
def world(broker: Mosquitto, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One for all tests that leave it alive."""
    yield from _world(broker, tmp_path_factory.mktemp("live"))


@pytest.fixture
def mortal(broker: Mosquitto, tmp_path: Path) -> Iterator[World]:
    """One of the test's own, as its parts are killed."""
    yield from _world(broker, tmp_path)


def test_readings_come_as_they_are_written(world: World) -> None:
    """Numbers with their unit and text, with names and time; what is rejected never comes."""
    body = {"time": int(time.time()) * 1000, "tempC": 21.5, "note": "open", "co2": "much"}
    with listening(world.api.url, key=world.key) as heard:
        publish(world.broker, (f"{world.closed}/house/hall/air-1", json.dumps(body)))
        published = time.monotonic()
        eventually(lambda: heard.readings)
        seconds = time.monotonic() - published
        publish(world.broker, (f"{world.closed}/house/hall/air-1", "{"), ("elsewhere/h/r/d", '{"temperature": 1}'))
        world.publish(1)
        eventually(lambda: heard.values[-1:] == [1.0])

    place = {"project": world.closed, "house": "house", "room": "hall", "device": "air-1", "time": body["time"]}
    assert heard.readings[:-1] == [
        {**place, "quantity": "temperature", "unit": "Cel", "value": 21.5},
        {**place, "quantity": "note_text", "unit": None, "value": "open"},
    ]
    assert seconds < 5, "ingest's pipeline looks by itself only every ten seconds; tests.bench.live tells the figure"
    assert heard.of("missed") == []


def test_only_what_was_selected_comes(world: World) -> None:
    """Filters as everywhere: several values of one kind are alternatives, several kinds hold together."""
    publish(world.broker, (f"{world.closed}/house/attic/air-2", '{"temperature": 1, "humidity": 2}'))
    eventually(lambda: world.api.get("latest", key=world.key, room="attic").json()["latest"])
    # What is not marked as done yet would be heard.
    eventually(lambda: world.ingest.status()["pending"] == 0)
    with listening(world.api.url, key=world.key, room="attic", quantity=["humidity", "co2"]) as heard:
        publish(
            world.broker,
            (f"{world.closed}/house/attic/air-2", '{"temperature": 3, "humidity": 4}'),
            (f"{world.closed}/house/hall/air-2", '{"temperature": 5, "humidity": 6}'),
            (f"{world.closed}/house/attic/air-2", '{"temperature": 7, "co2": 8}'),
        )
        eventually(lambda: heard.values[-1:] == [8.0])

    assert heard.values == [4.0, 8.0]


def test_a_killed_api_loses_and_doubles_nothing(mortal: World) -> None:
    """Whoever comes back with the last event's id hears what came meanwhile, once, in order."""
    with listening(mortal.api.url, key=mortal.key) as heard:
        mortal.publish(1, 2)
        eventually(lambda: heard.values == [1.0, 2.0])
        mortal.api.kill()
        assert heard.ended.wait(60)
    mortal.publish(3, 4)
    mortal.ingest.wait_done(4)
    mortal.api.start()
    mortal.publish(5)
    with listening(mortal.api.url, key=mortal.key, after=heard.last) as again:
        mortal.publish(6)
        eventually(lambda: again.values[-1:] == [6.0])
    with listening(mortal.api.url, key=mortal.key, last_event_id=heard.last) as other:
        eventually(lambda: other.values[-1:] == [6.0])

    assert again.values == [3.0, 4.0, 5.0, 6.0]
    assert other.values == again.values
    assert again.of("missed") == other.of("missed") == []


def test_a_killed_ingest_loses_and_doubles_nothing(mortal: World) -> None:
    """The stream goes on by itself, and says meanwhile that not every ingest is heard."""
    with listening(mortal.api.url, key=mortal.key) as heard:
        mortal.publish(*range(20))
        eventually(lambda: len(heard.values) > 0)
        mortal.ingest.kill()
        mortal.publish(*range(20, 40))
        eventually(lambda: not heard.of("heartbeat")[-1]["complete"])
        mortal.ingest.start()
        mortal.publish(40)
        eventually(lambda: heard.values[-1:] == [40.0])
        last = heard.last
    mortal.ingest.kill()
    mortal.publish(41)
    mortal.ingest.start()
    with listening(mortal.api.url, key=mortal.key, after=last) as again:
        eventually(lambda: again.values == [41.0])

    assert heard.values == [float(n) for n in range(41)]
    assert heard.of("missed") == []


def test_a_hundred_listen(mortal: World) -> None:
    """All hear all, and the api ends at once though all are there."""
    with ExitStack() as stack:
        ears = [stack.enter_context(listening(mortal.api.url, key=mortal.key)) for _ in range(100)]
        mortal.publish(1, 2, 3)
        eventually(lambda: all(heard.values == [1.0, 2.0, 3.0] for heard in ears))
        mortal.api.stop()
        assert all(heard.ended.wait(60) for heard in ears)
    assert "graceful" not in mortal.api.log.read_text(), "it need not wait for connections that never end"


def _beside(world: World, folder: Path, **settings: Any) -> ApiSettings:
    """The settings of another api beside the world's."""
    assert world.api.env is not None
    names = {"store_url": "HDH_STORE_URL", "site_file": "HDH_SITE_FILE", "ingest_urls": "HDH_INGEST_URLS"}
    same: dict[str, Any] = {name: world.api.env[variable] for name, variable in names.items()}
    return ApiSettings(api_data_dir=folder, api_listen=f"127.0.0.1:{free_port()}", **same, **settings)


def test_a_listener_that_is_too_slow_is_told(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of what waits for it only so much is kept; then `missed`, and it hears the newest again."""
    monkeypatch.setattr("api.live.listener.MOST_POINTS", 10)
    topic = f"{world.shown}/house/hall/air-1"
    burst = [{"time": 1_700_000_000 + n, "temperature": n} for n in range(20)]
    with serving(_beside(world, tmp_path)) as url:
        with listening(url, project=world.shown) as heard:
            publish(world.broker, (topic, json.dumps(burst)))
            eventually(lambda: heard.of("missed"))
            publish(world.broker, (topic, '{"temperature": 7}'))
            eventually(lambda: heard.values == [7.0])
        with listening(url, project=world.shown, after=heard.last) as again:
            publish(world.broker, (topic, '{"temperature": 8}'))
            eventually(lambda: again.values == [8.0])


def test_the_public_hears_pseudonyms(world: World) -> None:
    """No real name leaves, not in text either, and nothing of a closed project; pseudonyms are filters."""
    with (
        listening(world.api.url) as public,
        listening(world.api.url, house="house-7") as chosen,
        listening(world.api.url, key=world.key) as keyed,
    ):
        world.publish(1)
        publish(
            world.broker,
            (f"{world.shown}/mokki-9/hall/air-1", '{"temperature": 2}'),
            (f"{world.shown}/villa-aalto/hall/villa-aalto-air", '{"note": "Aaltonen was here, at VILLA-AALTO"}'),
        )
        eventually(lambda: public.readings and len(public.readings) == 2)
        eventually(lambda: chosen.readings)
        eventually(lambda: len(keyed.readings) == 3)

    house, device = public.readings[0]["house"], public.readings[1]["device"]
    assert house.startswith("house-")
    assert (public.readings[0]["value"], public.readings[1]["value"]) == (2.0, "house-7 was here, at house-7")
    assert (public.readings[1]["house"], device) == ("house-7", "house-7-air")
    assert chosen.readings == public.readings[1:]
    spoken = json.dumps([public.events, chosen.events]).lower()
    assert [name for name in ("aalto", "mokki", "closed") if name in spoken] == []
    assert [r["project"] for r in keyed.readings] == [world.closed, world.shown, world.shown]
    assert keyed.readings[2]["house"] == "house-7", "a key of another project is the public here"


def test_a_revoked_key_hears_no_more(world: World) -> None:
    """Within a heartbeat, also where it listens already."""
    key = world.api.key("short", world.closed)
    with listening(world.api.url, key=key) as heard:
        command = [world.api.command[0], "key", "revoke", "short"]
        subprocess.run(command, env=world.api.env, check=True, capture_output=True)
        assert heard.ended.wait(60)
    assert world.api.get("live", key=key).status_code == 401


def test_wrong_questions_are_told(world: World) -> None:
    """Names, parameters and keys as on every path; a strange id of an event is told, in a header as missed."""
    assert world.api.get("live", key="hdh_wrong").status_code == 401
    found = [world.api.get("live", key=world.key, **asked) for asked in ({"room": "nowhere"}, {"rom": "hall"})]
    strange = world.api.get("live", key=world.key, last_event_id="strange!")
    with listening(world.api.url, key=world.key, after="strange!") as heard:
        eventually(lambda: heard.of("missed"))

    assert [(answer.status_code, answer.json()["parameter"]) for answer in (*found, strange)] == [
        (404, "room"),
        (422, "rom"),
        (422, "last_event_id"),
    ]


def test_so_many_may_listen(world: World, tmp_path: Path) -> None:
    """One more is told to come again, and may as soon as another has left."""
    with serving(_beside(world, tmp_path, api_listeners=1)) as url:
        with listening(url):
            refused = httpx.get(f"{url}/v1/live")
        eventually(lambda: _may_listen(url))

    assert (refused.status_code, refused.headers["retry-after"]) == (503, "10")
    assert "HDH_API_LISTENERS" in refused.json()["detail"]


def _may_listen(url: str) -> bool:
    with httpx.stream("GET", f"{url}/v1/live", timeout=10) as answer:
        return answer.status_code == 200


def test_a_journal_that_was_begun_anew_is_told(mortal: World) -> None:
    """What lies between the last event and now cannot be told: `missed`, then on from here."""
    with listening(mortal.api.url, key=mortal.key) as heard:
        mortal.publish(1)
        eventually(lambda: heard.values == [1.0])
    mortal.ingest.stop()
    for file in mortal.ingest.journal.iterdir():
        file.unlink()
    mortal.ingest.start()
    with listening(mortal.api.url, key=mortal.key, after=heard.last) as again:
        eventually(lambda: again.of("missed"))
        mortal.publish(2)
        eventually(lambda: again.values == [2.0])
