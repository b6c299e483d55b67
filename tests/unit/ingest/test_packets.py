"""Packets taken apart in one loop, against paho-mqtt's own decoder."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paho.mqtt._packet import decode_publish
from paho.mqtt.client import MQTTMessage
from paho.mqtt.enums import MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from ingest.packets import Packets, acknowledgements

_PINGRESP = b"\xd0\x00"

Told = tuple[bytes, bytes, int, bool, bool]

_topics = st.text(st.characters(exclude_characters="\0+#", exclude_categories=["Cs"]), min_size=1, max_size=40)
_payloads = st.one_of(st.binary(max_size=200), st.integers(0, 40_000).map(bytes))
_properties = st.fixed_dictionaries(
    {},
    optional={
        "MessageExpiryInterval": st.integers(0, 2**32 - 1),
        "ContentType": st.text(st.characters(categories=["L"]), max_size=300),
        "UserProperty": st.tuples(st.text(st.characters(categories=["L"])), st.text(st.characters(categories=["L"]))),
    },
)


def _length(length: int) -> bytes:
    found = b""
    while length > 0x7F:
        found += bytes([length & 0x7F | 0x80])
        length >>= 7
    return found + bytes([length])


@st.composite
def packets(draw: st.DrawFn, *, five: bool) -> bytes:
    """A PUBLISH as a broker sends it at QoS 0 or 1."""
    qos = draw(st.integers(0, 1))
    head = 0x30 | draw(st.integers(0, 1)) | qos << 1 | (draw(st.integers(0, 1)) << 3 if qos else 0)
    topic = draw(_topics).encode()
    body = struct.pack(">H", len(topic)) + topic
    if qos:
        body += struct.pack(">H", draw(st.integers(1, 65_535)))
    if five:
        properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]  # paho leaves it so
        for name, value in draw(_properties).items():
            setattr(properties, name, value)
        body += properties.pack()  # type: ignore[no-untyped-call]
    body += draw(_payloads)
    return bytes([head]) + _length(len(body)) + body


def by_paho(packet: bytes, *, five: bool) -> Told:
    """Topic, payload, packet id, DUP and retain, as paho decodes them."""
    protocol = MQTTProtocolVersion.MQTTv5 if five else MQTTProtocolVersion.MQTTv311
    start = next(index for index in range(1, 5) if packet[index] < 0x80) + 1
    decoded = decode_publish(packet[0], packet[start:], protocol)
    return decoded.topic, bytes(decoded.payload), decoded.mid, decoded.dup, decoded.retain


def told(found: Packets) -> list[Told]:
    """The same of what was taken."""
    marks = [(index in found.again, index in found.retained) for index in range(len(found))]
    columns = zip(found.topics, found.payloads, found.packet_ids, marks, strict=True)
    return [(topic.encode(), payload, packet_id, *mark) for topic, payload, packet_id, mark in columns]


@given(data=st.data(), five=st.booleans())
def test_it_takes_what_paho_would(*, data: st.DataObject, five: bool) -> None:
    """Every whole packet up to the first that is no PUBLISH or is cut, alike field by field."""
    sent = data.draw(st.lists(packets(five=five), max_size=8))
    stream = b"".join(sent)
    tail = data.draw(st.sampled_from([b"", _PINGRESP, sent[0][:-1] if sent else b"\x30", b"\x34\x05\x00\x01a\x00\x01"]))
    found = Packets()
    assert found.take(stream + tail, 0, five=five) == len(stream)
    assert told(found) == [by_paho(packet, five=five) for packet in sent]
    assert found.size == len(stream)


@given(data=st.data(), five=st.booleans())
def test_a_cut_packet_is_left_where_it_begins(*, data: st.DataObject, five: bool) -> None:
    """Wherever a read ends: taken again together with what comes next, nothing is lost or read twice."""
    sent = data.draw(st.lists(packets(five=five), min_size=1, max_size=5))
    stream = b"".join(sent)
    cut = data.draw(st.integers(0, len(stream)))
    found = Packets()
    at = found.take(stream[:cut], 0, five=five)
    assert at <= cut
    assert found.take(stream, at, five=five) == len(stream)
    assert told(found) == [by_paho(packet, five=five) for packet in sent]


@given(noise=st.binary(max_size=60), five=st.booleans())
def test_noise_is_left_to_paho(*, noise: bytes, five: bool) -> None:
    """It never reads beyond the end or takes a packet whose parts do not fit."""
    found = Packets()
    at = found.take(noise, 0, five=five)
    assert 0 <= at <= len(noise)
    assert len(found.topics) == len(found.payloads) == len(found.packet_ids)


@pytest.mark.parametrize(
    ("packet", "five"),
    [
        pytest.param(b"\x32\x03\x00\x01a", False, id="packet id lacks"),
        pytest.param(b"\x30\x03\x00\x05a", False, id="topic longer than the packet"),
        pytest.param(b"\x30\x02\x00\x00", False, id="topic empty"),
        pytest.param(b"\x30\x03\x00\x01a", True, id="properties lack"),
        pytest.param(b"\x30\x04\x00\x01a\x05", True, id="properties longer than the packet"),
        pytest.param(b"\x30\x01\x00", False, id="shorter than a topic's length"),
        pytest.param(b"\x30\xff\xff\xff\xff\x01\x00\x01a", False, id="length of five bytes"),
        pytest.param(b"\x34\x05\x00\x01a\x00\x01", False, id="QoS 2"),
        pytest.param(b"\x36\x05\x00\x01a\x00\x01", False, id="QoS 3"),
    ],
)
def test_what_is_malformed_is_left_to_paho(packet: bytes, *, five: bool) -> None:
    """Also when whole packets follow."""
    found = Packets()
    assert found.take(packet + packet, 0, five=five) == 0
    assert len(found) == 0


def test_a_topic_that_is_no_utf_8_is_spelled_out() -> None:
    """What came is kept, and alike whether paho read it or we did."""
    packet = b"\x32\x07\x00\x03a\xffb\x00\x07"
    found = Packets()
    found.take(packet, 0, five=False)
    found.add(MQTTMessage(7, b"a\xffb")._topic, b"", 7, again=False, retained=False)  # noqa: SLF001 (as it came)
    assert found.topics == ["a\\xffb"] * 2


@given(st.lists(st.integers(0, 65_535)))
def test_acknowledgements(packet_ids: list[int]) -> None:
    """A PUBACK for each message that has a packet id, in order."""
    expected = b"".join(struct.pack(">BBH", 0x40, 2, packet_id) for packet_id in packet_ids if packet_id)
    assert acknowledgements(packet_ids) == expected
