"""Answers that are sent while they are read from the store."""

import asyncio
from collections.abc import AsyncIterable, Callable, Iterator, Mapping
from typing import TypeVar

import structlog
from anyio import CancelScope
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.responses import StreamingResponse
from starlette.types import Message, Receive, Scope, Send

from api.encodings import compressed
from hdh.stopping import is_stopped

T = TypeVar("T")

STALL_SECONDS = 60.0
"""How long a client may take nothing of its answer before it counts as gone."""

log = structlog.get_logger()


class Stream(StreamingResponse):
    """A body that comes piece by piece from a blocking iterator, read in threads.

    When reading fails on the way the body is left without its end: the server then closes the connection, so that no
    client takes a part for the whole. When the client leaves, or takes nothing for a minute, reading ends too.

    Args:
        pieces: the body.
        close: ends the reading and gives back what it holds.
        failed: called when reading failed on the way.
        media_type: of the body.
        headers: more of them.
        encoding: how the body is compressed, in the threads that read; None: not at all.
    """

    def __init__(
        self,
        pieces: Iterator[bytes],
        *,
        close: Callable[[], None],
        failed: Callable[[], None],
        media_type: str,
        headers: Mapping[str, str] | None = None,
        encoding: str | None = None,
    ) -> None:
        more = {"Content-Encoding": encoding} if encoding else {}
        super().__init__(compressed(pieces, encoding), media_type=media_type, headers={**(headers or {}), **more})
        self._close = close
        self._failed = failed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        try:
            await super().__call__(scope, receive, _impatient(send))
        except ClientDisconnect:
            log.info("client_left", path=scope["path"])
        except Exception as error:
            if is_stopped():
                log.info("client_left", path=scope["path"])
                return
            self._failed()
            log.error("stream_aborted", path=scope["path"], exc_info=error)  # noqa: TRY400 (with its traceback)
        finally:
            with CancelScope(shield=True):
                await run_in_threadpool(self._close)


def _impatient(send: Send) -> Send:
    """Send, and take a client that takes nothing for one that left: it must not hold what others wait for."""

    async def sending(message: Message) -> None:
        try:
            async with asyncio.timeout(STALL_SECONDS):
                await send(message)
        except TimeoutError:
            raise ClientDisconnect from None

    return sending


class EventStream(StreamingResponse):
    """Server-sent events, without end; a client that leaves, or takes nothing for a minute, ends them."""

    media_type = "text/event-stream"

    def __init__(self, events: AsyncIterable[bytes]) -> None:
        # Proxies that gather an answer before they pass it on are asked not to.
        super().__init__(events, headers={"Cache-Control": "no-cache", "X-Accel-Buffering": "no"})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send them."""
        try:
            await super().__call__(scope, receive, _impatient(send))
        except ClientDisconnect:
            log.info("client_left", path=scope["path"])
