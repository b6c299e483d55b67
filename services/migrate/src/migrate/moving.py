"""Chunks on their way into the store: one is read while the last writes of the one before it are not confirmed."""

from collections import Counter, deque
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field, replace
from functools import partial
from types import TracebackType
from typing import Self

import numpy as np

from hdh.store.columns import has, without
from hdh.store.interface import Refusal
from migrate.batch import BadRow, Chunk
from migrate.checksum import MASK, summed
from migrate.convert import Part
from migrate.destination import Destination, Limit
from migrate.intake import Intake
from migrate.ledger import Done, Ledger
from migrate.progress import Progress

_AT_ONCE = 50_000
"""The weight (`Batch.weight`) of a write."""

_REJECTS_AT_ONCE = 5_000


class Mover:
    """Moves chunks, as many writes at once as the destination takes; each is noted when all of it is confirmed.

    Args:
        intake: what the source gives.
        destination: where history goes.
        ledger: notes what was moved.
        progress: is told how many readings went on.
        limit: holds the rate.
    """

    def __init__(
        self, intake: Intake, destination: Destination, ledger: Ledger, progress: Progress, limit: Limit
    ) -> None:
        self._intake = intake
        self._destination = destination
        self._ledger = ledger
        self._progress = progress
        self._limit = limit
        self._pool = ThreadPoolExecutor(destination.writes_at_once, "write")
        self._left: deque[Chunk] = deque()
        self._begun: deque[_Moving] = deque()
        self._writes: deque[_Write] = deque()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self._give_up()
        self._pool.shutdown()

    def move(self, chunk: Chunk) -> None:
        """Read a chunk and hand it to the destination; `finish`, or a later call, notes it.

        Raises:
            Stopped: it was stopped; what was noted stays so.
            Misconfigured: only a person can mend it; the same.
        """
        self._left.append(chunk)
        while self._left:
            self._intake.keep_trying(self._step)

    def finish(self) -> None:
        """Wait until all is confirmed and noted; raises as `move` does."""
        while self._left or self._begun:
            self._intake.keep_trying(self._step)

    def _step(self) -> None:
        """Read the next chunk, or wait for all that is not confirmed."""
        try:
            if self._left:
                self._read(self._left.popleft())
                return
            while self._writes:
                self._collect()
        except BaseException:
            self._give_up()
            raise

    def _read(self, chunk: Chunk) -> None:
        moving = _Moving(chunk)
        self._begun.append(moving)
        self._ledger.begin()
        self._ledger.forget(chunk)
        for part in self._intake.parts(chunk, partial(self._reject, moving)):
            readings = part.count()
            self._limit.take(readings)
            moving.add(part)
            if moving.weight >= _AT_ONCE:
                self._hand_over(moving)
            self._progress.readings(readings)
        self._hand_over(moving)
        self._intake.keep_times(chunk)
        moving.end(self._intake.checksum(), self._intake.counts)
        self._note()

    def _hand_over(self, moving: "_Moving") -> None:
        for project, parts in moving.take().items():
            if len(self._writes) >= self._destination.writes_at_once:
                self._collect()
            columns = [part.columns for part in parts]
            future = self._pool.submit(copy_context().run, self._destination.write, project, columns)
            self._writes.append(_Write(moving, parts, future))
            moving.unconfirmed += 1

    def _collect(self) -> None:
        """Take the answer to the oldest write."""
        write = self._writes[0]
        try:
            refusals = write.future.result()
        except BaseException:
            # It leads to this frame: as long as that led to it, both would stay in memory.
            del write
            raise
        self._writes.popleft()
        write.moving.confirm(write.parts, refusals)
        self._reject(write.moving, [])
        self._note()

    def _note(self) -> None:
        """Note the chunks that are confirmed, in their order.

        A commit takes along what is known of the next one, which does no harm: it is forgotten when that is begun anew.
        """
        while self._begun and self._begun[0].is_confirmed:
            moving = self._begun[0]
            self._ledger.reject(moving.chunk, moving.rejected)
            self._ledger.finish(moving.done())
            self._ledger.commit()
            self._begun.popleft()
            if self._begun:
                self._ledger.begin()

    def _reject(self, moving: "_Moving", rows: list[BadRow]) -> None:
        moving.reject(rows)
        if len(moving.rejected) >= _REJECTS_AT_ONCE:
            self._ledger.reject(moving.chunk, moving.rejected)
            moving.rejected = []

    def _give_up(self) -> None:
        """Whatever comes of the writes that still run: what is not noted is left to do."""
        for write in self._writes:
            write.future.exception()
        self._writes.clear()
        self._ledger.roll_back()
        self._intake.forget()
        self._left.extendleft(moving.chunk for moving in reversed(self._begun))
        self._begun.clear()


@dataclass(slots=True)
class _Write:
    """A write that is not confirmed."""

    moving: "_Moving"
    parts: list[Part]
    future: Future[list[Refusal]]


@dataclass(slots=True)
class _Moving:
    """One chunk: what is to be written of it, and what has become of it.

    Attributes:
        chunk: which.
        weight: of what waits to be written.
        unconfirmed: how many writes of it run.
        is_read: whether all of it is read and handed over.
        rejected: bad rows that are not in the ledger yet.
    """

    chunk: Chunk
    weight: int = 0
    unconfirmed: int = 0
    is_read: bool = False
    rejected: list[BadRow] = field(default_factory=list)
    _ready: dict[str, list[Part]] = field(default_factory=dict)
    _counts: Counter[str] = field(default_factory=Counter)
    _read_checksum: str = ""
    _checksum: int = 0

    @property
    def is_confirmed(self) -> bool:
        """Whether all of it is in the store."""
        return self.is_read and not self.unconfirmed

    def add(self, part: Part) -> None:
        """Take a part."""
        self._ready.setdefault(part.project, []).append(part)
        self.weight += part.weight

    def take(self) -> dict[str, list[Part]]:
        """What is to be written, by project."""
        ready, self._ready, self.weight = self._ready, {}, 0
        return ready

    def end(self, checksum: str, counts: Counter[str]) -> None:
        """All of it is read."""
        self.is_read, self._read_checksum = True, checksum
        self._counts += counts

    def done(self) -> Done:
        """What the ledger notes."""
        chunk, counts = self.chunk, dict(+self._counts)
        written = self._counts["written"]
        return Done(chunk.name, chunk.number, chunk.state, self._read_checksum, written, self._checksum, counts)

    def reject(self, rows: list[BadRow]) -> None:
        """Keep bad rows."""
        self.rejected += rows
        self._counts["rejected"] += sum(row.count for row in rows)

    def confirm(self, parts: list[Part], refusals: list[Refusal]) -> None:
        """One of its writes is in the store, but for what was refused."""
        self.unconfirmed -= 1
        written = [part.columns for part in parts]
        for number, lost in _rows_of(parts, refusals).items():
            fields = {name: without(values, list(lost)) for name, values in written[number].fields.items()}
            written[number] = replace(written[number], fields=fields)
            for name, values in parts[number].columns.fields.items():
                for row, refusal in lost.items():
                    if has(values[row : row + 1])[0]:
                        self._refuse(parts[number], name, row, refusal)
        count, checksum = summed(written)
        self._counts["written"] += count
        self._checksum = (self._checksum + checksum) & MASK

    def _refuse(self, part: Part, name: str, row: int, refusal: Refusal) -> None:
        if refusal.reason == "expired":
            self._counts["expired"] += 1
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
