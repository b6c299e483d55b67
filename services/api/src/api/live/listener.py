"""One who listens: a short queue of what was written, and how much of it was heard."""

import asyncio
from collections import deque

from api.live.cursors import Cursors
from api.live.slots import Written

MOST_POINTS = 50_000
MOST_WAITING = 1_000
TOO_SLOW = "the listener was too slow"


class Listener:
    """Takes what the hub offers. What one listener has not yet taken is shared with all others, and bounded.

    Args:
        heard: what it has heard before, by slot.

    Attributes:
        heard: what it has heard by now, by slot.
        ended: whether it should leave, as the api ends.
        lost: whether what it has heard before cannot be gone on from.
    """

    def __init__(self, heard: Cursors) -> None:
        self.heard = heard
        self.ended = False
        self.lost = False
        self._waiting: deque[Written] = deque()
        self._points = 0
        self._woken = asyncio.Event()

    def offer(self, written: Written) -> None:
        """Queue it; where there is no room, all that waits is dropped, and told as missed."""
        if self._points + len(written.points) > MOST_POINTS or len(self._waiting) >= MOST_WAITING:
            last = {dropped.slot: dropped.cursor for dropped in (*self._waiting, written)}
            self._waiting = deque(Written(cursor, [], TOO_SLOW, slot) for slot, cursor in last.items())
            self._points = 0
        else:
            self._waiting.append(written)
            self._points += len(written.points)
        self._woken.set()

    def end(self) -> None:
        """Let it leave."""
        self.ended = True
        self._woken.set()

    async def take(self, seconds: float) -> Written | None:
        """The next, or None when nothing came for so long, or at the end."""
        if not self._waiting and not self.ended:
            self._woken.clear()
            try:
                async with asyncio.timeout(seconds):
                    await self._woken.wait()
            except TimeoutError:
                return None
        if self.ended or not self._waiting:
            return None
        written = self._waiting.popleft()
        self._points -= len(written.points)
        return written
