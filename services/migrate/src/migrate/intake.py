"""What a source gives, as it goes out: converted, and of two readings of a series in a millisecond the first."""

from collections.abc import Callable, Iterator, Sequence
from collections.abc import Mapping as Dict
from dataclasses import replace
from threading import Event

from migrate.ahead import Ahead
from migrate.batch import BadRow, Chunk
from migrate.convert import Converter, Part
from migrate.destination import Patience, Stopped, T
from migrate.ledger import Done, Ledger
from migrate.progress import Progress
from migrate.seen import Seen

Reject = Callable[[list[BadRow]], None]


class Intake:
    """Reads a source chunk by chunk, the same for moving, verifying and replaying.

    Args:
        source: where history comes from.
        converter: makes the store's columns of the source's.
        ledger: knows which chunks were taken, and which times they brought.
        progress: is told when the source is away.
        stop: ends it at the next piece.

    Attributes:
        counts: how many readings of the chunk changed or were left; see `Converter.counts`.
    """

    def __init__(self, source: Ahead, converter: Converter, ledger: Ledger, progress: Progress, stop: Event) -> None:
        self.counts = converter.counts
        self._source = source
        self._converter = converter
        self._ledger = ledger
        self._stop = stop
        self._patience = Patience(stop, progress.waiting)
        self._seen = Seen(ledger)

    def chunks(self, done: Dict[str, Done]) -> list[Chunk]:
        """All chunks, in the order in which they are to be taken.

        Args:
            done: those that were taken before; they keep their numbers, the others follow.
        """
        after = max((each.number for each in done.values()), default=-1)
        known, new = [], []
        for chunk in self.keep_trying(self._source.chunks):
            if chunk.name in done:
                known.append(replace(chunk, number=done[chunk.name].number))
            else:
                after += 1
                new.append(replace(chunk, number=after))
        return sorted(known, key=lambda chunk: chunk.number) + new

    def expect(self, chunks: Sequence[Chunk]) -> None:
        """These are taken one after the other; see `Ahead.expect`."""
        self._source.expect(chunks)

    def keep_trying(self, work: Callable[[], T]) -> T:
        """See `Patience.keep_trying`."""
        return self._patience.keep_trying(work)

    def parts(self, chunk: Chunk, reject: Reject = lambda _: None) -> Iterator[Part]:
        """The parts of a chunk; `reject` is told what cannot go out.

        Raises:
            Stopped: `stop` was set.
        """
        self.counts.clear()
        self._seen.begin(chunk.number)
        for item in self._source.read(chunk):
            self.check()
            if isinstance(item, BadRow):
                reject([item])
                continue
            for part in self._converter.convert(item):
                self.check()
                if isinstance(part, BadRow):
                    reject([part])
                    continue
                first, doubles = self._seen.only_first(part)
                if doubles:
                    reject(doubles)
                if first.columns.fields:
                    yield first

    def series_id(self, part: Part, field: str) -> int:
        """The ledger's number of a series."""
        return self._seen.id_of(part, field)

    def keep_times(self, chunk: Chunk) -> None:
        """Note which times the chunk brought; see `Ledger.keep_times`."""
        for series, times in self._seen.brought():
            self._ledger.keep_times(series, chunk.number, times)

    def forget(self) -> None:
        """The ledger was rolled back: numbers of series that were given since its last commit belong to nobody."""
        self._seen.forget()

    def checksum(self) -> str:
        """See `Source.checksum`."""
        return self._source.checksum()

    def reread(self, chunk: Chunk) -> str:
        """The checksum of what the source holds of a chunk now."""
        for _ in self._source.read(chunk):
            self.check()
        return self._source.checksum()

    def check(self) -> None:
        """Return, unless it was stopped.

        Raises:
            Stopped: `stop` was set.
        """
        if self._stop.is_set():
            raise Stopped
