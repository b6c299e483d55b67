"""A source that is read by a thread of its own, some way ahead of the one who takes what it gives."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from contextvars import copy_context
from itertools import pairwise
from threading import Condition, Event
from typing import TypeAlias, TypeVar

from hdh.errors import Retryable
from hdh.stopping import Stop, begin
from migrate.batch import BadRow, Batch, Chunk
from migrate.destination import Stopped
from migrate.sources.interface import Read, Source

_AHEAD = 100_000
_AT_ONCE = 20_000
"""Weights (`Batch.weight`): so much is read ahead, so much handed over, as threads that wake each other for every batch
do little else."""

_CHECK_SECONDS = 0.5

T = TypeVar("T")
_Items: TypeAlias = list[Batch | BadRow]


class Ahead:
    """A source, read ahead. What goes wrong on the way is raised where it would have been without.

    Args:
        source: is touched by the thread alone.
        stop: ends waiting for the source.
    """

    def __init__(self, source: Source, stop: Event) -> None:
        self.name = source.name
        self._source = source
        self._stop = stop
        self._thread = ThreadPoolExecutor(1, "read")
        self._after: dict[str, Chunk] = {}
        self._readings: list[_Reading] = []
        self._checksum = ""

    def expect(self, chunks: Sequence[Chunk]) -> None:
        """These will be read one after the other, so that the next one is begun while one is taken."""
        self._after = {chunk.name: following for chunk, following in pairwise(chunks)}

    def facts(self) -> list[tuple[str, str]]:
        """See `Source.facts`."""
        return self._ask(self._source.facts)

    def doubts(self) -> list[str]:
        """See `Source.doubts`."""
        return self._ask(self._source.doubts)

    def chunks(self) -> list[Chunk]:
        """See `Source.chunks`."""
        return self._ask(self._source.chunks)

    def read(self, chunk: Chunk) -> Read:
        """See `Source.read`.

        Raises:
            Stopped: `stop` was set while it waited.
        """
        if not self._readings or self._readings[0].chunk != chunk:
            self._forget()
            self._begin(chunk)
        if len(self._readings) == 1 and (following := self._after.get(chunk.name)) is not None:
            self._begin(following)
        reading = self._readings[0]
        try:
            while items := reading.take(self._stop):
                yield from items
        except BaseException:
            # A reading that was left long ago, and is closed only now, ends no other one.
            if reading in self._readings:
                self._forget()
            raise
        self._readings.remove(reading)
        self._checksum = reading.checksum

    def checksum(self) -> str:
        """See `Source.checksum`."""
        return self._checksum

    def close(self) -> None:
        """See `Source.close`."""
        self._forget()
        self._ask(self._source.close)
        self._thread.shutdown()

    def _ask(self, question: Callable[[], T]) -> T:
        self._forget()
        return self._thread.submit(copy_context().run, question).result()

    def _begin(self, chunk: Chunk) -> None:
        reading = _Reading(chunk)
        self._readings.append(reading)
        # In a copy of this context, which holds the fields of log lines; what is begun in it ends with it.
        self._thread.submit(copy_context().run, reading.fill, self._source)

    def _forget(self) -> None:
        """Nobody takes what is read ahead."""
        for reading in self._readings:
            reading.end()
        self._readings = []


class _Reading:
    """A chunk on its way from the thread that reads it to the one that takes it.

    Attributes:
        chunk: which.
        checksum: see `Source.checksum`; known when all is taken.
    """

    def __init__(self, chunk: Chunk) -> None:
        self.chunk = chunk
        self.checksum = ""
        self._changed = Condition()
        self._ready: deque[tuple[_Items, int]] = deque()
        self._size = 0
        self._is_whole = self._is_unwanted = False
        self._error: BaseException | None = None
        self._stop: Stop | None = None

    def fill(self, source: Source) -> None:
        """Read it; called by the thread that reads."""
        with self._changed:
            if self._is_unwanted:
                return
            self._stop = begin()
        try:
            with closing(source.read(self.chunk)) as read:  # type: ignore[type-var]
                for items, size in _bundles(read):
                    if not self._put(items, size):
                        return
            self.checksum = source.checksum()
        except BaseException as error:  # noqa: BLE001 (raised by `take`)
            self._error = error
        with self._changed:
            self._is_whole = True
            self._changed.notify_all()

    def take(self, stop: Event) -> _Items:
        """What comes next, nothing at the end; called by the thread that takes."""
        with self._changed:
            while not self._ready and not self._is_whole:
                self._changed.wait(_CHECK_SECONDS)
                if stop.is_set():
                    raise Stopped
                if self._is_unwanted:
                    raise Retryable("Reading was given up.")
            if self._ready:
                items, size = self._ready.popleft()
                self._size -= size
                self._changed.notify_all()
                return items
        error, self._error = self._error, None
        if error is None:
            return []
        try:
            raise error
        finally:
            # It leads to this frame: as long as that led to it, both would stay in memory.
            del error

    def end(self) -> None:
        """Nobody takes the rest."""
        with self._changed:
            self._is_unwanted = True
            self._changed.notify_all()
            stop = self._stop
        if stop is not None:
            stop.now()

    def _put(self, items: _Items, size: int) -> bool:
        """Wait until there is room; whether it is wanted still."""
        with self._changed:
            self._changed.wait_for(lambda: self._is_unwanted or self._size < _AHEAD)
            self._ready.append((items, size))
            self._size += size
            self._changed.notify_all()
            return not self._is_unwanted


def _bundles(read: Read) -> Iterator[tuple[_Items, int]]:
    """Items of about so much weight, and how much that is."""
    items: _Items = []
    size = 0
    for item in read:
        items.append(item)
        size += item.weight if isinstance(item, Batch) else 1
        if size >= _AT_ONCE:
            yield items, size
            items, size = [], 0
    if items:
        yield items, size
