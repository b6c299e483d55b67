"""Houses of a test: a site file, and readings whose course is known, published as gateways do."""

import json
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from tests.common.acknowledged import acknowledged

MINUTE = 60_000
STEP = 10 * MINUTE
DAY = 24 * 60 * MINUTE
PUBLIC, PRIVATE, EMPTY = "healthy-digital-house", "toe", "empty-project"
ROOMS = ("kitchen", "bedroom")
HOLE = ("secret-2", "bedroom", 12 * 60 * MINUTE, 10 * 60 * MINUTE)
"""Where two hours are missing: house, room, and how long before now they begin and end."""


@dataclass(frozen=True)
class Village:
    """How many public houses there are; beside them there is one private, and a project without any."""

    houses: int = 3

    @property
    def names(self) -> list[str]:
        """Ids of the public houses, which the public must not learn."""
        return [f"secret-{number}" for number in range(1, self.houses + 1)]

    def site(self) -> str:
        """The site file; JSON is YAML."""
        public = [_house(name, f"house-{number}") for number, name in enumerate(self.names, 1)]
        projects = [
            _project(PUBLIC, public, is_public=True),
            _project(PRIVATE, [_house("private-1", "zulu")], is_public=False),
            _project(EMPTY, [], is_public=True),
        ]
        return json.dumps({"projects": projects})

    def messages(self, now: int, days: float) -> Iterator[tuple[str, str]]:
        """Topic and payload of the past, in arrays of a day's third at most."""
        start = now - int(days * DAY)
        for project, houses in ((PUBLIC, self.names), (PRIVATE, ["private-1"])):
            for number, house in enumerate(houses):
                for room in ROOMS:
                    times = [at for at in range(start - start % STEP, now, STEP) if not _is_hole(house, room, now - at)]
                    for first in range(0, len(times), 48):
                        readings = [reading(at, number, room) for at in times[first : first + 48]]
                        yield f"{project}/{house}/{room}/air-{room}", json.dumps(readings)
                steps = range(start - start % STEP, now, STEP)
                meter = [{"time": at, "energy_total": round((at - start) / 3.6e6, 3), "power": 250} for at in steps]
                for first in range(0, len(meter), 48):
                    yield f"{project}/{house}/kitchen/meter", json.dumps(meter[first : first + 48])


def reading(at: int, number: int, room: str) -> dict[str, float]:
    """What a room's sensor says at a time: a day's wave, each house a quarter of a degree warmer than the one before.

    All is comfortable (EN 16798-1, category II) whatever the time of day and the season: 23 to 25 degrees, 800 ppm.
    """
    wave = math.sin(2 * math.pi * at / DAY)
    shift = 0.3 if room == "bedroom" else 0
    return {
        "time": at,
        "temperature": round(23.65 + 0.25 * (number % 5) - shift + 0.3 * wave, 2),
        "humidity": round(40 - 5 * wave, 1),
        "co2": round(640 + 150 * wave),
        "battery": 80,
    }


def publish(port: int, messages: Iterator[tuple[str, str]]) -> int:
    """Publish at QoS 1 and wait until the broker has all; how many there were."""
    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.max_inflight_messages_set(1000)
    client.connect("127.0.0.1", port)
    client.loop_start()
    try:
        sent = [client.publish(topic, payload, qos=1) for topic, payload in messages]
        for info in sent:
            acknowledged(info)
    finally:
        client.disconnect()
        client.loop_stop()
    return len(sent)


def now_ms() -> int:
    """Epoch milliseconds."""
    return time.time_ns() // 1_000_000


def _is_hole(house: str, room: str, age: int) -> bool:
    return (house, room) == HOLE[:2] and HOLE[3] < age < HOLE[2]


def _house(house: str, pseudonym: str) -> dict[str, object]:
    corners = [(0, 0), (4, 0), (4, 3), (0, 3)]
    rooms = [
        {"id": room, "name": room.capitalize(), "polygon": [[x + 4 * at, y] for x, y in corners]}
        for at, room in enumerate(ROOMS)
    ]
    return {"id": house, "name": f"Name of {house}", "pseudonym": pseudonym, "rooms": rooms}


def _project(project: str, houses: list[dict[str, object]], *, is_public: bool) -> dict[str, object]:
    return {
        "id": project,
        "title": project,
        "timezone": "Europe/Helsinki",
        "public": is_public,
        "houses": houses,
    }
