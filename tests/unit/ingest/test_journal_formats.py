"""The journal as the first release wrote it: what has been received must be readable for ever."""

import sqlite3
import struct
import zlib
from pathlib import Path

import msgspec

from ingest.journal import SqliteJournal
from ingest.message import Message, Messages


def _messages(first: int, count: int) -> list[Message]:
    return [Message("toe/h/r/d", b"%d" % n, 1_000 + n, n) for n in range(first, first + count)]


def _all(journal: SqliteJournal) -> list[Message]:
    batches = journal.read(0, until=journal.last, messages=1 << 60, size=1 << 60)
    return [message for batch in batches for message in batch.messages]


def _write_first_format(path: Path, messages: list[Message]) -> None:
    """A segment as the first release wrote it."""
    packets = b"".join(struct.pack(">H8s", m.packet_id, b"a digest") for m in messages if m.packet_id)
    body = msgspec.msgpack.encode(messages)
    time = max(message.time for message in messages)
    head = f"1 {len(messages)} {time} v1".encode()
    row = (1, len(messages), time, "v1", zlib.crc32(body, zlib.crc32(packets, zlib.crc32(head))), packets, body)
    db = sqlite3.connect(path)
    db.executescript(
        "CREATE TABLE batches (position INTEGER PRIMARY KEY, count INTEGER NOT NULL, time INTEGER NOT NULL,"
        " site_version TEXT NOT NULL, checksum INTEGER NOT NULL, packets BLOB NOT NULL, messages BLOB NOT NULL);"
        "CREATE TABLE sites (version TEXT PRIMARY KEY, text TEXT NOT NULL); PRAGMA user_version = 1;"
        "INSERT INTO sites VALUES ('v1', 'text of v1');"
    )
    db.execute("INSERT INTO batches VALUES (?, ?, ?, ?, ?, ?, ?)", row)
    db.commit()
    db.close()


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
