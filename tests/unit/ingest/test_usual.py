"""The short way from payload to points comes to what the long way does."""

import json
import math
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hdh.model import Point
from ingest.decoders import usual
from ingest.message import Message, Placed
from tests.unit.ingest.test_place import DAY, NOW, placer, send

_NAMES = [
    "time",
    "timestamp",
    "last_seen",
    "temperature",
    "tempC",
    "humidity",
    "co2",
    "voltage",
    "battery",
    "state",
    "temperature_l1",
    "state_text",
    "1x",
    "brightness",
    "power",
    "made_up",
    "illuminance_lux",
    "illuminance",
]
_TOPICS = [
    "toe/h1/kitchen/s",
    "toe/h1/zigbee2mqtt/s",
    "toe/h1/zigbee2mqtt/availability",
    "toe/h1/kitchen/s/temperature",
    "toe/h1/tele/s/SENSOR",
    "toe/h1/kitchen/moved",
    "toe/h1/kitchen/timeless",
    "toe/h1/kitchen/s/error",
    "nobody/a/b/c",
]
_names = st.sampled_from(["", *_NAMES])
_usual_values = st.one_of(
    st.floats(-1e3, 1e3),
    st.integers(-9, 2**60),
    st.sampled_from(
        [NOW, float(NOW), NOW / 1000, NOW // 1000, NOW / 1000 + 0.0005, NOW - 200 * DAY, 1e11, 1e14, 1e20, 10**30, -5.0]
    ),
)
_any_values = st.one_of(_usual_values, st.none(), st.booleans(), st.sampled_from(["ON", "21.5", {}, [1], math.inf]))


@pytest.fixture(autouse=True)
def types_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """What many examples use up, the next ones must not lack."""
    monkeypatch.setattr(usual, "_TYPES", 1 << 20)


def _sorted(points: list[Point]) -> list[Point]:
    return sorted(points, key=lambda point: (point.time, point.measurement, point.place))


def _compare(messages: list[Message]) -> None:
    """Where there are points the short way, they are all that the long way tells, times included."""
    short, long = placer(), placer()
    for message in messages:
        expected = long.place(message)
        way = short.short_way(message.topic)
        points = None if way is None else way.points(message.payload, message.time)
        found = short.place(message) if points is None else Placed(points)
        # In which order a message's names stand is the same to the store.
        assert msgspec.structs.replace(found, points=_sorted(found.points)) == msgspec.structs.replace(
            expected, points=_sorted(expected.points)
        )
    assert short.ahead("toe") == long.ahead("toe")


@given(
    st.lists(
        st.tuples(
            st.sampled_from(_TOPICS),
            st.one_of(
                st.dictionaries(_names, _usual_values, max_size=5),
                st.dictionaries(_names, _any_values, max_size=5),
                _any_values,
            ),
        ),
        max_size=6,
    )
)
def test_the_short_way_comes_to_what_the_long_way_does(messages: list[tuple[str, Any]]) -> None:
    """Whatever is sent."""
    _compare([send(value, topic, time=NOW + number // 2) for number, (topic, value) in enumerate(messages)])


@given(
    topic=st.sampled_from(_TOPICS[:4]),
    names=st.lists(_names, unique=True, min_size=1, max_size=4),
    data=st.data(),
)
def test_so_it_does_with_messages_of_the_same_names(topic: str, names: list[str], data: st.DataObject) -> None:
    """Some lack the last one, or have it first; a name may stand in a payload twice, and values be anything."""
    messages = []
    for number in range(data.draw(st.integers(3, 9))):
        order = data.draw(st.sampled_from([names, names, names[:-1], names[:-1], names[-1:] + names[:-1]]))
        twice = data.draw(st.integers(0, 20)) == 0
        values = st.one_of(*[_usual_values] * 9, _any_values)
        pairs = [f"{json.dumps(name)}: {json.dumps(data.draw(values))}" for name in [*order, *order[:1] * twice]]
        messages.append(send(f"{{{', '.join(pairs)}}}".encode(), topic, time=NOW + number))
    _compare(messages)


@pytest.mark.parametrize(
    ("topic", "payload"),
    [
        ("toe/h1/kitchen/s", {"time": NOW, "temperature": 21.4, "tempC": 21.4, "co2": 600}),
        ("toe/h1/kitchen/s", {"temperature": 21}),
        ("toe/h1/zigbee2mqtt/s", {"last_seen": NOW // 1000, "temperature": 21.4, "linkquality": 80}),
        ("toe/h1/kitchen/s/temperature", 21.4),
    ],
)
def test_usual_messages_go_the_short_way(topic: str, payload: Any) -> None:
    """Two names of one field do not; after one that does not, the topic's next few do not try."""
    way = placer().short_way(topic)
    message = send(payload, topic)
    assert way is not None
    assert (way.points(message.payload, NOW) is None) == ("tempC" in message.payload.decode())
    assert way.points(b'"text"', NOW) is None
    assert way.points(message.payload, NOW) is None


def test_names_that_come_again_are_read_as_they_were_met() -> None:
    """Of the third message on, until one has other names: the fields are called as in the store."""
    way = placer().short_way("toe/h1/kitchen/s")
    assert way is not None
    for number in range(4):
        [point] = way.points(b'{"tempC": %d, "time": %d}' % (number, NOW), NOW) or []
        assert (point.time, point.fields) == (NOW, {"temperature": number})
    assert [p.measurement for p in way.points(b'{"humidity": 45, "co2": 600}', NOW) or []] == ["climate", "air"]


@pytest.mark.parametrize("time", [str(NOW), f"{NOW}.0", str(NOW // 1000), f"{NOW // 1000}.0", f"{NOW // 1000}.25"])
def test_times_keep_the_type_of_their_names(time: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also as Python spells `time.time()`, and that of a whole second: names are met twice, then known."""
    looked_up: list[tuple[str, ...]] = []
    exact = usual.Usual.exact

    def counted(kinds: usual.Usual, names: tuple[str, ...], *rest: Any) -> usual.Exact | None:
        looked_up.append(names)
        return exact(kinds, names, *rest)

    monkeypatch.setattr(usual.Usual, "exact", counted)
    way = placer().short_way("toe/h1/kitchen/s")
    assert way is not None
    points = [way.points(b'{"time": %b, "temperature": 21.5}' % time.encode(), NOW) for _ in range(5)]
    assert [each[0].time // 1000 for each in points if each] == [NOW // 1000] * 5
    assert looked_up == [("time", "temperature")]


def test_kinds_of_payloads_take_a_bounded_number_of_types(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that come later are read by their names, and come to the same."""
    monkeypatch.setattr(usual, "_TYPES", 2)
    kinds = usual.Usual(lambda _: lambda payload: msgspec.json.decode(payload, type=dict[str, float]), lambda _: None)
    given = []
    for name in ("temperature", "humidity", "co2", "temperature"):
        plan = kinds.plan((name,))
        assert plan is not None
        given.append(kinds.exact((name,), plan, lambda _: {}))
    assert [each is not None for each in given] == [True, True, False, True]
    assert given[0] is given[3]
