"""What one listener is sent: readings, heartbeats, and that something was missed, as server-sent events."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing

import httpx
import msgspec
import orjson
import structlog

from api.live.audience import Audience
from api.live.cursors import spell
from api.live.hub import Hub
from api.live.listener import Listener
from api.live.slots import Written
from api.problems import Problem
from hdh.errors import HdhError
from hdh.site import Site
from hdh.times import now_ms

BEAT_SECONDS = 5.0
_RETRY = b"retry: 2000\n\n"
_FIRST_SECONDS = 2.0
_TRIES = 3
_AGAIN_SECONDS = 1.0
_MISSED = orjson.dumps(
    {"detail": "Some readings since the last event are not told one by one. Ask /v1/readings for them, then go on."}
)

Who = Callable[[], Awaitable[tuple[Audience, Site]]]
"""Whose ears these are now, by what the site file says now; raises `Problem` when they may not listen any more."""

_log = structlog.get_logger()


class Events:
    """The events of one listener.

    Args:
        hub: where what was written comes from.
        listener: takes it.
        who: asked again at each heartbeat, so that a revoked key hears no more.
    """

    def __init__(self, hub: Hub, listener: Listener, who: Who) -> None:
        self._hub = hub
        self._listener = listener
        self._who = who
        self._joined: set[int] = set()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """The body, until the api ends or the listener may not listen any more."""
        yield _RETRY
        beat, begun = time.monotonic() + _FIRST_SECONDS, False
        try:
            audience, site = await self._who()
            while not self._listener.ended:
                written = await self._listener.take(max(0.0, beat - time.monotonic()))
                if written is not None:
                    async for event in self._events(written, audience, site):
                        yield event
                all_joined = not begun and len(self._joined) == len(self._listener.heard)
                if all_joined or time.monotonic() >= beat:
                    # The first says: whatever is written from here on is told.
                    beat, begun = time.monotonic() + BEAT_SECONDS, True
                    if self._listener.lost:
                        self._listener.lost = False
                        yield self._event("missed", _MISSED)
                    audience, site = await self._who()
                    yield self._event("heartbeat", orjson.dumps({"time": now_ms(), "complete": self._hub.complete}))
        except Problem as problem:
            _log.info("listener_sent_away", reason=str(problem))

    async def _events(self, written: Written, audience: Audience, site: Site) -> AsyncIterator[bytes]:
        if written.slot not in self._joined:
            self._joined.add(written.slot)
            async for event in self._caught_up(written, audience, site):
                yield event
        async for event in self._told(written, audience, site):
            yield event

    async def _caught_up(self, here: Written, audience: Audience, site: Site) -> AsyncIterator[bytes]:
        """What was written since the listener was here before."""
        for attempt in range(_TRIES):
            try:
                async with aclosing(self._hub.between(self._listener, here)) as parts:
                    async for written in parts:
                        async for event in self._told(written, audience, site):
                            yield event
            except (httpx.HTTPError, msgspec.MsgspecError) as error:
                _log.warning("not_caught_up", slot=here.slot, error=f"{type(error).__name__}: {error}")
                if isinstance(error, httpx.HTTPStatusError) and error.response.is_client_error:
                    break
                if attempt < _TRIES - 1:
                    await asyncio.sleep(_AGAIN_SECONDS)
            else:
                return
        yield self._event("missed", _MISSED)

    async def _told(self, written: Written, audience: Audience, site: Site) -> AsyncIterator[bytes]:
        missed = bool(written.missed)
        try:
            readings = await audience.document(written, site)
        except HdhError as error:
            _log.warning("live_without_names", error=str(error))
            readings, missed = b"", True
        self._listener.heard[written.slot] = written.cursor
        if missed:
            yield self._event("missed", _MISSED)
        if readings:
            yield self._event("readings", readings)

    def _event(self, kind: str, data: bytes) -> bytes:
        return b"event: %b\nid: %b\ndata: %b\n\n" % (kind.encode(), spell(self._listener.heard).encode(), data)
