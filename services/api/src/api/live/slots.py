"""One ingest's written points, line by line over HTTP."""

from collections.abc import AsyncIterator

import httpx
import msgspec

_SECONDS = httpx.Timeout(10, connect=2)
"""Ingest says something every two seconds."""


class WrittenPoint(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The readings of one device at one time (epoch ms), by quantity, in the catalogue's units."""

    project: str
    house: str
    room: str
    device: str
    time: int
    fields: dict[str, float | str]


class Written(msgspec.Struct, frozen=True):
    """What was written up to a cursor.

    Attributes:
        missed: why something before it cannot be told any more; empty when nothing lacks.
        slot: which ingest wrote it.
    """

    cursor: str
    points: list[WrittenPoint]
    missed: str = ""
    slot: int = 0


class Slots:
    """The addresses of ingest, one a slot, and a client to reach them by. For one event loop.

    Args:
        urls: the addresses.
    """

    def __init__(self, urls: tuple[str, ...]) -> None:
        self._urls = urls
        # Straight to ingest: a proxy of the environment is for the world outside.
        self._client = httpx.AsyncClient(timeout=_SECONDS, trust_env=False, limits=httpx.Limits(max_connections=None))

    async def follow(self, slot: int, after: str | None, until: str | None = None) -> AsyncIterator[Written]:
        """What a slot has written behind a cursor, for ever or up to another cursor; the first has no points.

        Raises:
            httpx.HTTPError: it does not answer, or has stopped to.
            msgspec.MsgspecError: it is no ingest.
        """
        asked = {name: cursor for name, cursor in (("after", after), ("until", until)) if cursor is not None}
        async with self._client.stream("GET", f"{self._urls[slot]}/written", params=asked) as answer:
            answer.raise_for_status()
            async for line in answer.aiter_lines():
                yield msgspec.structs.replace(msgspec.json.decode(line, type=Written), slot=slot)

    async def close(self) -> None:
        """Give back the connections."""
        await self._client.aclose()
