"""When the pipeline is told of what was journaled: at once after a pause, else as soon as it is worth a pass."""

import time
from collections.abc import Callable
from threading import Event

_ENOUGH = 16
_SECONDS = 1.25
"""What is published shall be seen within two: this leaves time for the rest of its way."""


class Arrivals:
    """Holds back the news of lone messages, so that some of them share a pass. For the one thread that journals.

    A pass and its request to the store cost as much as hundreds of messages, more still where all caches are cold: what
    comes soon after the last one waits for others, but not for long.

    Args:
        appended: set to tell the pipeline.
        clock: seconds that only grow.
    """

    def __init__(self, appended: Event, clock: Callable[[], float] = time.monotonic) -> None:
        self._appended = appended
        self._clock = clock
        self._told_at = clock() - _SECONDS
        self._held = 0
        self._since = 0.0

    def add(self, messages: int) -> None:
        """So many messages were journaled."""
        if not self._held:
            self._since = self._clock()
        self._held += messages

    def rest(self, most: float) -> float:
        """Tell what need not be held back, before resting; for how many seconds, at most so many."""
        if not self._held:
            return most
        now = self._clock()
        if self._held < _ENOUGH and now - self._told_at < _SECONDS:
            return min(most, self._since + _SECONDS - now)
        self.tell()
        return most

    def tell(self) -> None:
        """Tell what is held back, if anything is."""
        if self._held:
            self._held, self._told_at = 0, self._clock()
            self._appended.set()
