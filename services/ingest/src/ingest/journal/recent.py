"""The newest batches, in memory: who is close behind needs no disk to read what was just put there."""

from collections import deque
from threading import Lock

from ingest.journal.interface import Batch

_MOST_BYTES = 4 * 1024 * 1024
_BYTES_OF_A_MESSAGE = 200
_MOST_BATCHES = 64


class Recent:
    """Keeps what was appended until it was read on, as long as it is little. One thread adds, one reads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._batches: deque[tuple[Batch, int]] = deque()
        self._size = 0

    def add(self, batch: Batch) -> None:
        """Add what was appended; it may not be changed any more."""
        size = batch.messages.size
        with self._lock:
            self._batches.append((batch, size))
            self._size += size + _objects(batch)
            if self._size > _MOST_BYTES or len(self._batches) > _MOST_BATCHES:
                # Who reads on is that far behind that it reads from the disk first.
                self._batches.clear()
                self._size = 0

    def read(self, after: int, *, until: int, messages: int, size: int) -> list[Batch]:
        """As `ingest.journal.interface.Reader.read`; nothing where what follows on `after` is not here."""
        found: list[Batch] = []
        with self._lock:
            while self._batches and self._batches[0][0].last <= after:
                self._drop()
            for batch, bytes_ in self._batches:
                if batch.first != after + 1 or batch.last > until or messages <= 0 or size <= 0:
                    break
                found.append(batch)
                after = batch.last
                messages -= len(batch.messages)
                size -= bytes_
        return found

    def _drop(self) -> None:
        batch, size = self._batches.popleft()
        self._size -= size + _objects(batch)


def _objects(batch: Batch) -> int:
    """What a batch takes of memory beside its texts."""
    return _BYTES_OF_A_MESSAGE * len(batch.messages)
