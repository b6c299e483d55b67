"""Publishes messages of the ingest bench, in a process of its own: packets made before the clock starts, few in flight.

Its output is a line when all is prepared; it begins with the next line of its input, and ends when the broker has
acknowledged everything, with a line that says how many messages that were.
"""

import argparse
import socket
import sys
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path

from hdh.mqtt import packets
from tests.bench._messages import KINDS

_IN_FLIGHT = 2_000
_AT_ONCE = 250
_PACKET_IDS = 50_000
_ACKNOWLEDGEMENT_BYTES = 4
_GATHER_SECONDS = 0.01
_PIECE = 1 << 16


def prepare(kind: str, first: int, count: int, at_once: int, start: int) -> Iterator[tuple[int, bytes]]:
    """Pieces to send: how many messages, and their packets."""
    make = KINDS[kind]
    for begin in range(first, first + count, at_once):
        numbers = range(begin, min(begin + at_once, first + count))
        yield (
            len(numbers),
            b"".join(packets.publish(*make(number, start), number % _PACKET_IDS + 1) for number in numbers),
        )


def connect(port: int) -> socket.socket:
    """A session of MQTT 3.1.1."""
    connected = socket.create_connection(("127.0.0.1", port))
    connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connected.sendall(packets.connect(f"gateway-{time.time_ns():x}"))
    assert packets.read_connack(connected) == 0
    return connected


def publish(connected: socket.socket, pieces: deque[tuple[int, bytes]], rate: float, sent_at: Path | None) -> int:
    """Send all pieces, a bounded number of messages in flight; how many messages were acknowledged."""
    sent = acknowledged = 0
    began, times = time.monotonic(), []
    while pieces or acknowledged < sent * _ACKNOWLEDGEMENT_BYTES:
        if pieces and sent - acknowledged // _ACKNOWLEDGEMENT_BYTES < _IN_FLIGHT:
            if rate and (early := began + sent / rate - time.monotonic()) > 0:
                time.sleep(early)
            count, piece = pieces.popleft()
            times.append(time.time())
            connected.sendall(piece)
            sent += count
            if not rate:
                continue
        if not rate:
            # Woken for each acknowledgement, publisher and broker would spend a quarter of both cores on waking alone.
            time.sleep(_GATHER_SECONDS)
        data = connected.recv(_PIECE)
        assert data, "the broker has closed the connection"
        acknowledged += len(data)
    if sent_at is not None:
        sent_at.write_text("\n".join(map(repr, times)))
    return acknowledged // _ACKNOWLEDGEMENT_BYTES


def main() -> None:
    """Publish."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("kind", choices=sorted(KINDS))
    parser.add_argument("first", type=int, help="the number of the first message")
    parser.add_argument("count", type=int)
    parser.add_argument("start", type=int, help="the time of message 0, epoch ms")
    parser.add_argument("--rate", type=float, default=0, help="messages a second; 0: as fast as it goes")
    parser.add_argument("--sent-at", type=Path, help="a file for the time at which each piece was sent")
    given = parser.parse_args()
    at_once = 1 if given.rate else _AT_ONCE
    pieces = deque(prepare(given.kind, given.first, given.count, at_once, given.start))
    connected = connect(given.port)
    print("prepared", flush=True)  # noqa: T201
    sys.stdin.readline()
    print(publish(connected, pieces, given.rate, given.sent_at), flush=True)  # noqa: T201
    connected.sendall(packets.DISCONNECT)


if __name__ == "__main__":
    main()
