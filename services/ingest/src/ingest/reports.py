"""Error reports on their way back to the devices: a short queue between the pipeline and the MQTT session."""

from collections import deque
from collections.abc import Iterable, Iterator

import msgspec

from hdh.times import iso
from ingest.journal import Rejected
from ingest.message import Reason
from ingest.routes import ERROR_LEVEL

_LONGEST_TOPIC = 65_535
_MOST_WAITING = 1_000


class Reports:
    """Reports that wait to be published. Dropping one is allowed, and counted: the message itself is kept.

    Attributes:
        dropped: how many were dropped because the queue was full.
    """

    def __init__(self) -> None:
        self._waiting: deque[tuple[str, bytes]] = deque()
        self.dropped = 0

    def offer(self, rejected: Iterable[Rejected]) -> None:
        """Queue the reports of rejected messages; called by the pipeline's thread."""
        for kept in rejected:
            topic = f"{kept.topic}/{ERROR_LEVEL}"
            if not _can_report(kept, topic):
                continue
            if len(self._waiting) >= _MOST_WAITING:
                self.dropped += 1
                continue
            report = {"time": iso(kept.time), "topic": kept.topic, "reason": kept.reason, "detail": kept.detail}
            self._waiting.append((topic, msgspec.json.encode(report)))

    def take(self, most: int) -> Iterator[tuple[str, bytes]]:
        """Topic and payload of the next reports; called by the receiver's thread."""
        while most > 0 and self._waiting:
            most -= 1
            yield self._waiting.popleft()


def _can_report(kept: Rejected, topic: str) -> bool:
    plain = not any(mark in topic for mark in "#+\0") and len(topic.encode()) <= _LONGEST_TOPIC
    return plain and kept.reason is not Reason.DAMAGED and kept.topic.rpartition("/")[2] != ERROR_LEVEL
