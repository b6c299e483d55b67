"""Moving: chunk by chunk from the source to the store, noted in the ledger; started again it goes on where it was."""

from collections import Counter
from dataclasses import dataclass, field
from threading import Event

import structlog

from migrate.batch import Chunk
from migrate.destination import Destination, Limit
from migrate.intake import Intake
from migrate.ledger import Done, Ledger
from migrate.moving import Mover
from migrate.progress import Progress

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
        self._intake.expect([each for each in chunks if each.name not in done or done[each.name].state != each.state])
        with Mover(self._intake, self._destination, self._ledger, self._progress, self._limit) as mover:
            for chunk in chunks:
                before = done.get(chunk.name)
                if before is None or (before.state != chunk.state and not self._is_the_same(chunk, before)):
                    mover.move(chunk)
                    outcome.moved += 1
                    if before is not None:
                        outcome.changed.append(chunk.name)
                        _log.warning("source_changed", chunk=chunk.name)
                self._progress.chunk_done(chunk.size, moved=before is None)
            mover.finish()
        for each in self._ledger.done().values():
            outcome.counts.update(each.counts)
        self._progress.end()
        return outcome

    def _is_the_same(self, chunk: Chunk, before: Done) -> bool:
        """Whether a chunk that looks changed holds what it held; then it is noted as it looks now."""
        if self._intake.keep_trying(lambda: self._intake.reread(chunk)) != before.read_checksum:
            return False
        self._ledger.restate(chunk)
        return True
