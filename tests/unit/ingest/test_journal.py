"""The journal: what is appended is read back, whatever happens to process and disk in between."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hdh.errors import Misconfigured
from ingest.journal import Batch, Done, Move, Rejected, SqliteJournal
from ingest.message import Ignored, Message, Messages, Reason

_EVERYTHING = {"until": 1 << 60, "messages": 1 << 60, "size": 1 << 60}


def _messages(first: int, count: int, size: int = 20) -> list[Message]:
    return [
        Message(f"toe/h/r/d{n % 7}", b"%0*d" % (size, n), 1_000 + n, n % 65_535) for n in range(first, first + count)
    ]


def _fill(journal: SqliteJournal, batches: int, count: int = 10, size: int = 20) -> None:
    for n in range(batches):
        journal.append(Messages.of(_messages(n * count + 1, count, size)), "v1", "text of v1")


def _all(journal: SqliteJournal, after: int = 0) -> list[Message]:
    """What is on the disk: what was just appended, the journal itself has in memory, too."""
    with closing(journal.reader()) as reader:
        batches = reader.read(after, **(_EVERYTHING | {"until": journal.last}))
        return [message for batch in batches for message in batch.messages]


def _rejected(position: int, project: str = "toe", reason: Reason = Reason.PAYLOAD) -> Rejected:
    return Rejected(0, position, 5, project, f"{project}/h/r/d", b"\xff", reason, "why", "v1", 7, retain=True)


@settings(max_examples=25, deadline=None)
@given(
    batches=st.lists(
        st.lists(st.tuples(st.text(max_size=9), st.binary(max_size=200)), min_size=1, max_size=9), max_size=12
    ),
    reopened=st.sets(st.integers(0, 11)),
)
def test_what_is_appended_is_read_back(batches: list[list[tuple[str, bytes]]], reopened: set[int]) -> None:
    """Also across restarts and closed segments: positions are dense from 1, and reading on works from every batch."""
    with tempfile.TemporaryDirectory() as folder:
        journal = SqliteJournal(Path(folder), segment_bytes=1)
        written: list[list[Message]] = []
        for n, contents in enumerate(batches):
            messages = [Message(topic, payload, n, n, retain=bool(n % 2)) for topic, payload in contents]
            written.append(messages)
            assert journal.append(Messages.of(messages), f"v{n}", f"text {n}") == sum(map(len, written))
            if n in reopened:
                journal.close()
                journal = SqliteJournal(Path(folder), segment_bytes=1)
        with closing(journal.reader()) as reader:
            after = 0
            for n, messages in enumerate(written):
                for way in (journal, reader):
                    [batch] = way.read(after, until=journal.last, messages=1, size=1 << 30)
                    assert (batch.first, batch.last, batch.site_version) == (after + 1, after + len(messages), f"v{n}")
                    assert messages == list(batch.messages)
                    assert way.site_text(batch) == f"text {n}"
                after += len(messages)
        assert journal.last == after
        assert journal.totals().received == after
        journal.close()


def test_reading_is_bounded_by_messages_size_and_position(tmp_path: Path) -> None:
    """A read takes whole batches until it has enough, at least one, and none that begins behind `until`."""
    journal = SqliteJournal(tmp_path)
    _fill(journal, 5)
    for bounds, expected in (
        ({"until": 50, "messages": 11, "size": 1 << 30}, 20),
        ({"until": 50, "messages": 99, "size": 1}, 10),
        ({"until": 30, "messages": 99, "size": 1 << 30}, 30),
        ({"until": 99, "messages": 99, "size": 1 << 30}, 50),
    ):
        assert expected == journal.read(0, **bounds)[-1].last
        with closing(journal.reader()) as reader:
            assert expected == reader.read(0, **(bounds | {"until": min(bounds["until"], journal.last)}))[-1].last
    assert journal.read(50, **_EVERYTHING) == []
    # What is behind was read on, and is read from the disk if it is asked for once more.
    assert [batch.last for batch in journal.read(0, until=20, messages=99, size=1 << 30)] == [10, 20]
    journal.close()


def test_a_second_process_is_refused_by_name(tmp_path: Path) -> None:
    """One process a journal; the error names the variable and the other process, and ends with it."""
    first = SqliteJournal(tmp_path)
    with pytest.raises(Misconfigured, match=rf"HDH_JOURNAL_DIR=.*another ingest \(process {os.getpid()}\)"):
        SqliteJournal(tmp_path)
    first.close()
    SqliteJournal(tmp_path).close()


def test_a_folder_that_cannot_be_used_is_named() -> None:
    """The sentence names HDH_JOURNAL_DIR and the remedy."""
    with pytest.raises(Misconfigured, match=r"HDH_JOURNAL_DIR=/dev/null/x: .*Name a folder"):
        SqliteJournal(Path("/dev/null/x"))


_APPENDING = """
import sys
from pathlib import Path
from ingest.journal import SqliteJournal
from ingest.message import Message, Messages
journal = SqliteJournal(Path(sys.argv[1]), segment_bytes=200_000)
while True:
    first = journal.last + 1
    messages = [Message("t", b"%0500d" % n, n, n % 65535) for n in range(first, first + 40)]
    print(journal.append(Messages.of(messages), "v1", "text"), flush=True)
"""


def test_what_append_confirmed_is_there_after_kill_9(tmp_path: Path) -> None:
    """Killed at random moments, also while a segment is closed: all that was confirmed is there, dense and whole."""
    seeded = random.Random(3)
    confirmed = 0
    for _ in range(4):
        process = subprocess.Popen([sys.executable, "-c", _APPENDING, str(tmp_path)], stdout=subprocess.PIPE)
        assert process.stdout is not None
        for _ in range(seeded.randint(2, 25)):
            confirmed = int(process.stdout.readline())
        process.send_signal(signal.SIGKILL)
        rest = process.stdout.read().split()
        process.wait(10)
        process.stdout.close()
        confirmed = int(rest[-1]) if rest else confirmed
        journal = SqliteJournal(tmp_path)
        assert journal.last >= confirmed
        assert [b"%0500d" % n for n in range(1, journal.last + 1)] == [m.payload for m in _all(journal)]
        journal.close()


def _killed_copy(source: Path, target: Path) -> None:
    """What a process that was killed leaves: the files as they are, the write-ahead log not yet in the database."""
    target.mkdir()
    for path in source.iterdir():
        (target / path.name).write_bytes(path.read_bytes())


def test_a_torn_tail_costs_the_last_batch_only(tmp_path: Path) -> None:
    """A batch that was half written when the power went is not there, and was never confirmed; all others are."""
    journal = SqliteJournal(tmp_path / "a")
    _fill(journal, 5, size=3000)
    _killed_copy(tmp_path / "a", tmp_path / "b")
    journal.close()
    log = next((tmp_path / "b").glob("segment-*-wal"))
    log.write_bytes(log.read_bytes()[:-20_000])
    torn = SqliteJournal(tmp_path / "b")
    assert torn.last == 40
    torn.append(Messages.of(_messages(41, 10)), "v1", "text of v1")
    assert _messages(1, 40, 3000) + _messages(41, 10) == _all(torn)
    torn.close()


def _damage(folder: Path, search: bytes) -> None:
    path = next(folder.glob("segment-*.db"))
    content = path.read_bytes()
    assert search in content
    path.write_bytes(content.replace(search, b"X" * len(search)))


def test_a_damaged_batch_is_reported_and_the_rest_stays_readable(tmp_path: Path) -> None:
    """Its checksum tells; it comes as a damaged range with its positions, between the others."""
    journal = SqliteJournal(tmp_path)
    _fill(journal, 4)
    journal.close()
    _damage(tmp_path, b"%020d" % 15)
    journal = SqliteJournal(tmp_path)
    found = journal.read(0, **_EVERYTHING)
    assert [(b.first, b.last, bool(b.damage)) for b in found] == [
        (1, 10, False),
        (11, 20, True),
        (21, 30, False),
        (31, 40, False),
    ]
    assert "checksum of the batch at 11 is wrong" in found[1].damage
    journal.mark(Done(40, {"": Move(), "toe": Move(written=30)}, damaged=found[1:2]))
    totals = journal.totals()
    assert (totals.pending, totals.rejected) == (0, {("", "damaged"): 10})
    kept = journal.rejected(project=None, reason="damaged", before=None, limit=9)
    assert [message.position for message in kept] == [11]
    journal.close()


def test_destroyed_pages_cost_only_what_was_on_them(tmp_path: Path) -> None:
    """Pages in the middle of a segment are overwritten: what else there is is read, what is lost is named."""
    journal = SqliteJournal(tmp_path)
    _fill(journal, 200, size=200)
    journal.close()
    path = next(tmp_path.glob("segment-*.db"))
    content = bytearray(path.read_bytes())
    middle = len(content) // 2 // 4096 * 4096
    content[middle : middle + 3 * 4096] = os.urandom(3 * 4096)
    path.write_bytes(content)
    journal = SqliteJournal(tmp_path)
    found = journal.read(0, **_EVERYTHING)
    assert journal.last == 2000
    assert [b.first for b in found] == [1, *(b.last + 1 for b in found[:-1])]
    assert found[-1].last == 2000
    lost = sum(b.last - b.first + 1 for b in found if b.damage)
    assert 0 < lost < 300
    assert 2000 - lost == len([m for b in found for m in b.messages])
    journal.close()


def test_a_destroyed_file_costs_only_itself(tmp_path: Path) -> None:
    """Whole segments are overwritten, the newest among them: the service starts and goes on with new positions."""
    journal = SqliteJournal(tmp_path, segment_bytes=1)
    _fill(journal, 4)
    journal.mark(Done(10, {"": Move(), "toe": Move(written=10)}))
    journal.close()
    for position in (11, 31):
        (tmp_path / f"segment-{position:020}.db").write_bytes(os.urandom(9000))
    journal = SqliteJournal(tmp_path)
    assert journal.last == 30
    journal.append(Messages.of(_messages(31, 10)), "v2", "text of v2")
    found = journal.read(10, **_EVERYTHING)
    assert [(b.first, b.last, bool(b.damage)) for b in found] == [(11, 20, True), (21, 30, False), (31, 40, False)]
    assert len(list(tmp_path.glob("*.damaged-*"))) == 1
    journal.close()


def test_damage_that_a_lagging_lane_meets_is_counted_when_all_have_passed(tmp_path: Path) -> None:
    """Until then its messages are pending: what lacks an end at last is what could not be read."""
    journal = SqliteJournal(tmp_path)
    _fill(journal, 3)
    journal.mark(Done(30, {"": Move(), "a": Move(written=12)}, stays={"b": 0}))
    damaged = Batch(11, 20, "", Messages(), "bad")
    journal.mark(Done(20, {"b": Move(written=9)}, damaged=[damaged]))
    assert journal.totals().pending == 9
    journal.mark(Done(30, {"b": Move(written=4)}))
    assert (journal.totals().pending, journal.totals().rejected) == (0, {("", "damaged"): 5})
    journal.close()


def test_marking_is_one_transaction_that_survives(tmp_path: Path) -> None:
    """Positions, counters, rejected messages and what placing remembers come back as they were marked."""
    journal = SqliteJournal(tmp_path)
    _fill(journal, 1)
    move = Move(written=3, points=9, ignored={Ignored.EMPTY: 2}, rejected=[_rejected(4), _rejected(6)], ahead={"k": 7})
    journal.mark(Done(10, {"": Move(rejected=[_rejected(5, "")]), "toe": move}))
    journal.close()
    journal = SqliteJournal(tmp_path)
    totals = journal.totals()
    assert totals.written == {"toe": 3}
    assert totals.rejected == {("toe", "payload"): 2, ("", "payload"): 1}
    assert totals.ignored == {("toe", "empty"): 2}
    assert totals.points == {"toe": 9}
    assert (totals.received, totals.pending) == (10, 2)
    assert {name: (lane.position, lane.ahead) for name, lane in journal.lanes().items()} == {
        "": (10, {}),
        "toe": (10, {"k": 7}),
    }
    kept = journal.rejected(project="toe", reason=None, before=None, limit=10)
    assert [(k.position, k.payload, k.retain) for k in kept] == [(6, b"\xff", True), (4, b"\xff", True)]
    assert [k.position for k in journal.rejected(project="toe", reason=None, before=kept[0].id, limit=10)] == [4]
    journal.close()


def test_a_full_disk_is_retryable_and_nothing_is_half_done(tmp_path: Path) -> None:
    """The error names HDH_JOURNAL_DIR; afterwards appending goes on where it was, with nothing twice."""
    code = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        "from hdh.errors import Retryable\n"
        "from ingest.journal import SqliteJournal\n"
        "from ingest.message import Messages\n"
        "journal = SqliteJournal(Path(sys.argv[1]))\n"
        "fill = lambda: journal.append(Messages(['t'], [b'x' * 100_000], [journal.last + 1], [0]), 'v', 'text')\n"
        "soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, hard))\n"
        "failed = 0\n"
        "for _ in range(30):\n"
        "    try: fill()\n"
        "    except Retryable as error:\n"
        "        assert 'HDH_JOURNAL_DIR=' in str(error), error\n"
        "        failed += 1\n"
        "assert failed, 'never full'\n"
        "before = journal.last\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))\n"
        "fill(); fill()\n"
        "assert journal.last == before + 2\n"
        "found = journal.read(0, until=99, messages=99, size=1 << 30)\n"
        "assert [b.first for b in found] == list(range(1, before + 3)), found\n"
        "assert [m.time for b in found for m in b.messages] == list(range(1, before + 3))\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr[-2000:]) == (0, "")


def test_a_commit_that_failed_but_is_there_does_not_come_twice(tmp_path: Path) -> None:
    """An fsync may fail after the write: the batch was not confirmed, so it is removed before the next one."""
    journal = SqliteJournal(tmp_path)
    _fill(journal, 1)
    segment = next(tmp_path.glob("segment-*.db"))
    with sqlite3.connect(segment) as db:
        db.execute("INSERT INTO batches SELECT 11, count, time, site_version, checksum, packets, messages FROM batches")
    db.close()
    journal._segments._set_aside_writer()  # noqa: SLF001 (as after a failed append)
    journal.append(Messages.of(_messages(11, 10)), "v1", "text of v1")
    assert _messages(1, 20) == _all(journal)
    journal.close()


def test_done_and_old_segments_are_removed_others_never(tmp_path: Path) -> None:
    """A segment goes only when every lane has passed it and all of its messages are older than asked for."""
    journal = SqliteJournal(tmp_path, segment_bytes=1)
    _fill(journal, 5)
    journal.mark(Done(35, {"": Move(), "toe": Move(written=25)}, stays={"b": 20}))
    assert journal.prune(1_000) == []
    assert [f"segment-{n:020}.db" for n in (1,)] == journal.prune(1_015)
    assert [f"segment-{n:020}.db" for n in (11,)] == journal.prune(10_000)
    assert _messages(21, 30) == _all(journal, 20)
    journal.close()


def test_packets_of_the_newest_entries_come_in_order(tmp_path: Path) -> None:
    """They are what redeliveries are told by: batch by batch, those behind a position, as many as are asked for."""
    journal = SqliteJournal(tmp_path, segment_bytes=1)
    messages = [Message("t", b"%d" % n, n, packet_id) for n, packet_id in enumerate((5, 0, 6, 7, 0, 8))]
    for start in (0, 2, 4):
        journal.append(Messages.of(messages[start : start + 2]), "v", "text")
    assert journal.packets(0, 99) == [(1, (5, 0)), (3, (6, 7)), (5, (0, 8))]
    assert journal.packets(0, 2) == [(3, (6, 7)), (5, (0, 8))]
    assert journal.packets(3, 99) == [(5, (0, 8))]
    assert journal.packets(5, 99) == []
    journal.close()


def test_the_newest_entries_are_those_of_a_span(tmp_path: Path) -> None:
    """After the clock was set back by an hour, not all that came in that hour is read: it may not fit into memory."""
    journal = SqliteJournal(tmp_path)
    times = (1, 2, 3, 4, 3_600_000, 3_600_001)
    messages = [Message("t", b"%d" % n, time, n) for n, time in enumerate(times)]
    for start in (0, 2, 4):
        journal.append(Messages.of(messages[start : start + 2]), "v", "text")
    assert messages[4:] == journal.newest(3_600_000, 3_610_000)
    assert messages[3:4] == journal.newest(4, 10_004)
    journal.close()


def test_notes_are_remembered(tmp_path: Path) -> None:
    """Small texts survive a restart."""
    journal = SqliteJournal(tmp_path)
    assert journal.note("topics") is None
    journal.set_note("topics", "a")
    journal.set_note("topics", "b")
    journal.close()
    journal = SqliteJournal(tmp_path)
    assert journal.note("topics") == "b"
    journal.close()


def test_a_journal_of_a_newer_version_is_not_touched(tmp_path: Path) -> None:
    """It says so, and what to do."""
    SqliteJournal(tmp_path).close()
    with sqlite3.connect(tmp_path / "state.db") as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(Misconfigured, match="a newer ingest wrote this journal"):
        SqliteJournal(tmp_path)


def test_without_its_state_everything_is_done_again(tmp_path: Path) -> None:
    """state.db was lost: the archive is read from the beginning, with the site files that it holds itself."""
    journal = SqliteJournal(tmp_path)
    _fill(journal, 2)
    journal.mark(Done(20, {"": Move(), "toe": Move(written=20)}))
    journal.close()
    for path in tmp_path.glob("state.db*"):
        path.unlink()
    journal = SqliteJournal(tmp_path)
    assert (journal.totals().pending, journal.lanes()[""].position) == (20, 0)
    assert journal.site_text(journal.read(0, **_EVERYTHING)[0]) == "text of v1"
    journal.close()


def test_a_damaged_state_says_what_to_do(tmp_path: Path) -> None:
    """Ingest does not guess how far it was."""
    SqliteJournal(tmp_path).close()
    (tmp_path / "state.db").write_bytes(b"no database" * 1000)
    with pytest.raises(Misconfigured, match=r"state\.db is damaged .*Restore it"):
        SqliteJournal(tmp_path)
