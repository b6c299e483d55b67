"""When the pipeline is told of what was journaled: after a pause at once, else when it is enough or waited long."""

import time
from collections.abc import Callable
from threading import Event

_ENOUGH_MESSAGES = 16
_MOST_SECONDS = 1.25
"""Nothing is held back for longer, nor at all after as long without a pass.

A reading shall be seen within two seconds of its publishing: this leaves time for the rest of its way.
"""


class Arrivals:
    """Holds back the news of lone messages, so that some of them share a pass. For the one thread that journals.

    A pass and its request to the store cost as much as hundreds of messages, more still where all caches are cold: what
    comes soon after the last pass waits for others, but not for long.

    Args:
        appended: set to tell the pipeline.
        clock: seconds that only grow.
    """

    def __init__(self, appended: Event, clock: Callable[[], float] = time.monotonic) -> None:
        self._appended = appended
        self._clock = clock
        self._told_at = clock() - _MOST_SECONDS
        self._held = 0
        self._since = 0.0

    def add(self, messages: int) -> None:
        """So many messages were journaled."""
        if not self._held:
            self._since = self._clock()
        self._held += messages

    def rest(self, most: float) -> float:
        """Tell what is held back no longer, before the receiver rests: for how many seconds it may, at most `most`."""
        if not self._held:
            return most
        now = self._clock()
        if self._held < _ENOUGH_MESSAGES and now - self._told_at < _MOST_SECONDS:
            return min(most, self._since + _MOST_SECONDS - now)
        self.tell()
        return most

    def tell(self) -> None:
        """Tell what is held back, if anything is."""
        if self._held:
            self._held, self._told_at = 0, self._clock()
            self._appended.set()
