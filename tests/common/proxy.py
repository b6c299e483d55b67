"""A TCP proxy between two processes, whose connections a test holds up, slows down, cuts or answers itself."""

import asyncio
import socket
import struct
import threading
from contextlib import suppress
from dataclasses import dataclass
from typing import Self

_PIECE = 64 * 1024
_LOOK_SECONDS = 0.02
_LINGER_NOT = struct.pack("ii", 1, 0)
"""Closing sends a reset."""


@dataclass(frozen=True, slots=True)
class Wire:
    """What happens to the bytes of all connections.

    Attributes:
        delay: seconds that each piece waits.
        rate: bytes a second each way, None for as fast as they come.
        is_held: connections stand, new ones too, and nothing passes: half open.
        limit: each connection is reset after so many bytes, whichever way they go.
        is_closed: new connections are reset.
        answer: an HTTP answer that every request gets instead of the server's.
    """

    delay: float = 0
    rate: int | None = None
    is_held: bool = False
    limit: int | None = None
    is_closed: bool = False
    answer: bytes | None = None


OPEN = Wire()


class Proxy:
    """Forwards a free port of loopback to another.

    Args:
        target: the port of loopback that it forwards to.

    Attributes:
        port: its own.
    """

    def __init__(self, target: int) -> None:
        self.target = target
        self.port = 0
        self._wire = OPEN
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)
        self._writers: set[asyncio.StreamWriter] = set()

    def set(self, wire: Wire) -> None:
        """Treat all connections like this from now on."""
        self._wire = wire

    def cut(self) -> None:
        """Reset all connections that stand now."""
        self._loop.call_soon_threadsafe(self._reset_all)

    def __enter__(self) -> Self:
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _listen(self) -> asyncio.Server:
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0, backlog=1024)
        self.port = server.sockets[0].getsockname()[1]
        return server

    async def _end(self) -> None:
        self._server.close()
        self._reset_all()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def _reset_all(self) -> None:
        for writer in list(self._writers):
            _reset(writer)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            if self._wire.is_closed:
                return
            if self._wire.answer is not None:
                await _answer(reader, writer, self._wire.answer)
            else:
                await self._forward(reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            _reset(writer)
            self._writers.discard(writer)

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self.target)
        self._writers.add(back)
        passed = [0]
        pumps = [asyncio.create_task(self._pump(*ends, passed)) for ends in ((reader, back), (there, writer))]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)
            _reset(back)
            self._writers.discard(back)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, passed: list[int]) -> None:
        while data := await reader.read(_PIECE if self._wire.rate is None else 1 + self._wire.rate // 20):
            while self._wire.is_held:  # noqa: ASYNC110 (set by another thread)
                await asyncio.sleep(_LOOK_SECONDS)
            wire = self._wire
            passed[0] += len(data)
            if wire.limit is not None and passed[0] > wire.limit:
                return
            if seconds := wire.delay + (len(data) / wire.rate if wire.rate else 0):
                await asyncio.sleep(seconds)
            writer.write(data)
            await writer.drain()


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answer: bytes) -> None:
    """Read one request to its end, and answer it."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = next(
        (int(line.partition(b":")[2]) for line in head.split(b"\r\n") if line.startswith(b"content-length:")), 0
    )
    await reader.readexactly(length)
    writer.write(answer)
    await writer.drain()
    writer.write_eof()
    await reader.read()


def _reset(writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        taken: socket.socket = writer.get_extra_info("socket")
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT)
    writer.transport.abort()
