"""All that all gateways publish, in the order of time."""

from collections.abc import Iterator, Sequence
from operator import attrgetter

from simulator.clock import MINUTE_MS, week_of
from simulator.house import House, Speech
from simulator.message import Message
from simulator.sensor import SPARSE, Sensor
from simulator.village import minutes

_ORDER = attrgetter("time", "topic")


def stream(houses: Sequence[House], seed: int, start: int, live: int) -> Iterator[Message]:
    """The messages from `start` on, without end; the same seed and times give the same bytes.

    Args:
        houses: whose gateways.
        seed: decides all that is left to chance.
        start: epoch ms of the first message, at the earliest.
        live: epoch ms from which on devices report every minute. Before it they catch up: every five minutes, and
            gateways whose messages carry no time say nothing.
    """
    week_ends = 0
    sensors: list[list[Sensor]] = []
    # An array that is published after `start` may hold readings from before.
    first = start // MINUTE_MS // SPARSE * SPARSE
    for minute, states in minutes(houses, seed, first):
        if minute >= week_ends:
            _, week_ends = week_of(minute)
            sensors = [[Sensor(seed, house, device) for device in house.devices] for house in houses]
        sparse = minute * MINUTE_MS < live
        found: list[Message] = []
        for state, devices in zip(states, sensors, strict=True):
            for sensor in devices:
                wanted = minute >= first and not (sparse and sensor.house.speech is Speech.VALUE)
                found += sensor.report(state, wanted=wanted, sparse=sparse)
        yield from sorted((message for message in found if message.time >= start), key=_ORDER)


def greetings(houses: Sequence[House], time: int) -> list[Message]:
    """What gateways publish when they come up: that they are online, retained, as theirs do."""
    found = []
    for house in houses:
        base = f"{house.project}/{house.id}"
        if house.speech is Speech.ZIGBEE2MQTT:
            found.append((f"{base}/zigbee2mqtt/bridge/state", b'{"state":"online"}'))
        if house.speech is Speech.TASMOTA:
            found += [(f"{base}/tele/{device.id}/LWT", b"Online") for device in house.devices]
    return [Message(time, topic, payload, timed=False, retain=True) for topic, payload in found]
