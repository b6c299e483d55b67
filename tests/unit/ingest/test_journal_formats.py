"""The journal as the first release wrote it: what has been received must be readable for ever."""

import sqlite3
from pathlib import Path

from ingest.journal import Batch, SqliteJournal
from ingest.message import Message, Messages
from tests.common import first_format


def _messages(first: int, count: int) -> list[Message]:
    return [Message("toe/h/r/d", b"%d" % n, 1_000 + n, n) for n in range(first, first + count)]


def _all(journal: SqliteJournal) -> list[Message]:
    batches = journal.read(0, until=journal.last, messages=1 << 60, size=1 << 60)
    return [message for batch in batches for message in batch.messages]


def _write_first_format(path: Path, messages: list[Message]) -> None:
    batch = Batch(1, len(messages), "v1", Messages.of(messages))
    first_format.write(path, [batch], {"v1": "text of v1"})


def test_a_journal_of_the_first_format_is_read_and_gone_on_with(tmp_path: Path) -> None:
    """Its segment stays as it is, the next message begins a new one; site files and packet ids are found."""
    messages = [Message("t", b"%d" % n, 1_000 + n, n, retain=n == 2) for n in range(5)]
    _write_first_format(tmp_path / f"segment-{1:020}.db", messages)
    journal = SqliteJournal(tmp_path)
    assert (journal.last, messages) == (5, _all(journal))
    assert journal.append(Messages.of(_messages(6, 10)), "v1", "text of v1") == 15
    assert messages + _messages(6, 10) == _all(journal)
    assert journal.packets(0, 99) == [(1, (1, 2, 3, 4)), (6, tuple(range(6, 16)))]
    [batch] = journal.read(0, until=1, messages=1, size=1)
    assert journal.site_text(batch) == "text of v1"
    assert len(list(tmp_path.glob("segment-*.db"))) == 2
    journal.close()


def test_an_empty_segment_of_the_first_format_is_taken_over(tmp_path: Path) -> None:
    """Ingest was updated just after it had begun a segment."""
    path = tmp_path / f"segment-{1:020}.db"
    _write_first_format(path, _messages(1, 1))
    with sqlite3.connect(path) as db:
        db.execute("DELETE FROM batches")
    db.close()
    journal = SqliteJournal(tmp_path)
    journal.append(Messages.of(_messages(1, 10)), "v1", "text of v1")
    assert _messages(1, 10) == _all(journal)
    assert [path] == sorted(tmp_path.glob("segment-*.db*"))[:1]
    assert not list(tmp_path.glob("*.damaged-*"))
    journal.close()


def test_a_rewritten_segment_holds_what_it_held(tmp_path: Path) -> None:
    """The fault suite makes journals of the first format from those of today."""
    messages = [Message("t", b"%d" % n, 1_000 + n, n, retain=n == 2) for n in range(20)]
    journal = SqliteJournal(tmp_path)
    journal.append(Messages.of(messages[:10]), "v1", "text of v1")
    journal.append(Messages.of(messages[10:]), "v2", "text of v2")
    journal.close()
    first_format.rewrite(tmp_path / f"segment-{1:020}.db")
    journal = SqliteJournal(tmp_path)
    assert messages == _all(journal)
    batches = list(journal.read(0, until=20, messages=1 << 60, size=1 << 60))
    assert [journal.site_text(batch) for batch in batches] == ["text of v1", "text of v2"]
    journal.append(Messages.of(messages[:1]), "v2", "text of v2")
    assert len(list(tmp_path.glob("segment-*.db"))) == 2
    journal.close()
