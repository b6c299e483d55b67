"""What the dashboard's tests look at: a house around both changes of the clock, with a gap, and with a fresh day."""

import time
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from hdh.model import Place, Point
from hdh.times import to_ms

ZONE = ZoneInfo("Europe/Helsinki")
PROJECT = "open"
MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR

KITCHEN = Place("koti", "kitchen", "air-1")
BEDROOM = Place("koti", "bedroom", "air-2")
METER = Place("koti", "kitchen", "meter")
QUIET = Place("koti", "bedroom", "quiet")
FROZEN = Place("koti", "bedroom", "frozen")
DENSE = Place("koti", "bedroom", "dense")

# A gap that no rule may bridge, on a day of 24 hours.
GAP = (datetime(2025, 10, 10, 12, tzinfo=ZONE), datetime(2025, 10, 10, 15, tzinfo=ZONE))

SITE = """
projects:
  - id: open
    title: Open
    timezone: Europe/Helsinki
    retention: forever
    public: true
    houses:
      - id: koti
        name: Koti
        pseudonym: house-a
        rooms: [{id: kitchen, name: Kitchen}, {id: bedroom, name: Bedroom}]
"""


def temperature(moment: int) -> float:
    """The kitchen's temperature at a time: no two neighbours alike, between 20 and 23 °C."""
    return 20 + (moment // (10 * MINUTE)) % 144 / 48


def spring() -> Iterator[int]:
    """Every ten minutes of three days around the spring change of 2025."""
    return steps(datetime(2025, 3, 29, tzinfo=ZONE), datetime(2025, 4, 1, tzinfo=ZONE), 10 * MINUTE)


def autumn() -> Iterator[int]:
    """Every ten minutes of October 2025, the gap left out."""
    start, stop = (to_ms(moment) for moment in GAP)
    times = steps(datetime(2025, 10, 1, tzinfo=ZONE), datetime(2025, 11, 1, tzinfo=ZONE), 10 * MINUTE)
    return (moment for moment in times if not start < moment < stop)


def steps(start: datetime, stop: datetime, every: int) -> Iterator[int]:
    """Times from start until before stop."""
    return iter(range(to_ms(start), to_ms(stop), every))


def history(now: datetime) -> Iterator[Point]:
    """All readings of the house until now."""
    today = to_ms(now.replace(second=0, microsecond=0))
    recent = list(range(today - 30 * HOUR, today, MINUTE))
    for moment in (*spring(), *autumn(), *recent):
        yield Point(
            "climate", KITCHEN, moment, {"temperature": temperature(moment), "humidity": 40 + moment // HOUR % 9}
        )
    for moment in (*autumn(), *recent):
        yield Point("climate", BEDROOM, moment, {"temperature": temperature(moment) - 2})
        yield Point("air", KITCHEN, moment, {"co2": 500.0 + moment // MINUTE % 300})
    for count, moment in enumerate(range(today - 3 * DAY, today, 10 * MINUTE)):
        yield Point("energy", METER, moment, {"energy_total": 1000 + count / 10})
        yield Point("climate", FROZEN, moment, {"humidity": 55.0})
    for moment in range(today - 3 * DAY, today, MINUTE):
        yield Point("climate", DENSE, moment, {"temperature": temperature(moment)})
    for moment in range(today - 5 * DAY, today - 3 * DAY, 5 * MINUTE):
        yield Point("climate", QUIET, moment, {"temperature": 20.0 + moment // MINUTE % 7})


def today() -> datetime:
    """Now, in the house's zone."""
    return datetime.fromtimestamp(time.time(), ZONE)
