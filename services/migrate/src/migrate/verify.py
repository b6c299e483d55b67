"""Verifying: both sides are read again and compared, series by series and day by day."""

from functools import partial

import numpy as np
from numpy.typing import NDArray

from hdh.model import Series, Span
from hdh.store.columns import has
from hdh.store.interface import Reader, Selection
from migrate.batch import Chunk
from migrate.checksum import Stats, by_day
from migrate.destination import Destination
from migrate.intake import Intake
from migrate.ledger import Ledger
from migrate.ledger_days import Days
from migrate.progress import Progress


class Verifier:
    """Reads both sides again.

    Args:
        intake: what the source gives.
        destination: where it went.
        ledger: takes what is found.
        progress: is told how far it is.
    """

    def __init__(self, intake: Intake, destination: Destination, ledger: Ledger, progress: Progress) -> None:
        self._intake = intake
        self._destination = destination
        self._ledger = ledger
        self._progress = progress

    def run(self) -> None:
        """Read the source, then the destination; what they hold stands in the ledger afterwards, all of it or none.

        Raises:
            Stopped: it was stopped.
            Misconfigured: only a person can mend it.
        """
        chunks = self._intake.chunks(self._ledger.done())
        self._intake.expect(chunks)
        # The destination is about as much as the source again.
        size = sum(chunk.size for chunk in chunks)
        self._progress.begin(2 * size)
        days = Days(self._ledger)
        # One transaction: a commit takes longer than most series.
        with self._ledger.transaction():
            days.clear()
            for chunk in chunks:
                days.add("source", self._intake.keep_trying(lambda chunk=chunk: self._read(chunk)))  # type: ignore[misc]
                self._progress.chunk_done(chunk.size, moved=True)
            self._read_destination(days, size)
        self._progress.end()

    def _read_destination(self, days: Days, size: int) -> None:
        spans, names = days.spans(), self._ledger.series()
        reader = self._destination.reader()
        try:
            for number, (identity, span) in enumerate(spans.items()):
                read = partial(self._read_back, reader, identity, names[identity], span)
                days.add("destination", self._intake.keep_trying(read))
                share = size * (number + 1) // len(spans) - size * number // len(spans)
                self._progress.chunk_done(share, moved=True)
        finally:
            reader.close()

    def _read(self, chunk: Chunk) -> dict[tuple[int, int], Stats]:
        """What the source holds in a chunk, after the conversion; the rest was rejected."""
        found: dict[tuple[int, int], Stats] = {}
        for part in self._intake.parts(chunk):
            for name, values in part.columns.fields.items():
                there = has(values)
                add_days(found, self._intake.series_id(part, name), part.columns.time[there], values[there])
            self._progress.readings(part.count())
        return found

    def _read_back(self, reader: Reader, identity: int, series: Series, span: Span) -> dict[tuple[int, int], Stats]:
        """What the destination holds of a series."""
        selection = Selection(series.project, (series.house,), (series.room,), (series.device,), (series.quantity,))
        found: dict[tuple[int, int], Stats] = {}
        for chunk in reader.read(selection, span):
            self._intake.check()
            if chunk.series == series:
                add_days(found, identity, chunk.time, chunk.value)
                self._progress.readings(len(chunk.time))
        return found


def add_days(
    found: dict[tuple[int, int], Stats], series: int, time: NDArray[np.int64], values: NDArray[np.generic]
) -> None:
    """Add readings to what is known of a series' days."""
    for day, stats in by_day(time, values):
        if (known := found.get((series, day))) is None:
            found[series, day] = stats
        else:
            known.add(stats)
