"""Slots: several processes share the topics by filters, and exactly one of them takes what no other does."""

from collections.abc import Iterable

from paho.mqtt.client import topic_matches_sub

_REMEMBERED = 32_768
_LONGEST = 256


class Others:
    """What other slots take.

    Args:
        filters: their topic filters.
    """

    def __init__(self, filters: Iterable[str]) -> None:
        self._filters = tuple(filters)
        self._known: dict[str, bool] = {}

    def take(self, topic: str) -> bool:
        """Whether messages on this topic are another slot's."""
        found = self._known.get(topic)
        if found is None:
            found = any(topic_matches_sub(each, topic) for each in self._filters)
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            if len(topic) <= _LONGEST:
                self._known[topic] = found
        return found
