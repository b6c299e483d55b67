"""When the pipeline is told of what was journaled: at once after a pause, else as soon as it is worth a pass."""

import time
from collections.abc import Callable
from threading import Event

_ENOUGH = 16
_SECONDS = 1.0


class Arrivals:
    """Holds back the news of lone messages, so that two of them share a pass. For the one thread that journals.

    A pass and its request to the store cost as much as hundreds of messages, and twice that when it finds all caches
    cold: what came soon after the last one goes along with the next message, is not alone any more, or was long enough.

    Args:
        appended: set to tell the pipeline.
        clock: seconds that only grow.
    """

    def __init__(self, appended: Event, clock: Callable[[], float] = time.monotonic) -> None:
        self._appended = appended
        self._clock = clock
        self._told_at = clock() - _SECONDS
        self._held = 0
        self._due = 0.0

    def add(self, messages: int) -> None:
        """So many messages were journaled."""
        now = self._clock()
        self._held += messages
        if self._held >= _ENOUGH or now - self._told_at >= _SECONDS:
            self.tell()
        elif self._held == messages:
            self._due = now + _SECONDS

    def rest(self, most: float) -> float:
        """Seconds, at most so many, until what is held back must be told; tells what must be by now."""
        if not self._held:
            return most
        left = self._due - self._clock()
        if left <= 0:
            self.tell()
            return most
        return min(most, left)

    def tell(self) -> None:
        """Tell what is held back, if anything is."""
        if self._held:
            self._held, self._told_at = 0, self._clock()
            self._appended.set()
