"""Moving: chunk by chunk from the source to the store, noted in the ledger; started again it goes on where it was."""

from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Event

import numpy as np
import structlog

from hdh.store.interface import Refusal
from migrate.batch import BadRow, Chunk
from migrate.checksum import mix
from migrate.convert import Part, has
from migrate.destination import Destination, Limit
from migrate.intake import Intake
from migrate.ledger import Done, Ledger
from migrate.progress import Progress

_READINGS_AT_ONCE = 50_000
_REJECTS_AT_ONCE = 5_000
_MASK = 2**64 - 1

_log = structlog.get_logger()


@dataclass(slots=True)
class Outcome:
    """How a run went.

    Attributes:
        chunks: how many there are.
        moved: how many were moved now.
        changed: the names of those that were moved before and whose source has changed since.
        missing: the names of those that were moved before and are no longer in the source.
        counts: readings by what became of them, of all runs.
    """

    chunks: int = 0
    moved: int = 0
    changed: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)


class Runner:
    """Moves what is not moved yet.

    Args:
        intake: what the source gives.
        destination: where history goes.
        ledger: what was moved.
        progress: is told how far it is.
        stop: ends waiting for the limit.
        limit: readings a second, or None.
    """

    def __init__(
        self,
        intake: Intake,
        destination: Destination,
        ledger: Ledger,
        progress: Progress,
        stop: Event,
        *,
        limit: float | None = None,
    ) -> None:
        self._intake = intake
        self._destination = destination
        self._ledger = ledger
        self._progress = progress
        self._limit = Limit(limit, stop)

    def run(self) -> Outcome:
        """Move all that is not moved yet.

        Raises:
            Stopped: `stop` was set; what was moved is noted.
            Misconfigured: only a person can mend it; what was moved is noted.
        """
        done = self._ledger.done()
        chunks = self._intake.chunks(done)
        names = {chunk.name for chunk in chunks}
        outcome = Outcome(len(chunks), missing=sorted(set(done) - names))
        self._destination.set_up()
        self._progress.begin(sum(chunk.size for chunk in chunks))
        with ThreadPoolExecutor(1, "write") as pool:
            for chunk in chunks:
                before = done.get(chunk.name)
                if before is None or (before.state != chunk.state and not self._is_the_same(chunk, before)):
                    self._intake.keep_trying(lambda chunk=chunk: self._move(chunk, pool))  # type: ignore[misc]
                    outcome.moved += 1
                    if before is not None:
                        outcome.changed.append(chunk.name)
                        _log.warning("source_changed", chunk=chunk.name)
                self._progress.chunk_done(chunk.size, moved=before is None)
        for each in self._ledger.done().values():
            outcome.counts.update(each.counts)
        self._progress.end()
        return outcome

    def _is_the_same(self, chunk: Chunk, before: Done) -> bool:
        """Whether a chunk that looks changed holds what it held; then it is noted as it looks now."""
        if self._intake.reread(chunk) != before.read_checksum:
            return False
        self._ledger.restate(chunk)
        return True

    def _move(self, chunk: Chunk, pool: ThreadPoolExecutor) -> None:
        moving = _Moving(self._destination, self._ledger, chunk, pool)
        try:
            with self._ledger.moving(chunk):
                for part in self._intake.parts(chunk, moving.reject):
                    self._limit.take(part.count())
                    moving.add(part)
                    self._progress.readings(part.count())
                moving.finish()
                self._intake.keep_times(chunk)
                counts = self._intake.counts + moving.counts
                self._ledger.finish(
                    Done(
                        chunk.name,
                        chunk.number,
                        chunk.state,
                        self._intake.checksum(),
                        moving.counts["written"],
                        moving.checksum,
                        dict(counts),
                    )
                )
        except BaseException:
            self._intake.forget()
            raise
        finally:
            moving.settle()


class _Moving:
    """One chunk on its way into the store: one write runs while the next is made ready."""

    def __init__(self, destination: Destination, ledger: Ledger, chunk: Chunk, pool: ThreadPoolExecutor) -> None:
        self.counts: Counter[str] = Counter()
        self.checksum = 0
        self._destination = destination
        self._ledger = ledger
        self._chunk = chunk
        self._pool = pool
        self._ready: dict[str, list[Part]] = {}
        self._readings = 0
        self._rejected: list[BadRow] = []
        self._written: tuple[list[Part], Future[list[Refusal]]] | None = None

    def add(self, part: Part) -> None:
        """Take a part; written when there is enough."""
        self._ready.setdefault(part.project, []).append(part)
        self._readings += part.count()
        if self._readings >= _READINGS_AT_ONCE:
            self._flush()

    def reject(self, rows: list[BadRow]) -> None:
        """Keep bad rows."""
        self._rejected += rows
        self.counts["rejected"] += sum(row.count for row in rows)
        if len(self._rejected) >= _REJECTS_AT_ONCE:
            self._ledger.reject(self._chunk, self._rejected)
            self._rejected = []

    def finish(self) -> None:
        """Wait until all is confirmed."""
        self._flush()
        self._collect()
        self._ledger.reject(self._chunk, self._rejected)
        self._rejected = []

    def settle(self) -> None:
        """Wait for a write that still runs, whatever comes of it."""
        if self._written is not None:
            self._written[1].exception()
            self._written = None

    def _flush(self) -> None:
        for project, parts in self._ready.items():
            self._collect()
            columns = [part.columns for part in parts]
            self._written = parts, self._pool.submit(self._destination.write, project, columns)
        self._ready, self._readings = {}, 0

    def _collect(self) -> None:
        if self._written is None:
            return
        parts, future = self._written
        refusals = future.result()
        self._written = None
        lost = _rows_of(parts, refusals)
        for number, part in enumerate(parts):
            gone = lost.get(number, {})
            for name, values in part.columns.fields.items():
                there = has(values)
                there[list(gone)] = False
                hashes = mix(part.columns.time[there], values[there])
                self.checksum = (self.checksum + int(np.add.reduce(hashes))) & _MASK
                self.counts["written"] += int(np.count_nonzero(there))
                for row, refusal in gone.items():
                    if has(values[row : row + 1])[0]:
                        self._refuse(part, name, row, refusal)

    def _refuse(self, part: Part, name: str, row: int, refusal: Refusal) -> None:
        if refusal.reason == "expired":
            self.counts["expired"] += 1
            return
        detail = f"the store refuses it: {refusal.detail}"
        text = f"{name}={part.columns.fields[name][row]}"
        self.reject([BadRow(int(part.rows[row]), refusal.reason, detail, text[:200])])


def _rows_of(parts: list[Part], refusals: list[Refusal]) -> dict[int, dict[int, Refusal]]:
    """The refused rows by part."""
    found: dict[int, dict[int, Refusal]] = {}
    ends = np.cumsum([len(part.columns) for part in parts])
    for refusal in refusals:
        number = int(np.searchsorted(ends, refusal.index, "right"))
        begin = int(ends[number]) - len(parts[number].columns)
        found.setdefault(number, {})[refusal.index - begin] = refusal
    return found
