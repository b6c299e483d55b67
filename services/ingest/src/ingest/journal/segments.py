"""The log: segments in the order of their positions, the newest of them open for appending."""

import sqlite3
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import structlog

from hdh.errors import Retryable
from ingest.journal.files import Opened, log_of, retryable, sync_folder
from ingest.journal.reading import Reading, path_of
from ingest.journal.segment import Segment
from ingest.message import Message, Messages

_log = structlog.get_logger()


class Segments:
    """All segments of a folder. One thread appends, one thread reads.

    Args:
        opened: what tells whether the folder is still the one that was opened.
        folder: where they are.
        done: a position that was reached before; new messages never get one at or below it.
        max_bytes: about the size at which a segment is closed.
        max_seconds: the age at which a segment is closed.
        monotonic: a clock for that age.

    Attributes:
        last: the position of the newest message.
        reading: reads for the one thread that reads on.

    Raises:
        Retryable: the folder cannot be used now.
    """

    def __init__(
        self,
        opened: Opened,
        folder: Path,
        done: int,
        *,
        max_bytes: int,
        max_seconds: float,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._opened = self._writer_opened = opened
        self._folder = folder
        self._max_bytes = max_bytes
        self._max_seconds = max_seconds
        self._monotonic = monotonic
        with retryable(folder, "opened"):
            self._firsts = sorted(int(path.stem.removeprefix("segment-")) for path in folder.glob("segment-*.db"))
            self.reading = self.reader()
            self._writer: Segment | None = self._open_newest()
            self.last = self._find_last(done)
        self._writing_since = monotonic()

    def _open_newest(self) -> Segment | None:
        if not self._firsts:
            return None
        first = self._firsts[-1]
        segment: Segment | None = None
        try:
            segment = self._open(first)
            segment.last()
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError as error:
            _log.exception("segment_damaged", path=str(path_of(self._folder, first)), error=str(error))
            if segment is not None:
                segment.close()
            return None
        return segment

    def _open(self, first: int) -> Segment:
        """Open or make the segment of this first position for appending."""
        # No file is made in a folder that is not ours.
        self._opened.check()
        path = path_of(self._folder, first)
        segment = Segment(path, first)
        self._writer_opened = self._opened.beside(path, log_of(path))
        return segment

    def _find_last(self, done: int) -> int:
        before = self._firsts[-1] - 1 if self._firsts else 0
        last = before if self._writer is None else self._writer.last()
        if last < done:
            # The newest segment lost its end (or all of it): go on where nothing else ever was.
            _log.error("journal_lacks_positions", first=last + 1, last=done)
            self._set_aside_writer()
        return max(last, done)

    def reader(self) -> Reading:
        """What reads on beside the appending, in a thread of its own."""
        return Reading(self._opened, self._folder, self._firsts)

    def _set_aside_writer(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def append(self, messages: Messages, site: tuple[str, str]) -> int:
        """Append a batch; it is fsynced when this returns. Returns the position of its last message."""
        try:
            with retryable(self._folder, "written"):
                writer = self._writable()
                writer.append(self.last + 1, messages, site)
                # Only now is it sure that the names lead to what was written.
                self._writer_opened.check()
        except Retryable:
            # After a full disk or an I/O error a connection may be of no more use: open it anew. The write-ahead log
            # holds pages many times over, so that emptying it may make the room that is lacking.
            if self._writer is not None:
                with suppress(sqlite3.Error):
                    self._writer.compact()
            self._set_aside_writer()
            raise
        self.last += len(messages)
        return self.last

    def _writable(self) -> Segment:
        """The segment to append to: the newest, or a new one when that is full, old or unusable."""
        if self._writer is None and self._firsts:
            self._writer = self._open_newest()
            if self._writer is not None and self._writer.cut(self.last) != self.last:
                self._set_aside_writer()
        if self._writer is not None and self.last >= self._writer.first and self._is_done(self._writer):
            self._writer.compact()
            self._set_aside_writer()
        if self._writer is None:
            first = self.last + 1
            if self._firsts and self._firsts[-1] == first:
                self._rename_damaged(self._firsts.pop())
            self._writer = self._open(first)
            self._firsts.append(first)
            self._writing_since = self._monotonic()
        return self._writer

    def _rename_damaged(self, first: int) -> None:
        """Make room for a new segment of the same first position; the damaged one stays for whoever can mend it."""
        path = path_of(self._folder, first)
        for suffix in ("", "-wal", "-shm"):
            with suppress(FileNotFoundError):
                Path(f"{path}{suffix}").rename(f"{path}.damaged-{time.time_ns()}{suffix}")
        sync_folder(self._folder)

    def _is_done(self, segment: Segment) -> bool:
        if segment.is_old:
            return True
        return segment.size >= self._max_bytes or self._monotonic() - self._writing_since >= self._max_seconds

    def newest(self, since: int, until: int) -> list[Message]:
        """The newest messages, back to the first batch that is all older than `since`; see the interface."""
        found: list[Message] = []
        for first in reversed(self._firsts):
            with suppress(sqlite3.DatabaseError), retryable(self._folder, "read"):
                segment = self.reading.segment(first)
                found += [message for batch in segment.newest(since, until) for message in batch.messages]
                if segment.newest_time() is not None:
                    break
        return [message for message in found if message.time >= since]

    def prune(self, done: int, before: int, settle: Callable[[], None]) -> list[str]:
        """Remove closed segments that are done up to their end and whose messages are all older (epoch ms).

        Args:
            done: the position that they are done up to.
            before: epoch ms.
            settle: called before the first one is removed.

        Returns:
            The names of the removed files.
        """
        removed: list[str] = []
        for first, following in list(zip(self._firsts, self._firsts[1:], strict=False)):
            if following - 1 > done:
                break
            with retryable(self._folder, "read"):
                try:
                    newest = self.reading.segment(first).newest_time()
                except sqlite3.DatabaseError:
                    break  # a damaged segment is never removed by itself
                if newest is not None and newest >= before:
                    break
                if not removed:
                    settle()
                self.reading.forget(first)
                self._firsts.remove(first)
                for suffix in ("", "-wal", "-shm"):
                    Path(f"{path_of(self._folder, first)}{suffix}").unlink(missing_ok=True)
                removed.append(path_of(self._folder, first).name)
        return removed

    def close(self) -> None:
        """Give back what is held open."""
        self._set_aside_writer()
        self.reading.close()
