"""The time of a journal entry: when it came, and never the same twice for one topic."""

import time
from collections.abc import Callable, Iterable

from ingest.message import Message

_MOST_AHEAD_MS = 5_000
_TOPICS = 65_536


def now_ms() -> int:
    """The time in whole epoch milliseconds."""
    return time.time_ns() // 1_000_000


class EntryClock:
    """Gives entries their times: now, or 1 ms after the topic's entry before when that came in the same millisecond.

    A clock that was set back a little is waited for in such steps of 1 ms; one that was set back by more than 5 s is
    followed, as times far ahead of the truth would be worse than two entries of one time.

    Args:
        newest: the newest entries of the journal, whose times must not come again after a restart.
        clock: the time in epoch milliseconds.
    """

    def __init__(self, newest: Iterable[Message] = (), clock: Callable[[], int] = now_ms) -> None:
        self._clock = clock
        self._last: dict[str, int] = {}
        for message in newest:
            self._last[message.topic] = max(message.time, self._last.get(message.topic, 0))

    def stamp(self, topic: str) -> int:
        """The time of an entry that came on this topic now."""
        now = self._clock()
        last = self._last.get(topic)
        given = now if last is None or last < now or last - now > _MOST_AHEAD_MS else last + 1
        if last is None and len(self._last) >= _TOPICS:
            self._forget(now)
        self._last[topic] = given
        return given

    def _forget(self, now: int) -> None:
        """Drop what cannot matter any more, and everything if all of it still could: memory is bounded."""
        self._last = {topic: given for topic, given in self._last.items() if given >= now}
        if len(self._last) >= _TOPICS:
            self._last.clear()
