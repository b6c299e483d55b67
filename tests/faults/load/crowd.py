"""The crowd, a process of its own: many gateways over TLS, each with its user, and half-open clients beside them.

Its input is one JSON object, `Crowd`. It prints a line of JSON every minute, and a last one when its time is up.
"""

import asyncio
import json
import ssl
import sys
import time
from contextlib import suppress
from typing import Any

import msgspec

from hdh.mqtt import packets

_ACKNOWLEDGEMENT_BYTES = 4
_PATIENCE_SECONDS = 30.0
_AGAIN_SECONDS = 1.0
_MINUTE = 60.0
_HALF = {
    "mqtt": b"\x10\x20\x00\x04MQ",
    "tls": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "http": b"GET /v1/projects HTTP/1.1\r\nHost: x\r\nX-Slow: ",
}
"""How a client that never ends begins: then it sends a byte now and then."""
_DRIP_SECONDS = 5.0


class Crowd(msgspec.Struct, frozen=True):
    """What to do.

    Attributes:
        seconds: for how long.
        project: the first level of topics.
        port: the broker's, TLS.
        ca: the file of its authority's certificate.
        users: user and password of each gateway; its house is the user's name.
        devices: of each gateway.
        period: seconds between two messages of a device.
        half_open: kind (mqtt, tls, http), port, and how many clients there begin and never finish.
    """

    seconds: float
    project: str
    port: int
    ca: str
    users: list[tuple[str, str]]
    devices: int
    period: float
    half_open: list[tuple[str, int, int]]


class Counts:
    """What happened since the last line, and in all."""

    def __init__(self) -> None:
        self.acknowledged = self.failures = self.open = self.most_open = self.half_open = self.half_closed = 0
        self.all_connected: float | None = None
        self.seconds: list[float] = []

    def line(self) -> dict[str, Any]:
        """What there is to tell, and a new beginning."""
        told = sorted(self.seconds)
        line = {
            "acknowledged": self.acknowledged,
            "failures": self.failures,
            "open": self.most_open,
            "half_open": self.half_open,
            "half_closed": self.half_closed,
            "all_connected": self.all_connected,
            "median": told[len(told) // 2] if told else None,
            "p99": told[len(told) * 99 // 100] if told else None,
        }
        self.seconds, self.most_open = [], self.open
        return line


async def _gateway(crowd: Crowd, number: int, context: ssl.SSLContext, counts: Counts, began: float) -> None:
    """Connect at once, and publish all devices every period, until the time is up."""
    user, password = crowd.users[number]
    sent = 0
    # Not all in the same moment: gateways have clocks of their own.
    at = began + crowd.period * (1 + number / len(crowd.users))
    while time.monotonic() < began + crowd.seconds:
        with suppress(OSError, asyncio.IncompleteReadError, TimeoutError):
            async with asyncio.timeout(_PATIENCE_SECONDS):
                reader, writer = await asyncio.open_connection("localhost", crowd.port, ssl=context)
                writer.write(packets.connect(user, user, password))
                answer = await reader.readexactly(4)
            assert answer[3] == 0, f"{user} was refused: {answer.hex()}"
            counts.open += 1
            counts.most_open = max(counts.most_open, counts.open)
            if counts.open == len(crowd.users) and counts.all_connected is None:
                counts.all_connected = time.monotonic() - began
            try:
                while (now := time.monotonic()) < began + crowd.seconds:
                    if now < at:
                        await asyncio.sleep(at - now)
                        continue
                    async with asyncio.timeout(_PATIENCE_SECONDS):
                        writer.write(_batch(crowd, user, sent))
                        await reader.readexactly(crowd.devices * _ACKNOWLEDGEMENT_BYTES)
                    counts.seconds.append(time.monotonic() - now)
                    counts.acknowledged += crowd.devices
                    sent, at = sent + 1, at + crowd.period
            finally:
                counts.open -= 1
                writer.transport.abort()
        if time.monotonic() < began + crowd.seconds:
            counts.failures += 1
            await asyncio.sleep(_AGAIN_SECONDS)


def _batch(crowd: Crowd, house: str, sent: int) -> bytes:
    now = time.time_ns() // 1_000_000
    return b"".join(
        packets.publish(
            f"{crowd.project}/{house}/room/d{device}",
            b'{"time":%d,"temperature":%d.5,"humidity":40}' % (now, sent % 30),
            device + 1,
        )
        for device in range(crowd.devices)
    )


async def _half(kind: str, port: int, counts: Counts) -> None:
    """Begin, send a byte now and then, never end; begin again where the other side has had enough."""
    while True:
        with suppress(OSError):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            counts.half_open += 1
            writer.write(_HALF[kind])
            try:
                while True:
                    with suppress(TimeoutError):
                        async with asyncio.timeout(_DRIP_SECONDS):
                            if not await reader.read(1 << 12):
                                break
                    writer.write(b"a")
            finally:
                counts.half_open -= 1
                counts.half_closed += 1
                writer.transport.abort()
        await asyncio.sleep(_AGAIN_SECONDS)


async def _run(crowd: Crowd) -> None:
    counts, context, began = Counts(), ssl.create_default_context(cafile=crowd.ca), time.monotonic()
    halves = [
        asyncio.create_task(_half(kind, port, counts)) for kind, port, many in crowd.half_open for _ in range(many)
    ]
    gateways = [
        asyncio.create_task(_gateway(crowd, number, context, counts, began)) for number in range(len(crowd.users))
    ]
    pending = set(gateways)
    while pending:
        done, pending = await asyncio.wait(pending, timeout=_MINUTE)
        for gateway in done:
            gateway.result()
        if time.monotonic() < began + crowd.seconds or not pending:
            print(json.dumps(counts.line()), flush=True)  # noqa: T201
    for half in halves:
        half.cancel()
    await asyncio.gather(*halves, return_exceptions=True)


if __name__ == "__main__":
    asyncio.run(_run(msgspec.json.decode(sys.stdin.buffer.read(), type=Crowd)))
