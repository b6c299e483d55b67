"""Marks wait, and are not fsynced by themselves: what a kill or a power cut takes back, and what it must not."""

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from hdh.errors import Retryable
from ingest.journal import Batch, Done, Lane, Move, Rejected, SqliteJournal
from ingest.message import Messages, Reason

_REJECTED = Rejected(0, 5, 5, "", "toe/h/r/d", b"\xff", Reason.PAYLOAD, "why", "v1")
_MANY = 20
"""More messages than those whose mark may wait."""


def _fill(journal: SqliteJournal, batches: int, messages: int = _MANY) -> None:
    for _ in range(batches):
        topics, times = ["toe/h/r/d"] * messages, [1_000 + n for n in range(messages)]
        journal.append(Messages(topics, [b"1"] * messages, times, range(messages)), "v1", "text of v1")


def _killed(folder: Path, copy: Path) -> SqliteJournal:
    """The journal as one finds it whose process is killed now."""
    shutil.copytree(folder, copy)
    (copy / "state.db-shm").unlink()
    return SqliteJournal(copy)


def test_marks_that_a_power_cut_takes_back_can_be_made_again(tmp_path: Path) -> None:
    """Positions and counters go back together; all that was received is there."""
    journal = SqliteJournal(tmp_path / "journal")
    _fill(journal, 2)
    journal.mark(Done(20, {"": Move(written=19, rejected=[_REJECTED])}))
    on_disk = (tmp_path / "journal" / "state.db-wal").stat().st_size
    journal.mark(Done(40, {"": Move(written=20)}))
    assert journal.totals().pending == 0
    shutil.copytree(tmp_path / "journal", tmp_path / "cut")
    journal.close()
    os.truncate(tmp_path / "cut" / "state.db-wal", on_disk)
    (tmp_path / "cut" / "state.db-shm").unlink()
    journal = SqliteJournal(tmp_path / "cut")
    totals = journal.totals()
    assert (journal.lanes()[""].position, totals.received, totals.pending) == (20, 40, 20)
    assert totals.rejected == {("", "payload"): 1}
    journal.mark(Done(40, {"": Move(written=20)}))
    assert (journal.totals().written, journal.totals().pending) == ({"": 39}, 0)
    journal.close()


def test_marks_of_lone_messages_are_written_down_together(tmp_path: Path) -> None:
    """Counters are right meanwhile; a kill takes back what waited, positions and counters alike, an end does not."""
    journal = SqliteJournal(tmp_path / "journal")
    for position in range(1, 17):
        _fill(journal, 1, messages=1)
        journal.mark(Done(position, {"": Move(written=1, points=3, ahead={"": position})}))
    assert (journal.totals().written, journal.totals().points, journal.totals().pending) == ({"": 16}, {"": 48}, 0)
    killed = _killed(journal.folder, tmp_path / "early")
    assert (killed.lanes()[""].position, killed.totals().written, killed.totals().pending) == (0, {}, 16)
    killed.close()
    for position in range(17, 20):
        _fill(journal, 1, messages=1)
        journal.mark(Done(position, {"": Move(written=1, points=3, ahead={"": position})}))
    killed = _killed(journal.folder, tmp_path / "late")
    assert (killed.lanes()[""], killed.totals().written, killed.totals().pending) == (Lane(17, {"": 17}), {"": 17}, 2)
    killed.close()
    journal.close()
    journal = SqliteJournal(tmp_path / "journal")
    assert (journal.lanes()[""], journal.totals().written, journal.totals().pending) == (
        Lane(19, {"": 19}),
        {"": 19},
        0,
    )
    journal.close()


@pytest.mark.parametrize(
    "done",
    [
        Done(1, {"": Move(rejected=[_REJECTED])}),
        Done(1, {"": Move(written=1)}, stays={"toe": 0}),
        Done(1, {"": Move()}, damaged=[Batch(1, 1, "", Messages(), "bad")]),
    ],
    ids=["rejected", "stays", "damaged"],
)
def test_marks_that_tell_of_trouble_do_not_wait(tmp_path: Path, done: Done) -> None:
    """What was rejected, stays behind or was damaged survives a kill."""
    journal = SqliteJournal(tmp_path / "journal")
    _fill(journal, 1, messages=1)
    journal.mark(done)
    killed = _killed(journal.folder, tmp_path / "killed")
    assert killed.lanes() == journal.lanes()
    assert killed.totals() == journal.totals()
    killed.close()
    journal.close()


def test_a_mark_of_a_lane_that_catches_up_does_not_wait(tmp_path: Path) -> None:
    """What was damaged is counted when the last lane has passed it: that must not wait for a later message."""
    journal = SqliteJournal(tmp_path / "journal")
    _fill(journal, 1, messages=2)
    damaged = Batch(2, 2, "", Messages(), "bad")
    journal.mark(Done(2, {"": Move(written=1)}, stays={"toe": 0}, damaged=[damaged]))
    journal.mark(Done(2, {"toe": Move()}))
    assert (journal.totals().pending, journal.totals().rejected) == (0, {("", "damaged"): 1})
    killed = _killed(journal.folder, tmp_path / "killed")
    assert killed.lanes() == journal.lanes()
    killed.close()
    journal.close()


def test_what_waits_is_written_down_once_where_it_failed_before(tmp_path: Path) -> None:
    """What waited goes on waiting, and goes with the next change."""
    journal = SqliteJournal(tmp_path)
    _fill(journal, 1, messages=1)
    journal.mark(Done(1, {"": Move(written=1)}))
    journal._state._connection.execute("PRAGMA busy_timeout = 1")  # noqa: SLF001 (or it tries for half a minute)
    with closing(sqlite3.connect(tmp_path / "state.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Retryable, match="locked"):
            journal.set_note("a", "b")
        assert journal.totals().written == {"": 1}
    journal.set_note("a", "b")
    assert journal.totals().written == {"": 1}
    journal.close()
    journal = SqliteJournal(tmp_path)
    assert (journal.note("a"), journal.totals().written, journal.lanes()[""].position) == ("b", {"": 1}, 1)
    journal.close()


def test_the_end_does_not_wait_for_long_where_what_waits_cannot_be_written_down(tmp_path: Path) -> None:
    """It is done once more after the next start; the folder is given back all the same."""
    journal = SqliteJournal(tmp_path)
    _fill(journal, 1, messages=1)
    journal.mark(Done(1, {"": Move(written=1)}))
    found: list[str] = []
    journal._state._connection.set_trace_callback(found.append)  # noqa: SLF001 (how long it waits is told nowhere else)
    with closing(sqlite3.connect(tmp_path / "state.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        journal.close()
    assert found[:2] == ["PRAGMA busy_timeout = 1000", "BEGIN IMMEDIATE"]
    journal = SqliteJournal(tmp_path)
    assert (journal.lanes()[""].position, journal.totals().pending) == (0, 1)
    journal.close()


def test_what_is_removed_was_done_for_good(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Marks are not fsynced by themselves: before a segment goes, a change behind them is."""
    journal = SqliteJournal(tmp_path, segment_bytes=1)
    _fill(journal, 3, messages=10)
    journal.mark(Done(20, {"": Move(written=20)}))
    journal.mark(Done(30, {"": Move(written=10)}))
    found: list[str] = []
    journal._state._connection.set_trace_callback(found.append)  # noqa: SLF001 (no file tells what was fsynced)
    monkeypatch.setattr(Path, "unlink", lambda path, **_: found.append(path.name))
    journal.prune(10_000)
    fsynced, removed = found.index("PRAGMA synchronous = FULL"), found.index(f"segment-{1:020}.db")
    assert "INSERT OR REPLACE INTO notes VALUES ('pruned', '30')" in found[fsynced:removed]
    assert any(text.startswith("INSERT INTO lanes VALUES ('', 30,") for text in found[fsynced:removed])
    assert "COMMIT" in found[fsynced:removed]
    journal.close()
