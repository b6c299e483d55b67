"""A gateway of a campaign, a process of its own: whatever happens, it goes on until all is acknowledged.

It publishes at QoS 1, some messages in flight, and sends again what was not acknowledged when a connection ended.
It ends when its input does; its last line is its account of what it did.
"""

import argparse
import json
import select
import socket
import sys
import time
from collections import Counter, deque
from collections.abc import Iterator

from hdh.mqtt import packets
from tests.faults.campaign.messages import message

_IN_FLIGHT = 500
_AT_ONCE = 50
_PACKET_IDS = 60_000
_ACKNOWLEDGEMENT = 4
_PATIENCE_SECONDS = 5.0
_AGAIN_SECONDS = 0.2
_TICK_SECONDS = 0.02


class Gateway:
    """One gateway.

    Args:
        port: the broker's, or that of a proxy before it.
        number: which gateway it is.
        start: the time (epoch ms) of its first message.
        rate: messages a second.

    Attributes:
        acknowledged: the messages 0, 1, … that the broker has acknowledged are so many.
        again: how often messages were sent once more, by their number.
    """

    def __init__(self, port: int, number: int, start: int, rate: float) -> None:
        self.acknowledged = 0
        self.again: Counter[int] = Counter()
        self._port, self._number, self._start, self._rate = port, number, start, rate
        self._began = time.monotonic()
        self._next = 0
        self._is_ending = False

    def run(self) -> None:
        """Publish until the input ends, then until everything is acknowledged."""
        while not (self._is_ending and self.acknowledged == self._next):
            try:
                with socket.create_connection(("127.0.0.1", self._port), timeout=_PATIENCE_SECONDS) as connected:
                    self._publish(connected)
            except OSError:
                time.sleep(_AGAIN_SECONDS)

    def _publish(self, connected: socket.socket) -> None:
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connected.sendall(packets.connect(f"gateway-{self._number}"))
        if packets.read_connack(connected):
            raise OSError("refused")
        flight = deque(range(self.acknowledged, self._next))
        self.again.update(flight)
        for piece in self._pieces(range(self.acknowledged, self._next)):
            connected.sendall(piece)
        rest, heard = b"", time.monotonic()
        while not (self._is_ending and not flight):
            self._look_for_the_end()
            count = 0 if self._is_ending else min(self._due(), _IN_FLIGHT - len(flight))
            if count > 0:
                numbers = range(self._next, self._next + count)
                self._next += count
                flight.extend(numbers)
                for piece in self._pieces(numbers):
                    connected.sendall(piece)
            if select.select([connected], [], [], _TICK_SECONDS)[0]:
                data = connected.recv(1 << 16)
                if not data:
                    raise OSError("closed")
                rest, heard = self._acknowledge(rest + data, flight), time.monotonic()
            elif flight and time.monotonic() - heard > _PATIENCE_SECONDS:
                raise OSError("silent")

    def _pieces(self, numbers: range) -> Iterator[bytes]:
        for begin in range(0, len(numbers), _AT_ONCE):
            yield b"".join(
                packets.publish(*message(self._number, number, self._start), number % _PACKET_IDS + 1)
                for number in numbers[begin : begin + _AT_ONCE]
            )

    def _due(self) -> int:
        return int((time.monotonic() - self._began) * self._rate) - self._next

    def _acknowledge(self, data: bytes, flight: deque[int]) -> bytes:
        """Take the acknowledgements, which come in the messages' order; what is left of the last one."""
        for at in range(0, len(data) - _ACKNOWLEDGEMENT + 1, _ACKNOWLEDGEMENT):
            expected = flight.popleft() % _PACKET_IDS + 1
            found = int.from_bytes(data[at + 2 : at + 4], "big")
            assert (data[at], found) == (packets.PUBACK, expected), data[at : at + 4]
            self.acknowledged += 1
        return data[len(data) - len(data) % _ACKNOWLEDGEMENT :]

    def _look_for_the_end(self) -> None:
        if not self._is_ending and select.select([sys.stdin], [], [], 0)[0]:
            self._is_ending = not sys.stdin.readline()


def main() -> None:
    """Publish, and tell of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name, kind in (("port", int), ("number", int), ("start", int), ("rate", float)):
        parser.add_argument(name, type=kind)
    gateway = Gateway(**vars(parser.parse_args()))
    gateway.run()
    print(json.dumps({"acknowledged": gateway.acknowledged, "again": list(gateway.again.items())}))  # noqa: T201


if __name__ == "__main__":
    main()
