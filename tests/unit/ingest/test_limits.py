"""How much one message may hold: more is rejected as a whole, in one sentence."""

import msgspec
import pytest

from hdh.site import parse_site
from ingest.decoders.payload import MOST_ENTRIES, MOST_FIELDS
from ingest.message import Fault, Message, Placed, Reason
from ingest.place import Placer

_SITE = "projects:\n  - {id: toe, title: T, timezone: UTC}\n"
_TOPICS = {
    "native": "toe/h/r/d",
    "value": "toe/h/r/d/mode",
    "zigbee2mqtt": "toe/h/zigbee2mqtt/d",
    "tasmota": "toe/h/tele/d/SENSOR",
}


def _place(topic: str, value: object) -> Placed:
    placer = Placer(parse_site(_SITE, "site.yaml"))
    return placer.place(Message(topic, msgspec.json.encode(value), 1_768_000_000_000))


def test_as_many_as_allowed_are_written() -> None:
    """Both limits are met, not passed."""
    assert len(_place(_TOPICS["native"], [{"temperature": 1}] * MOST_ENTRIES).points) == MOST_ENTRIES
    [point] = _place(_TOPICS["native"], {f"n{i}": i for i in range(MOST_FIELDS)}).points
    assert len(point.fields) == MOST_FIELDS


@pytest.mark.parametrize("decoder", _TOPICS)
@pytest.mark.parametrize("nested", [False, True])
def test_too_much_is_one_fault(decoder: str, *, nested: bool) -> None:
    """Whichever decoder reads it, also deeper inside: the count, the limit and the remedy are told."""
    wide: object = {f"n{i}": i for i in range(MOST_FIELDS + 1)}
    many: object = [0] * (MOST_ENTRIES + 1)
    objects: object = [{"a": 1}] * (MOST_ENTRIES + 1)
    fields = f"an object has {MOST_FIELDS + 1} fields; {MOST_FIELDS} are the most. Send them in several."
    for value in (wide, many, objects):
        placed = _place(_TOPICS[decoder], {"inside": value} if nested else value)
        more = MOST_ENTRIES + 1 + nested
        entries = f"the message has {more} entries or more; {MOST_ENTRIES} are the most. Send several messages."
        assert placed == Placed([], [Fault(Reason.PAYLOAD, fields if value is wide else entries)])
