"""Routes: which decoder reads a topic, and where its tags come from."""

import pytest

from hdh.site import parse_site
from ingest.decoders import DECODERS, Address
from ingest.message import Ignored
from ingest.routes import Routed, Router

SITE = """\
projects: [{id: toe, timezone: UTC}]
routes:
  - {topic: "gw/{house}/{device}/up", decoder: native, project: toe}
  - {topic: "toe/+/attic/{device}/{quantity...}", decoder: value, house: h1, room: attic}
  - {topic: "plugs/{device}/tele/{kind}", decoder: tasmota, project: toe, house: h1, room: hall}
  - {topic: "/devices/meter/controls/+", decoder: value, project: toe, device: meter}
  - {topic: "toe/h1/zigbee2mqtt/{device...}", decoder: native, house: h1}
"""


def find(topic: str) -> tuple[str, Address] | Ignored:
    """The decoder's name and the address."""
    routed = Router(parse_site(SITE, "s")).find(topic)[1]
    if isinstance(routed, Ignored):
        return routed
    assert isinstance(routed, Routed), routed
    return next(name for name, decoder in DECODERS.items() if decoder is routed.decoder), routed.address


@pytest.mark.parametrize(
    ("topic", "decoder", "address"),
    [
        ("toe/h/r/d", "native", Address("toe", "h", "r", "d", "d", "d")),
        ("toe/h/r/d/co2", "value", Address("toe", "h", "r", "d", "co2", "co2")),
        ("toe/h/tele/plug/SENSOR", "tasmota", Address("toe", "h", "", "plug", "SENSOR", "SENSOR")),
        ("toe/h/zigbee2mqtt/a/b", "zigbee2mqtt", Address("toe", "h", "", "a/b", "b", "b")),
        (
            "toe/h/zigbee2mqtt/a/availability",
            "zigbee2mqtt",
            Address("toe", "h", "", "a", "availability", "availability"),
        ),
        ("gw/h/d/up", "native", Address("toe", "h", "", "d", "up", "up")),
        ("toe/x/attic/d/a/b", "value", Address("toe", "h1", "attic", "d", "a/b", "b")),
        ("plugs/p/tele/STATE", "tasmota", Address("toe", "h1", "hall", "p", "STATE", "STATE")),
        ("/devices/meter/controls/power", "value", Address("toe", "", "", "meter", "power", "power")),
        ("toe/h1/zigbee2mqtt/a", "native", Address("toe", "h1", "", "a", "a", "a")),
    ],
)
def test_a_topic_finds_its_decoder_and_tags(topic: str, decoder: str, address: Address) -> None:
    """The site file's routes come first; fixed tags fill what the topic does not hold."""
    assert find(topic) == (decoder, address)


@pytest.mark.parametrize(
    "topic", ["toe/h/cmnd/p/POWER", "toe/h/stat/p/a/b", "toe/h/tele/p/RESULT", "toe/h/zigbee2mqtt/bridge/devices"]
)
def test_commands_are_ignored(topic: str) -> None:
    """They are no readings, whatever they hold."""
    assert find(topic) is Ignored.COMMAND
