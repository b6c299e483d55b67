"""Tells a message that the broker sends again from a new one (delivery contract, point 4)."""

from collections.abc import Iterable

from ingest.journal.segment import digest

WINDOW = 32_767
"""Entries that are remembered: half of all packet ids.

Measured, Mosquitto 2.0: it keeps to Receive Maximum only until the first acknowledgement, then has more in flight. As
it numbers packets one after the other, an id cannot come back within this window unless it was sent again.
"""


class Window:
    """The newest journaled entries by packet id.

    A message in flight when the connection ended comes again with DUP set. If it had been journaled it must not be
    journaled twice; if it had not, it must be. The newest entry with its packet id tells: an older one was
    acknowledged before its id could be used again.

    Args:
        packets: packet id and digest of the journal's newest entries, in order.
    """

    def __init__(self, packets: Iterable[tuple[int, bytes]] = ()) -> None:
        self._entries: dict[int, bytes] = {}
        for packet_id, content in packets:
            self._add(packet_id, content)

    def _add(self, packet_id: int, content: bytes) -> None:
        self._entries.pop(packet_id, None)
        self._entries[packet_id] = content
        if len(self._entries) > WINDOW:
            del self._entries[next(iter(self._entries))]

    def add(self, packet_id: int, topic: str, payload: bytes) -> None:
        """Remember an entry that was journaled."""
        if packet_id:
            self._add(packet_id, digest(topic, payload))

    def holds(self, packet_id: int, topic: str, payload: bytes) -> bool:
        """Whether the newest entry with this packet id is this very message."""
        found = self._entries.get(packet_id)
        return found is not None and found == digest(topic, payload)
