"""The simulator's messages: the same for the same seed and times, and believable."""

from datetime import date, timedelta
from itertools import pairwise, takewhile
from pathlib import Path
from statistics import mean

import msgspec
import pytest

from hdh.site import load_site
from hdh.times import from_iso
from ingest.message import Message as Journaled
from ingest.message import Placed
from ingest.place import Placer
from simulator.faults import Trouble, fault
from simulator.house import House, Speech
from simulator.houses import HOUSES
from simulator.message import Message
from simulator.stream import stream

SITE = Path(__file__).parents[3] / "infra" / "demo" / "site.yaml"
START = from_iso("2026-02-03T10:00:00Z")
HOUR = 3_600_000
DAY = 24 * HOUR


def between(start: int, stop: int, *, live: int, seed: int = 1) -> list[Message]:
    """All messages from one time until another."""
    return list(takewhile(lambda m: m.time < stop, stream(HOUSES, seed, start, live)))


@pytest.fixture(scope="module")
def day() -> list[Message]:
    """A day, caught up with."""
    return between(START, START + DAY, live=START + DAY)


def test_same_seed_and_times_give_the_same_bytes(day: list[Message]) -> None:
    """Nothing is left to the order of asking or to the clock of the machine."""
    assert day == between(START, START + DAY, live=START + DAY)


def test_starting_later_gives_the_rest(day: list[Message]) -> None:
    """What is published at a time does not depend on when one began."""
    middle = START + 7 * HOUR + 123_456
    assert [m for m in day if m.time >= middle] == between(middle, START + DAY, live=START + DAY)


def test_a_new_week_is_entered_as_it_is_begun() -> None:
    """Whoever runs over Monday midnight publishes what one publishes who starts there."""
    monday = from_iso("2026-02-09T00:00:00+02:00")
    across = between(monday - HOUR, monday + HOUR, live=0)
    assert [m for m in across if m.time >= monday] == between(monday, monday + HOUR, live=0)


def test_what_is_caught_up_with_is_part_of_what_is_live(day: list[Message]) -> None:
    """A gateway that catches up reports less often, but nothing else."""
    stop = START + 2 * HOUR
    live = set(between(START, stop, live=START))
    assert {m for m in day if m.time < stop} < live


def test_another_seed_gives_other_messages(day: list[Message]) -> None:
    """The seed decides."""
    assert day != between(START, START + DAY, live=START + DAY, seed=2)


def test_times_never_go_back(day: list[Message]) -> None:
    """Messages come in the order of their times."""
    times = [m.time for m in day]
    assert sorted(times) == times


def test_bare_values_are_not_caught_up_with(day: list[Message]) -> None:
    """A payload without a time cannot tell of the past."""
    silent = {house.key for house in HOUSES if house.speech is Speech.VALUE}
    assert all(m.timed for m in day)
    assert not {"/".join(m.topic.split("/")[:2]) for m in day} & silent


def test_all_houses_speak_when_live() -> None:
    """Every house publishes within a few minutes."""
    heard = {"/".join(m.topic.split("/")[:2]) for m in between(START, START + HOUR // 6, live=START)}
    assert {house.key for house in HOUSES} == heard


def values(messages: list[Message], device: str, quantity: str) -> list[float]:
    """A device's values of a quantity, from the payloads that are whole objects."""
    found = [msgspec.json.decode(m.payload) for m in messages if m.topic.endswith(device) and m.payload[-1:] == b"}"]
    return [value[quantity] for value in found]


def test_a_winter_day_is_believable(day: list[Message]) -> None:
    """Rooms are warm, it is cold outside, a bedroom's CO2 rises while people sleep."""
    inside, outside = values(day, "bedroom/air-2", "temperature"), values(day, "/weather", "outdoor_temperature")
    assert all(17 < t < 25 for t in inside)
    assert mean(outside) < mean(inside) - 12
    slept = [m for m in day if START + 13 * HOUR <= m.time < START + 19 * HOUR]
    absent = [m for m in day if m.time < START + 3 * HOUR]
    assert mean(values(slept, "bedroom/air-2", "co2")) > 1.5 * mean(values(absent, "bedroom/air-2", "co2"))


def test_the_meter_counts_the_power() -> None:
    """An energy counter is the power summed up, minute by minute."""
    found = [
        msgspec.json.decode(m.payload)
        for m in between(START, START + HOUR, live=START)
        if m.topic.endswith("koivula/kitchen/meter")
    ]
    counted = found[-1]["energy_total"] - found[0]["energy_total"]
    assert counted == pytest.approx(sum(r["power"] for r in found[1:]) / 60_000, abs=0.002)


def test_meters_run_on_over_the_change_of_the_clocks() -> None:
    """A week's first reading follows the last one of the week before, also when a day had 23 hours."""
    monday = from_iso("2026-03-30T00:00:00+03:00")
    found = values(between(monday - HOUR, monday + HOUR, live=0), "koivula/kitchen/meter", "energy_total")
    steps = [later - earlier for earlier, later in pairwise(found)]
    assert len(found) > 100
    assert all(0 < step < 0.2 for step in steps)


@pytest.mark.parametrize("trouble", list(Trouble))
def test_every_fault_happens(trouble: Trouble) -> None:
    """In a month something of everything goes wrong."""
    days = [date(2026, 2, 1) + timedelta(days=n) for n in range(28)]
    found = [fault(1, house, device, d) for house in HOUSES for device in house.devices for d in days]
    assert trouble in {f.trouble for f in found if f}


@pytest.fixture(scope="module")
def placed() -> dict[str, list[tuple[Message, Placed]]]:
    """What ingest makes of half a day, by house."""
    placer = Placer(load_site(SITE))
    found: dict[str, list[tuple[Message, Placed]]] = {house.key: [] for house in HOUSES}
    for m in between(START, START + 12 * HOUR, live=START):
        house = "/".join(m.topic.split("/")[:2])
        found[house].append((m, placer.place(Journaled(m.topic, m.payload, m.time))))
    return found


@pytest.mark.parametrize("house", HOUSES, ids=lambda house: house.id)
def test_ingest_reads_what_a_gateway_says(placed: dict[str, list[tuple[Message, Placed]]], house: House) -> None:
    """Every device's readings arrive where the demo's site file says; only what a fault has spoiled is refused."""
    good = [(m, p) for m, p in placed[house.key] if not p.faults]
    points = [point for _, p in good for point in p.points]
    assert {(d.room, d.id) for d in house.devices} == {
        # A chip of a Tasmota device is a component.
        (p.place.room, p.place.device.partition(".")[0])
        for p in points
    }
    assert {house.id} == {p.place.house for p in points}
    assert {"other"}.isdisjoint({p.measurement for p in points})
    assert len(good) > 0.9 * len(placed[house.key])


@pytest.mark.parametrize("house", HOUSES, ids=lambda house: house.id)
def test_readings_keep_their_time(placed: dict[str, list[tuple[Message, Placed]]], house: House) -> None:
    """The time in the payload, in whichever form, is the time of the measurement."""
    for message, found in placed[house.key]:
        if not found.faults and found.points and house.speech is not Speech.ARRAY:
            assert {message.time} == {point.time for point in found.points}
