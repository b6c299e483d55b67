"""Reading on through the segments of a folder: batches in the order of their positions, damaged ranges included."""

import sqlite3
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from hdh.errors import Retryable
from ingest.journal.files import Opened, retryable
from ingest.journal.interface import Batch
from ingest.journal.segment import Segment
from ingest.message import Messages

_NAME = "segment-{:020d}.db"
_OPEN_AT_ONCE = 2


def path_of(folder: Path, first: int) -> Path:
    """The file of the segment whose first position this is."""
    return folder / _NAME.format(first)


class Reading:
    """Reads on through a folder's segments. For one thread at a time; there may be several.

    Args:
        opened: what tells whether the folder is still the one that was opened.
        folder: where the segments are.
        firsts: their first positions, ascending; segments come and go in this very list.
    """

    def __init__(self, opened: Opened, folder: Path, firsts: list[int]) -> None:
        self._opened = opened
        self._folder = folder
        self._firsts = firsts
        self._segments: dict[int, Segment] = {}

    def read(self, after: int, *, until: int, messages: int, size: int) -> list[Batch]:
        """See `ingest.journal.interface.Reader`."""
        found: list[Batch] = []
        for batch in self.batches(after, until):
            found.append(batch)
            messages -= len(batch.messages)
            size -= batch.messages.size
            if messages <= 0 or size <= 0:
                break
        return found

    def batches(self, after: int, until: int) -> Iterator[Batch]:
        """The batches behind `after` and up to `until`, damaged ranges included."""
        firsts = list(self._firsts)
        while after < until:
            index = bisect_right(firsts, after + 1) - 1
            stop = min(until + 1, firsts[index + 1] if index + 1 < len(firsts) else until + 1)
            for batch in self._read_segment(firsts[index] if index >= 0 else None, after, stop):
                yield batch
                after = batch.last

    def _read_segment(self, first: int | None, after: int, stop: int) -> Iterator[Batch]:
        if first is None:
            yield Batch(after + 1, stop - 1, "", Messages(), "no segment holds these positions")
            return
        try:
            with retryable(self._folder, "read"):
                segment = self.segment(first)
        except sqlite3.DatabaseError as error:
            yield Batch(after + 1, stop - 1, "", Messages(), f"{path_of(self._folder, first).name}: {error}")
            return
        batches = segment.read(after, stop)
        while True:
            with retryable(self._folder, "read"):
                batch = next(batches, None)
            if batch is None:
                return
            yield batch

    def segment(self, first: int) -> Segment:
        """The segment of this first position, opened for reading.

        Raises:
            sqlite3.DatabaseError: it is damaged or gone, or (OperationalError) cannot be opened now.
            Retryable: the folder is away.
        """
        if first not in self._segments:
            # A folder that is away for a while must not be taken for a damaged one, nor another for ours.
            self._opened.check()
            if not path_of(self._folder, first).exists():
                raise sqlite3.DatabaseError("the file is gone")
            while len(self._segments) >= _OPEN_AT_ONCE:
                self.forget(next(iter(self._segments)))
            self._segments[first] = Segment(path_of(self._folder, first), first)
        return self._segments[first]

    def site_text(self, batch: Batch) -> str:
        """See `ingest.journal.interface.Reader`."""
        with retryable(self._folder, "read"):
            first = self._firsts[bisect_right(self._firsts, batch.first) - 1]
            text = self.segment(first).site_text(batch.site_version)
        if text is None:
            raise Retryable(f"The journal in {self._folder} lacks the site file {batch.site_version} of {batch.first}.")
        return text

    def packets(self, after: int, newest: int) -> list[tuple[int, Sequence[int]]]:
        """See `ingest.journal.interface.Reader`; what is damaged is left out."""
        found: list[tuple[int, Sequence[int]]] = []
        for first in reversed(self._firsts):
            with suppress(sqlite3.DatabaseError), retryable(self._folder, "read"):
                for position, packet_ids in self.segment(first).packets_backwards():
                    if position <= after or newest <= 0:
                        return found[::-1]
                    found.append((position, packet_ids))
                    newest -= len(packet_ids) - packet_ids.count(0)
        return found[::-1]

    def forget(self, first: int) -> None:
        """Give back a segment's file, if it is open here."""
        if (segment := self._segments.pop(first, None)) is not None:
            segment.close()

    def close(self) -> None:
        """Give back what is held open."""
        for first in list(self._segments):
            self.forget(first)
