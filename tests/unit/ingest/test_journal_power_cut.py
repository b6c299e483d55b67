"""What was marked as done is not fsynced by itself: what a power cut takes back, and what it must not."""

import os
import shutil
from pathlib import Path

import pytest

from ingest.journal import Done, Move, Rejected, SqliteJournal
from ingest.message import Messages, Reason

_REJECTED = Rejected(0, 5, 5, "", "toe/h/r/d", b"\xff", Reason.PAYLOAD, "why", "v1")


def _fill(journal: SqliteJournal, batches: int) -> None:
    for _ in range(batches):
        topics, times = ["toe/h/r/d"] * 10, [1_000 + n for n in range(10)]
        journal.append(Messages(topics, [b"1"] * 10, times, range(10)), "v1", "text of v1")


def test_marks_that_a_power_cut_takes_back_can_be_made_again(tmp_path: Path) -> None:
    """Positions and counters go back together; all that was received is there."""
    journal = SqliteJournal(tmp_path / "journal")
    _fill(journal, 2)
    journal.mark(Done(10, {"": Move(written=9, rejected=[_REJECTED])}))
    on_disk = (tmp_path / "journal" / "state.db-wal").stat().st_size
    journal.mark(Done(20, {"": Move(written=10)}))
    assert journal.totals().pending == 0
    shutil.copytree(tmp_path / "journal", tmp_path / "cut")
    journal.close()
    os.truncate(tmp_path / "cut" / "state.db-wal", on_disk)
    (tmp_path / "cut" / "state.db-shm").unlink()
    journal = SqliteJournal(tmp_path / "cut")
    totals = journal.totals()
    assert (journal.lanes()[""].position, totals.received, totals.pending) == (10, 20, 10)
    assert totals.rejected == {("", "payload"): 1}
    journal.mark(Done(20, {"": Move(written=10)}))
    assert (journal.totals().written, journal.totals().pending) == ({"": 19}, 0)
    journal.close()


def test_what_is_removed_was_done_for_good(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Marks are not fsynced by themselves: before a segment goes, a change behind them is."""
    journal = SqliteJournal(tmp_path, segment_bytes=1)
    _fill(journal, 2)
    journal.mark(Done(20, {"": Move(written=20)}))
    found: list[str] = []
    journal._state._connection.set_trace_callback(found.append)  # noqa: SLF001 (no file tells what was fsynced)
    monkeypatch.setattr(Path, "unlink", lambda path, **_: found.append(path.name))
    journal.prune(10_000)
    fsynced, removed = found.index("PRAGMA synchronous = FULL"), found.index(f"segment-{1:020}.db")
    assert "INSERT OR REPLACE INTO notes VALUES ('pruned', '20')" in found[fsynced:removed]
    assert "COMMIT" in found[fsynced:removed]
    journal.close()
