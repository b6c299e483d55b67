"""The adapter to paho-mqtt, without a broker: what its socket would give is given in pieces of any size."""

from collections import deque
from pathlib import Path
from typing import Any
from unittest.mock import patch

import paho.mqtt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from paho.mqtt.client import Client
from paho.mqtt.enums import MQTTProtocolVersion

from hdh.errors import Misconfigured
from ingest.packets import Packets
from ingest.session import KNOWN_VERSION, Connection, check_library
from ingest.settings import IngestSettings
from tests.unit.ingest.test_packets import Told, by_paho, packets, told

_PINGRESP = b"\xd0\x00"
_BEYOND_A_BUFFER = b"\x32\xfd\xff\x09\x00\x01a\x00\x07" + bytes(10 * 128 * 128 - 8)


def read_all(pieces: list[bytes], *, five: bool) -> list[Told]:
    """What a connection makes of bytes that come in these pieces, until it has drained them all."""
    waiting = deque(pieces)

    def receive(_client: Client, size: int) -> bytes:
        if not waiting:
            raise BlockingIOError
        piece = waiting.popleft()
        if len(piece) > size:
            waiting.appendleft(piece[size:])
        return piece[:size]

    given = IngestSettings(store_url="sqlite:////nowhere/store.db", journal_dir=Path("/nowhere"))
    protocol = MQTTProtocolVersion.MQTTv5 if five else MQTTProtocolVersion.MQTTv311
    found, connection = Packets(), Connection(given, protocol)
    connected: Any = object()
    with patch.object(Client, "_sock_recv", receive), patch.object(connection, "_sock", connected):
        while waiting or not connection.drained:
            assert connection.read(found)
        connection._sock = None  # noqa: SLF001 (there was none)
    return told(found)


@settings(deadline=None)
@given(data=st.data(), five=st.booleans())
def test_split_and_merged_packets(*, data: st.DataObject, five: bool) -> None:
    """However the stream is cut, and whatever stands between: all that was published comes, once and in order."""
    published = data.draw(st.lists(packets(five=five), max_size=5))
    stream = b"".join(packet + data.draw(st.sampled_from([b"", _PINGRESP])) for packet in published)
    cuts = sorted(data.draw(st.sets(st.integers(1, max(1, len(stream) - 1)), max_size=9)))
    pieces = [stream[begin:end] for begin, end in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    found = read_all([piece for piece in pieces if piece], five=five)
    assert found == [by_paho(packet, five=five) for packet in published]


def test_a_packet_larger_than_the_buffer() -> None:
    """Paho puts it together; what comes before and behind it goes the fast way."""
    small = b"\x32\x06\x00\x01a\x00\x07b"
    stream = small + _BEYOND_A_BUFFER + small
    found = read_all([stream[begin : begin + 50_000] for begin in range(0, len(stream), 50_000)], five=False)
    assert found == [by_paho(packet, five=False) for packet in (small, _BEYOND_A_BUFFER, small)]


def test_another_paho_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is private may differ in it: the sentence names both versions and what to install."""
    check_library()
    monkeypatch.setattr(paho.mqtt, "__version__", "2.3.0")
    with pytest.raises(Misconfigured, match=rf"2\.3\.0 is installed.*Install paho-mqtt=={KNOWN_VERSION}"):
        check_library()
