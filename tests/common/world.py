"""A small world behind a real api: two houses in two zones around the change of the clock, and an empty project."""

import csv
import io
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from hdh.model import Place
from hdh.times import from_iso
from tests.common.api import Api

# The hours around the change of the clock in Berlin; the day has 23 of them.
START = from_iso("2017-03-25T00:00:00+01:00")
HOUR = 3_600_000
KITCHEN_ZONE = ZoneInfo("Europe/Berlin")
KITCHEN = Place("aalto", "kitchen", "air-1")
HALL = Place("aalto", "hall", "meter-1.total")
SAUNA = Place("mokki", "sauna", "air-1")
TEMPERATURES = {START + n * HOUR: 20 + n / 10 for n in range(71)}
ENERGY: dict[int, float | str] = {START: 10.0, START + HOUR: 12.5, START + 2 * HOUR: 1.5, START + 5 * HOUR: 2.5}
MODES: dict[int, float | str] = {START: "auto", START + HOUR: 'say "hi",\nbye', START + 2 * HOUR: ""}

SITE = """
projects:
  - id: {full}
    title: Full
    timezone: Europe/Helsinki
    retention: forever
    houses:
      - id: aalto
        name: Villa Aalto
        pseudonym: house-7
        timezone: Europe/Berlin
        rooms:
          - {{id: kitchen, name: Kitchen, floor: 1, polygon: [[0, 0], [4, 0], [4, 3]]}}
          - {{id: hall}}
      - {{id: empty, name: Nobody's}}
    devices:
      - id: air-1
        name: Kitchen's air
        house: aalto
        time_source: gateway
        assignments:
          - {{house: aalto, room: kitchen, from: 2017-01-01}}
      - {{id: meter-1, name: Meter, assignments: [{{house: aalto, room: hall}}]}}
  - id: {empty}
    timezone: Europe/Helsinki
"""


@dataclass(frozen=True)
class World:
    """An api over a store that holds one full and one empty project."""

    api: Api
    full: str
    empty: str

    def readings(self, **parameters: Any) -> Any:
        """The answer as JSON, by default of the full project."""
        answer = self.api.get("readings", **{"project": self.full, **parameters})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def table(self, **parameters: Any) -> list[dict[str, str]]:
        """The answer as CSV."""
        answer = self.api.get("readings", **{"project": self.full, "format": "csv", **parameters})
        assert answer.status_code == 200, answer.text
        return list(csv.DictReader(io.StringIO(answer.text, newline="")))

    def series(self, place: Place, quantity: str, unit: str | None, readings: dict[int, Any]) -> dict[str, Any]:
        """A series as JSON shows it."""
        return {
            "project": self.full,
            "house": place.house,
            "room": place.room,
            "device": place.device,
            "quantity": quantity,
            "unit": unit,
            "time": list(readings),
            "value": list(readings.values()),
        }
