"""Nobody waits for ever: who leaves ends the query, and who waits too long is told."""

import asyncio

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import Problem
from hdh.stopping import Stop, begin

log = structlog.get_logger()


class EndQueries:
    """Ends what a request makes the store do, when its client leaves or its answer does not begin in time.

    Args:
        app: what answers.
        seconds: how long an answer may take to begin; one that has begun may take as long as it is taken.
    """

    def __init__(self, app: ASGIApp, seconds: float) -> None:
        self._app = app
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, and watch."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        await _Waiting(begin(), send).answer(self._app, scope, receive, self._seconds)


class _Waiting:
    """One request and the one who waits for its answer."""

    def __init__(self, stop: Stop, send: Send) -> None:
        self._stop = stop
        self._send = send
        self._has_begun = False
        self._is_late = False
        self._received: asyncio.Queue[Message] = asyncio.Queue()

    async def answer(self, app: ASGIApp, scope: Scope, receive: Receive, seconds: float) -> None:
        """Answer; end the work early where nobody waits."""
        answering = asyncio.ensure_future(app(scope, self._received.get, self._pass_on))
        leaving = asyncio.ensure_future(self._watch(receive))
        try:
            await asyncio.wait({answering, leaving}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            if not (answering.done() or leaving.done() or self._has_begun):
                await self._give_up(scope, receive, seconds)
            await asyncio.wait({answering, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if not answering.done():
                self._stop.now()
            await answering
        finally:
            leaving.cancel()
            answering.cancel()

    async def _watch(self, receive: Receive) -> None:
        """Pass on what comes, until the client has left."""
        message: Message = {"type": ""}
        while message["type"] != "http.disconnect":
            message = await receive()
            self._received.put_nowait(message)

    async def _pass_on(self, message: Message) -> None:
        if not self._is_late:
            self._has_begun = True
            await self._send(message)

    async def _give_up(self, scope: Scope, receive: Receive, seconds: float) -> None:
        """Say that it takes too long. What the work still answers is for nobody."""
        self._is_late = True
        self._stop.now()
        log.warning("too_slow", path=scope["path"], seconds=seconds)
        problem = Problem(
            504,
            "too-slow",
            f"The answer did not begin within {seconds:g} seconds, as long as HDH_API_ANSWER_SECONDS allows.",
            remedy="Ask for less: a shorter range, fewer series, longer windows (every=1d).",
        )
        await problem.response()(scope, receive, self._send)
