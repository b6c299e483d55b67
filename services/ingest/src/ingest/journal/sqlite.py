"""The journal as SQLite files in one folder: segments for what was received, `state.db` for what became of it."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ingest.journal.files import Opened, log_of, retryable
from ingest.journal.interface import Batch, Done, Lane, Reader, Rejected, Totals
from ingest.journal.lock import Lock
from ingest.journal.recent import Recent
from ingest.journal.segments import Segments
from ingest.journal.state import State
from ingest.message import Message, Messages

_PRUNED_NOTE = "pruned"


class SqliteJournal:
    """A journal in a folder, held by this process alone; see `ingest.journal.interface.Journal`.

    Args:
        folder: HDH_JOURNAL_DIR; made if it is not there.
        segment_bytes: about the size at which a segment is closed.
        segment_seconds: the age at which a segment is closed.

    Raises:
        Misconfigured: another process holds it, or it cannot be used.
        Retryable: it cannot be opened now (full disk).
    """

    def __init__(self, folder: Path, *, segment_bytes: int = 64 << 20, segment_seconds: float = 86_400) -> None:
        self.folder = folder
        self._lock = Lock(folder)
        try:
            self._state = State(folder)
            lanes = self._state.lanes().values()
            done = max(lane.position for lane in lanes)
            with retryable(folder, "opened"):
                self._opened = Opened(folder, self._lock.path, self._state.path, log_of(self._state.path))
            self._segments = Segments(self._opened, folder, done, max_bytes=segment_bytes, max_seconds=segment_seconds)
        except BaseException:
            self._lock.close()
            raise
        self._recent = Recent()

    @property
    def last(self) -> int:
        """See the interface."""
        return self._segments.last

    def append(self, messages: Messages, site_version: str, site_text: str) -> int:
        """See the interface."""
        last = self._segments.append(messages, (site_version, site_text))
        self._recent.add(Batch(last + 1 - len(messages), last, site_version, messages))
        return last

    def check(self) -> None:
        """See the interface."""
        with retryable(self.folder, "read"):
            self._opened.check()

    def read(self, after: int, *, until: int, messages: int, size: int) -> list[Batch]:
        """See the interface."""
        until = min(until, self.last)
        found = self._recent.read(after, until=until, messages=messages, size=size)
        return found or self._segments.reading.read(after, until=until, messages=messages, size=size)

    def site_text(self, batch: Batch) -> str:
        """See the interface."""
        return self._segments.reading.site_text(batch)

    def reader(self) -> Reader:
        """See the interface."""
        return self._segments.reader()

    def refused(self, first: int, last: int) -> dict[int, list[str]]:
        """See the interface."""
        return self._state.refused(first, last)

    def lanes(self) -> dict[str, Lane]:
        """See the interface."""
        return self._state.lanes()

    def mark(self, done: Done) -> None:
        """See the interface."""
        self._state.mark(done)

    def totals(self) -> Totals:
        """See the interface."""
        # In this order: what is appended in between is pending, never a negative number.
        counted = self._state.totals()
        return replace(counted, received=self.last)

    def rejected(self, *, project: str | None, reason: str | None, before: int | None, limit: int) -> list[Rejected]:
        """See the interface."""
        return self._state.rejected(project=project, reason=reason, before=before, limit=limit)

    def packets(self, after: int, newest: int) -> list[tuple[int, Sequence[int]]]:
        """See the interface."""
        return self._segments.reading.packets(after, newest)

    def newest(self, since: int, until: int) -> list[Message]:
        """See the interface."""
        return self._segments.newest(since, until)

    def note(self, name: str) -> str | None:
        """See the interface."""
        return self._state.note(name)

    def set_note(self, name: str, text: str) -> None:
        """See the interface."""
        self._state.set_note(name, text)

    def prune(self, before: int) -> list[str]:
        """Remove segments that every lane has passed and whose messages are older than `before` (epoch ms)."""
        done = min(lane.position for lane in self._state.lanes().values())
        # A kill or a power cut may take back marks, but none before a change that is fsynced, as a note is.
        return self._segments.prune(done, before, lambda: self._state.set_note(_PRUNED_NOTE, str(done)))

    def size(self) -> int:
        """The bytes of all its files."""
        self.check()
        with retryable(self.folder, "read"):
            return sum(entry.stat().st_size for entry in self.folder.iterdir() if entry.is_file())

    def close(self) -> None:
        """Give back what is held open."""
        self._segments.close()
        self._state.close()
        self._lock.close()
