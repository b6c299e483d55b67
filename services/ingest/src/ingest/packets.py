"""PUBLISH packets as bytes: many taken apart in one loop, many acknowledged in one piece."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from struct import pack

_PUBLISH = 0x30
_KIND_AND_QOS_2 = 0xF4
"""Of the first byte: masked by this, a PUBLISH at QoS 0 or 1 is _PUBLISH."""
_DUP, _QOS_1, _RETAIN = 0x08, 0x02, 0x01
_MORE = 0x80
_LENGTH_BYTES = 4
_BEYOND = 1 << 30
"""More bytes than any packet has."""
_PUBACK = b"\x40\x02\x00\x00"


@dataclass(slots=True)
class Packets:
    """What was read, in columns: an entry a message.

    Attributes:
        topics: as published; one that is not UTF-8, against the standard, with its bytes spelled out.
        payloads: as published.
        packet_ids: the broker's packet ids, 0 at QoS 0.
        retained: which of them the broker sent because they were retained.
        again: which of them carry DUP.
        size: bytes that were read.
    """

    topics: list[str] = field(default_factory=list)
    payloads: list[bytes] = field(default_factory=list)
    packet_ids: list[int] = field(default_factory=list)
    retained: list[int] = field(default_factory=list)
    again: list[int] = field(default_factory=list)
    size: int = 0

    def __len__(self) -> int:
        return len(self.topics)

    def take(self, data: bytes, at: int, *, five: bool) -> int:  # noqa: C901 (one loop over bytes, on purpose)
        """Take the PUBLISH packets at QoS 0 and 1 that stand whole in `data` from `at` on, up to the first other one.

        Args:
            data: bytes of a connection.
            at: where a packet begins.
            five: whether the connection speaks MQTT 5.

        Returns:
            Where the first packet begins that is not one of these, is not whole, or is malformed.
        """
        # Everything that comes passes here: locals, and no call but those that make topic and payload.
        topics, payloads, packet_ids = self.topics, self.payloads, self.packet_ids
        begin, end = at, len(data)
        while at + 1 < end:
            head, length, body = data[at], data[at + 1], at + 2
            if head & _KIND_AND_QOS_2 != _PUBLISH:
                break
            if length >= _MORE:
                if at + 2 < end and (more := data[at + 2]) < _MORE:
                    length, body = length & 0x7F | more << 7, at + 3
                else:
                    length, body = _length(data, at + 1)
            stop = body + length
            if stop > end or length < 2:  # noqa: PLR2004 (of the topic's length)
                break
            rest = body + 2 + (data[body] << 8 | data[body + 1])
            topic, packet_id = data[body + 2 : rest], 0
            if head & _QOS_1:
                if rest + 2 > stop:
                    break
                packet_id = data[rest] << 8 | data[rest + 1]
                rest += 2
            if five and rest < stop:
                properties, rest = (data[rest], rest + 1) if data[rest] < _MORE else _length(data, rest)
                rest += properties
            elif five:
                break
            if rest > stop or not topic:
                break
            if head & (_DUP | _RETAIN):
                self._mark(head)
            topics.append(spell(topic))
            payloads.append(data[rest:stop])
            packet_ids.append(packet_id)
            at = stop
        self.size += at - begin
        return at

    def add(self, topic: bytes, payload: bytes, packet_id: int, *, again: bool, retained: bool) -> None:
        """Add one message that was read in another way."""
        self._mark(again * _DUP | retained * _RETAIN)
        self.topics.append(spell(topic))
        self.payloads.append(payload)
        self.packet_ids.append(packet_id)
        self.size += len(topic) + len(payload)

    def _mark(self, head: int) -> None:
        if head & _DUP:
            self.again.append(len(self.topics))
        if head & _RETAIN:
            self.retained.append(len(self.topics))


def _length(data: bytes, at: int) -> tuple[int, int]:
    """A length of several bytes, and where it ends; one beyond all bounds if it is not whole, or malformed."""
    length = 0
    for index, byte in enumerate(data[at : at + _LENGTH_BYTES]):
        length |= (byte & 0x7F) << 7 * index
        if byte < _MORE:
            return length, at + index + 1
    return _BEYOND, at


def spell(topic: bytes) -> str:
    """A topic as text, also one that is not UTF-8 as the standard wants it: what came must be kept."""
    try:
        return topic.decode()
    except UnicodeDecodeError:
        return topic.decode(errors="backslashreplace")


def acknowledgements(packet_ids: Sequence[int]) -> bytes:
    """The PUBACK packets of messages; those at QoS 0 (packet id 0) get none."""
    if 0 in packet_ids:
        packet_ids = [packet_id for packet_id in packet_ids if packet_id]
    numbers = pack(f">{len(packet_ids)}H", *packet_ids)
    packets = bytearray(_PUBACK * len(packet_ids))
    packets[2::4], packets[3::4] = numbers[::2], numbers[1::2]
    return bytes(packets)
