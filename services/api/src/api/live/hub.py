"""The hub: follows every ingest once while anybody listens, and passes what was written on to all who do."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager

import httpx
import msgspec
import structlog

from api.live.cursors import Cursors
from api.live.listener import Listener
from api.live.slots import Slots, Written
from api.problems import Problem

RETRY_SECONDS = 10
_AGAIN_SECONDS = 1.0
_CATCHING_UP = 4

_log = structlog.get_logger()


class Hub:
    """All who listen, and those who follow the ingests for them. For one event loop.

    Args:
        urls: the addresses of ingest, one a slot.
        most: how many may listen at a time.
    """

    def __init__(self, urls: tuple[str, ...], most: int) -> None:
        self._urls = urls
        self._most = most
        self._listeners: set[Listener] = set()
        self._slots: Slots | None = None
        self._followers: list[asyncio.Task[None]] = []
        self._cursors: Cursors = [None] * len(urls)
        self._answering = [False] * len(urls)
        self._catching_up = asyncio.Semaphore(_CATCHING_UP)
        self._ended = False

    @property
    def complete(self) -> bool:
        """Whether every ingest answers now, so that whatever is written is told."""
        return all(self._answering)

    @asynccontextmanager
    async def listening(self, heard: Cursors | None) -> AsyncIterator[Listener]:
        """Listen for as long as the context lasts; it begins when it is known from where on.

        Args:
            heard: what was heard before; None: whatever is written from now on is told.

        Raises:
            Problem: 503, as many listen as may, or the api ends.
        """
        if self._ended or len(self._listeners) >= self._most:
            raise _busy(self._most)
        if self._slots is None:
            self._start()
        goes_on = heard is not None and len(heard) == len(self._urls)
        listener = Listener(list(heard) if heard and goes_on else [None] * len(self._urls))
        listener.lost = heard is not None and not goes_on
        self._listeners.add(listener)
        try:
            for slot, cursor in enumerate(self._cursors):
                if cursor is not None:
                    # Where the hub stands: what lies between is caught up first.
                    listener.offer(Written(cursor, [], slot=slot))
            yield listener
        finally:
            self._listeners.discard(listener)
            if not self._listeners:
                await self._stop()

    def _start(self) -> None:
        self._slots = Slots(self._urls)
        self._cursors = [None] * len(self._urls)
        self._answering = [False] * len(self._urls)
        self._followers = [asyncio.create_task(self._follow(self._slots, slot)) for slot in range(len(self._urls))]

    async def _stop(self) -> None:
        followers, slots = self._followers, self._slots
        self._followers, self._slots = [], None
        for follower in followers:
            follower.cancel()
        await asyncio.gather(*followers, return_exceptions=True)
        if slots is not None:
            await slots.close()

    async def _follow(self, slots: Slots, slot: int) -> None:
        """Follow one ingest for ever, over its restarts."""
        told = ""
        while True:
            try:
                async for written in slots.follow(slot, self._cursors[slot]):
                    self._answering[slot], told = True, ""
                    if written.points or written.missed or self._cursors[slot] is None:
                        self._publish(written)
                    self._cursors[slot] = written.cursor
            except (httpx.HTTPError, msgspec.MsgspecError) as error:
                if (text := f"{type(error).__name__}: {error}") != told:
                    _log.warning("ingest_not_followed", url=self._urls[slot], error=text)
                    told = text
            self._answering[slot] = False
            await asyncio.sleep(_AGAIN_SECONDS)

    def _publish(self, written: Written) -> None:
        if written.missed:
            _log.warning("live_missed", url=self._urls[written.slot], reason=written.missed)
        for listener in self._listeners:
            listener.offer(written)

    async def between(self, listener: Listener, here: Written) -> AsyncGenerator[Written, None]:
        """What was written between what a listener has heard of a slot and where the hub stood when it came.

        Raises:
            httpx.HTTPError: that ingest does not answer.
        """
        heard = listener.heard[here.slot]
        if heard is None or heard == here.cursor or self._slots is None:
            return
        # Few at a time: after a restart of the api all listeners come back at once.
        async with self._catching_up:
            async for written in self._slots.follow(here.slot, heard, here.cursor):
                yield written

    def close(self) -> None:
        """Let everybody leave."""
        self._ended = True
        for listener in self._listeners:
            listener.end()


def _busy(most: int) -> Problem:
    return Problem(
        503,
        "busy",
        f"{most} listen, as many as HDH_API_LISTENERS allows, or the api is ending.",
        remedy=f"Come again in {RETRY_SECONDS} seconds, or ask /v1/latest now and then.",
        headers={"Retry-After": str(RETRY_SECONDS)},
    )
