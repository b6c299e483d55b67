"""Verifying: both sides are read again and compared, series by series and day by day."""

from threading import Event

import numpy as np
from numpy.typing import NDArray

from hdh.model import Series, Span
from hdh.store.interface import Reader, Selection
from migrate.batch import BadRow, Chunk
from migrate.checksum import Stats, by_day
from migrate.convert import Converter, Part, has
from migrate.destination import Destination, Patience, Stopped
from migrate.ledger import Ledger
from migrate.ledger_days import Days
from migrate.progress import Progress
from migrate.run import in_order
from migrate.seen import Seen
from migrate.sources.interface import Source


class Verifier:
    """Reads both sides again.

    Args:
        source: where history came from.
        converter: as when it was moved.
        destination: where it went.
        ledger: takes what is found.
        progress: is told how far it is.
        stop: ends it at the next piece.
    """

    def __init__(
        self,
        source: Source,
        converter: Converter,
        destination: Destination,
        ledger: Ledger,
        progress: Progress,
        stop: Event,
    ) -> None:
        self._source = source
        self._converter = converter
        self._destination = destination
        self._ledger = ledger
        self._progress = progress
        self._stop = stop
        self._patience = Patience(stop, progress.waiting)
        self._days = Days(ledger)

    def run(self) -> None:
        """Read the source, then the destination; what they hold stands in the ledger afterwards.

        Raises:
            Stopped: `stop` was set.
            Misconfigured: only a person can mend it.
        """
        self._days.clear()
        chunks = in_order(self._patience.keep_trying(self._source.chunks), self._ledger.done())
        # The destination is about as much as the source again.
        size = sum(chunk.size for chunk in chunks)
        self._progress.begin(2 * size)
        seen = Seen(self._ledger)
        for chunk in chunks:
            found = self._patience.keep_trying(lambda chunk=chunk: self._read(chunk, seen))  # type: ignore[misc]
            self._days.add("source", found)
            self._progress.chunk_done(chunk.size, moved=True)
        spans = self._days.spans()
        reader = self._destination.reader()
        try:
            for number, (identity, series) in enumerate(self._ledger.series().items()):
                if identity in spans:
                    self._read_back(reader, identity, series, spans[identity])
                before = size * number // max(len(spans), 1)
                self._progress.chunk_done(size * (number + 1) // max(len(spans), 1) - before, moved=True)
        finally:
            reader.close()
        self._progress.end()

    def _read(self, chunk: Chunk, seen: Seen) -> dict[tuple[int, int], Stats]:
        """What the source holds in a chunk, after the conversion; the rest was rejected."""
        seen.begin(chunk.number)
        found: dict[tuple[int, int], Stats] = {}
        for item in self._source.read(chunk):
            self._check()
            if isinstance(item, BadRow):
                continue
            for part in self._converter.convert(item):
                if not isinstance(part, BadRow):
                    first, _ = seen.only_first(part)
                    self._take(found, first, seen)
                    self._progress.readings(first.count())
        return found

    def _take(self, found: dict[tuple[int, int], Stats], part: Part, seen: Seen) -> None:
        for name, values in part.columns.fields.items():
            there = has(values)
            add_days(found, seen.id_of(part, name), part.columns.time[there], values[there])

    def _read_back(self, reader: Reader, identity: int, series: Series, span: Span) -> None:
        selection = Selection(series.project, (series.house,), (series.room,), (series.device,), (series.quantity,))

        def work() -> dict[tuple[int, int], Stats]:
            found: dict[tuple[int, int], Stats] = {}
            for chunk in reader.read(selection, span):
                self._check()
                if chunk.series == series:
                    add_days(found, identity, chunk.time, chunk.value)
                    self._progress.readings(len(chunk.time))
            return found

        self._days.add("destination", self._patience.keep_trying(work))

    def _check(self) -> None:
        if self._stop.is_set():
            raise Stopped


def add_days(
    found: dict[tuple[int, int], Stats], series: int, time: NDArray[np.int64], values: NDArray[np.generic]
) -> None:
    """Add readings to what is known of a series' days."""
    for day, stats in by_day(time, values):
        if (known := found.get((series, day))) is None:
            found[series, day] = stats
        else:
            known.add(stats)
