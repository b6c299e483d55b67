"""Tells a message that the broker sends again from a new one (delivery contract, point 4)."""

from ingest.journal import Batch, Journal, Reader

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

    As few messages carry DUP, nothing is kept for those that do not: the journal is asked when one comes.

    Args:
        journal: what was journaled.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._reader: Reader | None = None
        self._known = 0
        self._batches: dict[int, int] = {}
        self._batch: Batch | None = None

    def holds(self, packet_id: int, topic: str, payload: bytes) -> bool:
        """Whether the newest entry with this packet id is this very message.

        Raises:
            Retryable: the journal cannot be read now.
        """
        reader = self._catch_up()
        first = self._batches.get(packet_id)
        if first is None:
            return False
        if self._batch is None or self._batch.first != first:
            [self._batch] = reader.read(first - 1, until=first, messages=1, size=1)
        messages = self._batch.messages
        newest = max((index for index, found in enumerate(messages.packet_ids) if found == packet_id), default=None)
        return newest is not None and (messages.topics[newest], messages.payloads[newest]) == (topic, payload)

    def _catch_up(self) -> Reader:
        """Note the batches that were appended since, by the packet ids in them."""
        if self._reader is None:
            self._reader = self._journal.reader()
        last = self._journal.last
        if last > self._known:
            for first, packet_ids in self._reader.packets(self._known, WINDOW):
                for packet_id in filter(None, packet_ids):
                    self._batches.pop(packet_id, None)
                    self._batches[packet_id] = first
            while len(self._batches) > WINDOW:
                del self._batches[next(iter(self._batches))]
            self._known = last
        return self._reader

    def rest(self) -> None:
        """Give back what is held open, until the next one comes."""
        if self._reader is not None:
            self._reader.close()
        self._reader = self._batch = None
