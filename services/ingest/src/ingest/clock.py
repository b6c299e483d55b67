"""The time of a journal entry: when it came, and never the same twice for one topic."""

import time
from collections.abc import Callable, Iterable
from hashlib import blake2b

from ingest.message import Message

MOST_AHEAD_MS = 5_000
"""A topic's time never runs further ahead of the clock."""
_TOPICS = 65_536
_LONGEST_TOPIC = 128


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
            key = _key(message.topic)
            self._last[key] = max(message.time, self._last.get(key, 0))

    def stamp(self, topics: Iterable[str]) -> list[int]:
        """The times of entries that came on these topics just now."""
        now, last = self._clock(), self._last
        times = []
        for topic in topics:
            before = last.get(topic)
            if before is None:
                given = self._meet(topic, now)
            else:
                given = last[topic] = now if before < now or before - now > MOST_AHEAD_MS else before + 1
            times.append(given)
        return times

    def _meet(self, topic: str, now: int) -> int:
        """The time of an entry on a topic that is not known by its own name."""
        if len(topic) > _LONGEST_TOPIC and (key := _key(topic)) in self._last:
            [given] = self.stamp([key])
            return given
        if len(self._last) >= _TOPICS:
            self._forget(now)
        self._last[_key(topic)] = now
        return now

    def _forget(self, now: int) -> None:
        """Drop what cannot matter any more, and everything if all of it still could: memory is bounded."""
        self._last = {topic: given for topic, given in self._last.items() if given >= now}
        if len(self._last) >= _TOPICS:
            self._last.clear()


def _key(topic: str) -> str:
    """A topic, or what stands for it where it is long: a sender may take 64 KiB for each of its topics."""
    return topic if len(topic) <= _LONGEST_TOPIC else blake2b(topic.encode(), digest_size=16).hexdigest()
