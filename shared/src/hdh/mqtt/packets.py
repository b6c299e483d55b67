"""Packets of MQTT 3.1.1, for those who publish in bulk: written whole, many at a time."""

import socket

PUBACK = 0x40
DISCONNECT = b"\xe0\x00"

_CONNECT, _CONNACK, _PUBLISH_QOS1 = 0x10, 0x20, 0x32
_PROTOCOL_LEVEL = 4
_CLEAN_SESSION = 0x02
_USER, _PASSWORD = 0x80, 0x40
_KEEP_ALIVE_SECONDS = 60
_LONGEST_TEXT = 65_535
_LARGEST_PACKET = 268_435_455
_CONNACK_BYTES = 4


class TooLong(ValueError):
    """A text or a message is longer than MQTT can carry."""


def publish(topic: str, payload: bytes, packet_id: int) -> bytes:
    """A message at QoS 1.

    Raises:
        TooLong: the topic, or all of it.
    """
    return _packet(_PUBLISH_QOS1, _text(topic) + packet_id.to_bytes(2, "big") + payload)


def connect(client_id: str, user: str | None = None, password: str | None = None, *, is_clean: bool = True) -> bytes:
    """The request for a session, a clean one or the one that the broker has of this client.

    Raises:
        TooLong: one of the texts.
    """
    flags, secrets = _CLEAN_SESSION if is_clean else 0, b""
    if user:
        flags, secrets = flags | _USER, secrets + _text(user)
        if password is not None:
            flags, secrets = flags | _PASSWORD, secrets + _text(password)
    head = _text("MQTT") + bytes([_PROTOCOL_LEVEL, flags]) + _KEEP_ALIVE_SECONDS.to_bytes(2, "big")
    return _packet(_CONNECT, head + _text(client_id) + secrets)


def read_connack(connected: socket.socket) -> int:
    """The return code of the broker's answer to a connect.

    Raises:
        OSError: the connection ended, or it is no broker's answer.
    """
    answer = b""
    while len(answer) < _CONNACK_BYTES:
        if not (data := connected.recv(_CONNACK_BYTES - len(answer))):
            raise OSError("the broker has closed the connection")
        answer += data
    if answer[:2] != bytes([_CONNACK, 2]):
        raise OSError("it answers, and is no MQTT broker")
    return answer[3]


def _text(text: str) -> bytes:
    spelled = text.encode()
    if len(spelled) > _LONGEST_TEXT:
        raise TooLong(f"{text[:50]!r}… has {len(spelled):,} bytes; MQTT takes {_LONGEST_TEXT:,}.")
    return len(spelled).to_bytes(2, "big") + spelled


def _packet(kind: int, content: bytes) -> bytes:
    left, length = len(content), bytearray([kind])
    if left > _LARGEST_PACKET:
        raise TooLong(f"A message has {left:,} bytes; MQTT takes {_LARGEST_PACKET:,}.")
    while left > 0x7F:  # noqa: PLR2004 (seven bits a byte)
        length.append(left & 0x7F | 0x80)
        left >>= 7
    length.append(left)
    return bytes(length) + content
