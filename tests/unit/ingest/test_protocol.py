"""Which version of MQTT is tried next."""

from paho.mqtt.enums import MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.reasoncodes import ReasonCode

from ingest.protocol import Protocol

FIVE, THREE = MQTTProtocolVersion.MQTTv5, MQTTProtocolVersion.MQTTv311


def reason(name: str) -> ReasonCode:
    """A broker's answer to CONNECT."""
    return ReasonCode(PacketTypes.CONNACK, name)


def test_a_refused_version_is_not_tried_again() -> None:
    """The broker says that it does not know MQTT 5: the next connection speaks 3.1.1."""
    protocol = Protocol()
    assert protocol.version == FIVE
    protocol.refused(reason("Unsupported protocol version"))
    protocol.ended()
    assert protocol.version == THREE


def test_a_broker_that_says_nothing_is_tried_twice_in_each_version() -> None:
    """It may be of the other kind, or only starting."""
    protocol = Protocol()
    tried = []
    for _ in range(5):
        tried.append(protocol.version)
        protocol.ended()
    assert tried == [FIVE, FIVE, THREE, THREE, FIVE]


def test_who_refuses_us_for_another_reason_speaks_our_version() -> None:
    """However often: wrong credentials are no reason to change it; nor is a connection that ends once it was taken."""
    protocol = Protocol()
    for _ in range(3):
        protocol.refused(reason("Not authorized"))
        protocol.ended()
    for _ in range(3):
        protocol.taken()
        protocol.ended()
    assert protocol.version == FIVE
