"""Placing: which points, faults or nothing a journaled message comes to."""

import json
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hdh.errors import Misconfigured
from hdh.model import Place, Point
from hdh.site import parse_site
from ingest.message import Fault, Ignored, Message, Placed, Reason
from ingest.place import Placer

SITE = """\
projects:
  - id: toe
    timezone: Europe/Helsinki
    retention: 90d
    clock_ahead: 1h
    houses:
      - {id: h1, rooms: [{id: kitchen}, {id: hall}]}
      - {id: h2, timezone: Europe/Berlin}
    devices:
      - id: moved
        assignments:
          - {house: h1, room: kitchen, from: 2026-01-01, until: 2026-01-10}
          - {house: h1, room: hall, from: 2026-01-10, until: 2026-02-01}
      - id: twin
        house: h1
        assignments: [{house: h2}]
      - {id: timeless, time_source: server}
      - id: plug.2
        assignments: [{house: h1, room: hall}]
  - {id: other, timezone: Europe/Helsinki}
routes:
  - {topic: "sensors/{device}/{quantity}", decoder: value, project: toe}
"""
NOW = 1_768_000_000_000  # 2026-01-09T23:06:40Z
DAY = 86_400_000


def placer() -> Placer:
    """A fresh one."""
    return Placer(parse_site(SITE, "site.yaml"))


def send(payload: Any, topic: str = "toe/h1/kitchen/s", *, time: int = NOW, retain: bool = False) -> Message:
    """A message; what is not bytes is sent as JSON."""
    return Message(topic, payload if isinstance(payload, bytes) else json.dumps(payload).encode(), time, 1, retain)


def climate(time: int, place: Place | None = None, **fields: float | str) -> Placed:
    """What comes to one point of climate."""
    return Placed([Point("climate", place or Place("h1", "kitchen", "s"), time, dict(fields))])


def reasons(placed: Placed) -> list[Reason]:
    """Why parts of a message were rejected."""
    return [fault.reason for fault in placed.faults]


def test_a_native_message_comes_to_a_point_a_measurement() -> None:
    """Fields of one time are grouped by measurement, unknown ones under `other`; all numbers are floats."""
    sent = {"time": NOW, "tempC": 21, "hum": 45.5, "co2": 600, "door": True, "foo": 1, "state": "heating", "bar": "x"}
    at = Place("h1", "kitchen", "s")
    assert placer().place(send(sent)) == Placed(
        [
            Point("climate", at, NOW, {"temperature": 21.0, "humidity": 45.5}),
            Point("air", at, NOW, {"co2": 600.0}),
            Point("presence", at, NOW, {"opening": 1.0}),
            Point("other", at, NOW, {"foo": 1.0, "bar_text": "x"}),
            Point("energy", at, NOW, {"switch_text": "heating"}),
        ]
    )


@pytest.mark.parametrize(
    "time", [NOW, NOW // 1000, NOW / 1000, str(NOW), "2026-01-09T23:06:40Z", "2026-01-10T01:06:40+02:00"]
)
def test_the_devices_time_is_kept(time: object) -> None:
    """Epoch seconds and milliseconds are told apart by size; ISO 8601 needs its offset."""
    assert placer().place(send({"time": time, "temperature": 1}, time=NOW + 5)) == climate(NOW, temperature=1.0)


def test_a_list_of_objects_is_a_list_of_records() -> None:
    """A gateway may send several times at once."""
    placed = placer().place(send([{"time": NOW - 1, "temperature": 1}, {"time": NOW, "temperature": 2}]))
    assert placed == Placed([*climate(NOW - 1, temperature=1.0).points, *climate(NOW, temperature=2.0).points])


def test_readings_without_time_are_as_old_as_their_arrival() -> None:
    """In one millisecond each series moves on by itself; the next millisecond starts afresh."""
    found = placer()
    times = [
        [point.time - NOW for point in found.place(message).points]
        for message in (
            send({"temperature": 1}),
            send({"temperature": 1}),
            send({"humidity": 1}),
            send({"humidity": 1, "temperature": 1}),
            send({"temperature": 1}, "toe/h1/hall/s"),
            send({"temperature": 1}, "other/h1/kitchen/s"),
            send([{"temperature": 1}, {"temperature": 2}], time=NOW + 1),
            send({"temperature": 1}, time=NOW + 10),
        )
    ]
    assert times == [[0], [1], [0], [2], [0], [0], [3, 4], [10]]


def test_a_clock_set_back_a_little_gives_no_time_twice() -> None:
    """Between two messages the server's clock may be corrected; both readings stay."""
    found = placer()
    times = [found.place(send({"temperature": 1}, time=NOW + shift)).points[0].time - NOW for shift in (0, 5, 2, 5, 6)]
    assert times == [0, 5, 6, 7, 8]


def test_a_clock_set_back_far_is_followed() -> None:
    """A server that started in the wrong year does not give wrong times once it is set right."""
    found = placer()
    times = [
        found.place(send({"temperature": 1}, time=NOW + shift)).points[0].time - NOW for shift in (900 * DAY, 0, 0)
    ]
    assert times == [900 * DAY, 0, 1]


@given(
    st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["temperature", "humidity", "co2"])), max_size=30), st.data()
)
def test_going_on_from_a_stored_state_gives_the_same_points(steps: list[tuple[int, str]], data: st.DataObject) -> None:
    """A crash between two messages changes no time; the state survives JSON; no series has a time twice."""
    messages, time = [], NOW
    for step, name in steps:
        time += step
        messages.append(send({name: 1}, time=time))
    whole = placer()
    expected = [whole.place(message) for message in messages]
    cut = data.draw(st.integers(0, len(messages)))
    first = placer()
    for message in messages[:cut]:
        first.place(message)
    state = json.loads(json.dumps({"toe": first.ahead("toe"), "gone": {"a": 1}}))
    second = placer()
    for name, ahead in state.items():
        second.restore(name, ahead)
    assert [second.place(message) for message in messages[cut:]] == expected[cut:]
    second.restore("toe", state["toe"])
    assert [second.place(message) for message in messages[cut:]] == expected[cut:]
    given_out = [(name, point.time) for placed in expected for point in placed.points for name in point.fields]
    assert len(given_out) == len(set(given_out))


def test_a_moved_device_stands_where_it_stood_at_the_time() -> None:
    """Tags follow the point's time; before the first and after the last assignment the topic's word counts."""
    found = placer()
    zone = ZoneInfo("Europe/Helsinki")
    moments = [datetime(2025, 12, 31, 23, 59, tzinfo=zone), datetime(2026, 1, 1, tzinfo=zone)]
    moments += [datetime(2026, 1, 9, 23, 59, 59, 999000, tzinfo=zone), datetime(2026, 1, 10, tzinfo=zone)]
    moments += [datetime(2026, 2, 1, tzinfo=zone)]
    sent = [send({"time": m.isoformat(), "temperature": 1}, "toe/h9/attic/moved", time=NOW + 30 * DAY) for m in moments]
    rooms = [found.place(message).points[0].place for message in sent]
    outside, kitchen, hall = (
        Place("h9", "attic", "moved"),
        Place("h1", "kitchen", "moved"),
        Place("h1", "hall", "moved"),
    )
    assert rooms == [outside, kitchen, kitchen, hall, outside]


def test_an_id_that_repeats_between_houses_is_told_apart() -> None:
    """A device listed for one house says nothing about its namesake in another."""
    found = placer()
    places = [found.place(send({"temperature": 1}, f"toe/{house}/r/twin")).points[0].place for house in ("h1", "h3")]
    assert places == [Place("h2", "unassigned", "twin"), Place("h3", "r", "twin")]


def test_what_the_topic_does_not_say_is_unassigned() -> None:
    """A route without house and room still keeps the reading."""
    placed = placer().place(send(b"21.5", "sensors/s7/temperature"))
    assert placed == climate(NOW, Place("unassigned", "unassigned", "s7"), temperature=21.5)


def test_a_device_listed_with_the_servers_time_gets_it() -> None:
    """The remedy for a device whose clock cannot be set."""
    placed = placer().place(send({"time": 5, "temperature": 1}, "toe/h1/hall/timeless"))
    assert placed == climate(NOW, Place("h1", "hall", "timeless"), temperature=1.0)


@pytest.mark.parametrize(
    ("time", "reason", "said"),
    [
        (0, Reason.CLOCK, "time 1970-01-01T00:00:00Z is before 2000-01-01T00:00:00Z. Set the device's clock"),
        (2085955200, Reason.CLOCK, "time 2036-02-07T00:00:00Z is far ahead of its arrival, 2026-01-09T23:06:40Z."),
        (NOW + 3_600_001, Reason.CLOCK, "far ahead"),
        (NOW - 90 * DAY - 1, Reason.EXPIRED, "is older than the project's retention"),
        (10**17, Reason.CLOCK, "time 1973-03-03T09:46:40Z is before"),
        (9 * 10**20, Reason.CLOCK, "time 900000000000000 ms is far ahead"),
        (10**300, Reason.TIME, "cannot be read"),
        (-1, Reason.CLOCK, "is before"),
        ("yesterday", Reason.TIME, "time 'yesterday' cannot be read. Send epoch seconds"),
        ("2026-01-09T23:06:40", Reason.TIME, "has no offset from UTC; write it as"),
        (True, Reason.TIME, "time True cannot be read."),
        ({"a": 1}, Reason.TIME, "cannot be read"),
        ("nan", Reason.TIME, "cannot be read"),
    ],
)
def test_a_time_outside_reason_is_a_fault(time: object, reason: Reason, said: str) -> None:
    """It is compared with the message's arrival, never with now; the sentence says what to do."""
    placed = placer().place(send({"time": time, "temperature": 1}))
    assert (placed.points, reasons(placed)) == ([], [reason])
    assert said in placed.faults[0].detail


@pytest.mark.parametrize("time", [NOW + 3_600_000, NOW - 90 * DAY])
def test_the_limits_themselves_are_well(time: int) -> None:
    """Tolerance and retention are inclusive."""
    assert placer().place(send({"time": time, "temperature": 1})) == climate(time, temperature=1.0)


def test_one_bad_time_in_a_list_spoils_only_its_object() -> None:
    """The good objects of a list are written, the message ends as rejected."""
    placed = placer().place(send([{"time": 0, "temperature": 1}, {"time": NOW, "temperature": 2}]))
    assert placed.points == climate(NOW, temperature=2.0).points
    assert reasons(placed) == [Reason.CLOCK]


def test_retained_messages_are_written_only_with_a_time() -> None:
    """The broker's copy of an old message would else look new."""
    found = placer()
    with_time, without = {"time": NOW, "temperature": 1}, {"temperature": 2}
    assert found.place(send(with_time, retain=True)) == climate(NOW, temperature=1.0)
    assert found.place(send(without, retain=True)) == Placed(ignored=Ignored.RETAINED)
    assert found.place(send([with_time, without], retain=True)) == climate(NOW, temperature=1.0)
    assert found.place(send(b"garbage", retain=True)) == Placed(ignored=Ignored.RETAINED)
    assert reasons(found.place(send({"time": "x", "temperature": 1}, retain=True))) == [Reason.TIME]


@pytest.mark.parametrize("payload", [b"", b"{}", b"[]", b'{"temperature":null}', b'{"time":1768000000}', b"[{},{}]"])
def test_a_message_without_a_reading_is_ignored(payload: bytes) -> None:
    """Nothing measured is nothing wrong."""
    assert placer().place(send(payload)) == Placed(ignored=Ignored.EMPTY)


@pytest.mark.parametrize(
    ("topic", "expected"),
    [
        ("toe/h1/kitchen/s/error", Ignored.ERROR_TOPIC),
        ("toe/error", Ignored.ERROR_TOPIC),
        ("toe/h1/cmnd/plug/POWER", Ignored.COMMAND),
        ("toe/h1/stat/plug/RESULT", Ignored.COMMAND),
    ],
)
def test_topics_that_carry_no_readings_are_ignored(topic: str, expected: Ignored) -> None:
    """What we reported ourselves, and what goes to devices, is not read."""
    assert placer().place(send(b"garbage", topic)) == Placed(ignored=expected)


@pytest.mark.parametrize(
    ("topic", "reason", "said"),
    [
        ("toe", Reason.TOPIC, "no route takes a topic of 1 levels"),
        ("toe/h1/x", Reason.TOPIC, "Publish on <project>/<house>/<room>/<device>, or add a route"),
        ("toe/a/b/c/d/e", Reason.TOPIC, "no route takes a topic of 6 levels"),
        ("toe//kitchen/s", Reason.TOPIC, "the topic's level for the house is empty."),
        ("/h1/kitchen/s", Reason.TOPIC, "the topic's level for the project is empty."),
        ("Toe/h1/kitchen/s", Reason.PROJECT, "project 'Toe' is not listed; listed are toe, other."),
    ],
)
def test_a_topic_that_leads_nowhere_is_a_fault(topic: str, reason: Reason, said: str) -> None:
    """The sentence names the way to publish, or the listed projects."""
    placed = placer().place(send({"temperature": 1}, topic))
    assert (placed.points, reasons(placed), placed.ignored) == ([], [reason], None)
    assert said in placed.faults[0].detail


@pytest.mark.parametrize(
    ("topic", "project"),
    [
        ("toe/h/r/d", "toe"),
        ("other/h/r/d/error", "other"),
        ("sensors/d/co2", "toe"),
        ("toe/x", "toe"),
        ("x/h/r/d", None),
    ],
)
def test_a_topic_belongs_to_a_project(topic: str, project: str | None) -> None:
    """Also topics that are ignored or lead nowhere have a lane where their project is listed."""
    assert placer().project_of(topic) == project


def test_hostile_levels_of_a_topic_are_kept_as_they_are() -> None:
    """Whatever a broker lets through as a topic is a tag."""
    topic = 'toe/a b,c=d/"\\\n/\tÄ€'
    assert placer().place(send({"temperature": 1}, topic)) == climate(
        NOW, Place("a b,c=d", '"\\\n', "\tÄ€"), temperature=1.0
    )


def test_endless_new_topics_take_no_memory() -> None:
    """The caches are bounded, and answers stay right when they were emptied."""
    found = placer()
    for n in range(33_000):
        assert found.project_of(f"toe/h1/kitchen/{n}") == "toe"
    assert len(found._topics) < 33_000  # noqa: SLF001 (there is no other way to see it)
    assert found.place(send({"temperature": 1})) == climate(NOW, temperature=1.0)


def test_a_message_of_endless_faults_keeps_a_few_sentences() -> None:
    """The rest is counted."""
    placed = placer().place(send({f"a,{n}": 1 for n in range(1000)}))
    assert len(placed.faults) == 21
    assert placed.faults[-1] == Fault(Reason.FIELD, "and 980 more faults in this message.")


def test_a_route_to_an_unknown_decoder_is_refused() -> None:
    """At start, with the file's line."""
    text = SITE.replace("decoder: value", "decoder: valeu")
    with pytest.raises(Misconfigured, match=r"site file:22: routes\[0\].decoder: there is no decoder 'valeu'"):
        Placer(parse_site(text, "site.yaml"))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.just(10**400) | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(["time", "temperature", "value"]), inner)
    ),
)
TOPICS = st.sampled_from(
    [
        "toe/h1/kitchen/s",
        "toe/h1/kitchen/s/temperature",
        "toe/h1/r/moved",
        "toe/h1/tele/s/SENSOR",
        "toe/h1/zigbee2mqtt/s",
    ]
)


@given(st.binary() | JSON.map(lambda value: json.dumps(value).encode()), TOPICS, st.booleans())
def test_whatever_is_published_ends_as_one_thing(payload: bytes, topic: str, retain: bool) -> None:  # noqa: FBT001
    """Points, faults with or without points, or ignored: never an exception, never a reading that is not finite."""
    placed = placer().place(send(payload, topic, retain=retain))
    assert bool(placed.points or placed.faults) == (placed.ignored is None)
    for point in placed.points:
        assert point.fields
        for name, value in point.fields.items():
            assert name.endswith("_text") if isinstance(value, str) else abs(value) < float("inf")


@pytest.mark.parametrize("payload", [b"[" * 200_000, b'{"a":' * 200_000, b"1" * 100_000, b'{"a":' + b"9" * 400 + b"}"])
def test_bombs_are_faults(payload: bytes) -> None:
    """Depth and size crash nothing."""
    placed = placer().place(send(payload))
    assert placed.points == []
    assert len(placed.faults) == 1
