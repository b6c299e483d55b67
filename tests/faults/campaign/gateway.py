"""A gateway of a campaign, a process of its own: whatever happens, it goes on until all is acknowledged.

It publishes at QoS 1, some messages in flight, and sends again what was not acknowledged when a connection ended.
A line of its input is an order: from which time on (seconds of the machine's monotonic clock) so many messages a
second, and how many more at once. Where that rate is 0, it answers with a line as soon as everything that was due is
acknowledged: its account. It ends when its input does, with its account of that moment.
"""

import argparse
import json
import os
import select
import socket
import sys
import time
from collections.abc import Iterator

from hdh.mqtt import packets
from tests.faults.campaign.messages import message

_IN_FLIGHT = 1_000
_AT_ONCE = 100
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

    Attributes:
        acknowledged: the messages 0, 1, … that the broker has acknowledged are so many.
        again: the messages that were sent once more, as ranges: first, and the one behind the last.
    """

    def __init__(self, port: int, number: int, start: int) -> None:
        self.acknowledged = 0
        self.again: list[tuple[int, int]] = []
        self._port, self._number, self._start = port, number, start
        self._next = 0
        self._ordered, self._since, self._rate = 0, time.monotonic(), 0.0
        self._input = b""
        self._is_asked = self._is_ended = False

    def run(self) -> None:
        """Publish until the input ends."""
        while not self._is_ended:
            try:
                with socket.create_connection(("127.0.0.1", self._port), timeout=_PATIENCE_SECONDS) as connected:
                    self._publish(connected)
            except OSError:
                self._take_orders(_AGAIN_SECONDS)
        self._tell()

    def _publish(self, connected: socket.socket) -> None:
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connected.sendall(packets.connect(f"gateway-{self._number}"))
        if packets.read_connack(connected):
            raise OSError("refused")
        if self.acknowledged < self._next:
            self.again.append((self.acknowledged, self._next))
            self._send(connected, self.acknowledged)
        rest, heard = b"", time.monotonic()
        while not self._is_ended:
            self._take_orders()
            first, self._next = self._next, max(self._next, min(self._due(), self.acknowledged + _IN_FLIGHT))
            self._send(connected, first)
            if select.select([connected], [], [], _TICK_SECONDS)[0]:
                if not (data := connected.recv(1 << 16)):
                    raise OSError("closed")
                rest, heard = self._acknowledge(rest + data), time.monotonic()
            elif self.acknowledged == self._next:
                heard = time.monotonic()
            elif time.monotonic() - heard > _PATIENCE_SECONDS:
                raise OSError("silent")

    def _send(self, connected: socket.socket, first: int) -> None:
        """Send all from a number on that are under way."""
        for piece in self._pieces(range(first, self._next)):
            connected.sendall(piece)

    def _pieces(self, numbers: range) -> Iterator[bytes]:
        for begin in range(0, len(numbers), _AT_ONCE):
            yield b"".join(
                packets.publish(*message(self._number, number, self._start), number % _PACKET_IDS + 1)
                for number in numbers[begin : begin + _AT_ONCE]
            )

    def _acknowledge(self, data: bytes) -> bytes:
        """Take the acknowledgements, which come in the messages' order; what is left of the last one."""
        for at in range(0, len(data) - _ACKNOWLEDGEMENT + 1, _ACKNOWLEDGEMENT):
            expected = self.acknowledged % _PACKET_IDS + 1
            found = int.from_bytes(data[at + 2 : at + 4], "big")
            assert (data[at], found) == (packets.PUBACK, expected), data[at : at + 4]
            self.acknowledged += 1
        return data[len(data) - len(data) % _ACKNOWLEDGEMENT :]

    def _due(self, now: float | None = None) -> int:
        passed = (time.monotonic() if now is None else now) - self._since
        return self._ordered + int(passed * self._rate)

    def _take_orders(self, seconds: float = 0) -> None:
        """Take the orders that have come, waiting so long for the first, and answer where all is done."""
        while not self._is_ended and select.select([sys.stdin], [], [], seconds)[0]:
            data, seconds = os.read(sys.stdin.fileno(), 1 << 16), 0
            self._is_ended = not data
            *lines, self._input = (self._input + data).split(b"\n")
            for line in lines:
                since, rate, more = map(float, line.split())
                self._ordered = max(self._next, self._due(since)) + int(more)
                self._since, self._rate, self._is_asked = since, rate, rate == 0
        if self._is_asked and self.acknowledged == self._due():
            self._tell()
            self._is_asked = False

    def _tell(self) -> None:
        print(json.dumps({"acknowledged": self.acknowledged, "again": self.again}), flush=True)  # noqa: T201
        self.again = []


def main() -> None:
    """Publish."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("port", "number", "start"):
        parser.add_argument(name, type=int)
    Gateway(**vars(parser.parse_args())).run()


if __name__ == "__main__":
    main()
