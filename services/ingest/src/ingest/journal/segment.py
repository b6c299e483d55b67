"""One file of the journal: batches of messages, each with a checksum, and the site files under which they came.

The messages of a batch are one row, so that receiving costs one row and one fsync a batch, not a message. A segment
holds all that is needed to decode it again, years later and elsewhere.
"""

import sqlite3
import zlib
from collections.abc import Iterator
from pathlib import Path
from struct import iter_unpack, pack, unpack

import msgspec

from hdh.errors import Retryable
from ingest.journal.files import connect, log_of, sync_folder
from ingest.journal.interface import Batch
from ingest.message import Message, Messages

_FORMAT = 2
_SCHEMA = f"""
BEGIN;
CREATE TABLE IF NOT EXISTS batches (
    position INTEGER PRIMARY KEY, -- of its first message
    count INTEGER NOT NULL,
    time INTEGER NOT NULL, -- of its newest message, epoch ms
    site_version TEXT NOT NULL,
    checksum INTEGER NOT NULL, -- CRC-32 of all other columns
    packets BLOB NOT NULL, -- packet ids, 0 at QoS 0, two bytes each
    messages BLOB NOT NULL -- msgpack, in columns: topics, payloads, ms before `time`, indices of the retained ones
);
CREATE TABLE IF NOT EXISTS sites (version TEXT PRIMARY KEY, text TEXT NOT NULL);
PRAGMA user_version = {_FORMAT};
COMMIT;
"""
_BYTES_A_ROW = 60
"""What a batch takes beside packet ids and messages, about."""
_COLUMNS = "position, count, time, site_version, checksum, packets, messages"

_Row = tuple[int, int, int, str, int, bytes, bytes]
_encoder = msgspec.msgpack.Encoder()
_columns = msgspec.msgpack.Decoder(tuple[list[str], list[bytes], list[int], list[int]])
# Format 1: in `packets` an id and a digest of each message that has one; in `messages` a list of them, one by one.
_one_by_one = msgspec.msgpack.Decoder(list[Message])


def _checksum(position: int, count: int, time: int, site_version: str, packets: bytes, messages: bytes) -> int:
    head = f"{position} {count} {time} {site_version}".encode()
    return zlib.crc32(messages, zlib.crc32(packets, zlib.crc32(head)))


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


class Segment:
    """A segment's file, opened for appending or for reading. Not safe for use by several threads at once.

    Args:
        path: its file; made if it is not there.
        first: the position of its first message.

    Attributes:
        is_old: it is of an earlier format, and nothing may be appended to it.
        size: about its bytes on disk: those when it was opened, and the batches and site files appended since.

    Raises:
        sqlite3.DatabaseError: it is damaged, or (OperationalError) cannot be opened now.
        Retryable: a newer version of ingest wrote it.
    """

    def __init__(self, path: Path, first: int) -> None:
        self.path = path
        self.first = first
        self.is_old = False
        self._site_version: str | None = None
        fresh = not path.exists()
        self._connection = connect(path)
        try:
            self._prepare()
            if fresh:
                sync_folder(path.parent)
            self.size = _size(path) + _size(log_of(path))
        except BaseException:
            self.close()
            raise

    def _prepare(self) -> None:
        version = self._connection.execute("PRAGMA user_version").fetchone()[0]
        if version > _FORMAT:
            raise Retryable(f"{self.path} has format {version}, a newer ingest wrote it; this one reads {_FORMAT}.")
        if version == 0:
            self._connection.executescript(_SCHEMA)
        elif version < _FORMAT and self.last() < self.first:
            self._connection.execute(f"PRAGMA user_version = {_FORMAT}")
        elif version < _FORMAT:
            self.is_old = True

    def last(self) -> int:
        """The position of its last message; the one before its first when it is empty."""
        row = self._connection.execute("SELECT position, count FROM batches ORDER BY position DESC LIMIT 1").fetchone()
        return self.first - 1 if row is None else row[0] + max(row[1], 1) - 1

    def cut(self, last: int) -> int:
        """Remove what lies behind `last`: a commit that failed may be there all the same. Returns `last()`."""
        self._connection.execute("DELETE FROM batches WHERE position > ?", (last,))
        return self.last()

    def append(self, position: int, messages: Messages, site: tuple[str, str]) -> None:
        """Append a batch whose first message has this position, under a site file (version and text)."""
        version, text = site
        time = max(messages.times)
        packets = pack(f">{len(messages)}H", *messages.packet_ids)
        ages = [time - each for each in messages.times]
        body = _encoder.encode((messages.topics, messages.payloads, ages, messages.retained))
        checksum = _checksum(position, len(messages), time, version, packets, body)
        row = (position, len(messages), time, version, checksum, packets, body)
        if version != self._site_version:
            self._connection.execute("INSERT OR IGNORE INTO sites VALUES (?, ?)", (version, text))
            self._site_version = version
            self.size += len(text)
        self._connection.execute(f"INSERT INTO batches ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)", row)  # noqa: S608 (names of ours)
        self.size += len(packets) + len(body) + _BYTES_A_ROW

    def read(self, after: int, stop: int) -> Iterator[Batch]:
        """The batches behind `after` that begin before `stop`; what cannot be read comes as a damaged batch."""
        at = after + 1
        while at < stop:
            row, damage = self._seek(at, stop)
            begin = stop if row is None else row[0]
            if begin > at:
                yield Batch(at, begin - 1, "", Messages(), damage or f"{self.path.name} lacks these positions")
            if row is None:
                return
            batch = self._batch(row, stop)
            yield batch
            at = batch.last + 1

    def _batch(self, row: _Row, stop: int) -> Batch:
        position, count, time, version, checksum, packets, body = row
        try:
            if checksum == _checksum(position, count, time, version, packets, body):
                return Batch(position, position + count - 1, version, self._messages(time, packets, body))
            damage = f"{self.path.name}: the checksum of the batch at {position} is wrong"
        except (TypeError, ValueError, msgspec.MsgspecError) as error:
            damage = f"{self.path.name}: the batch at {position} cannot be decoded: {error}"
        # Its own count may be what is damaged: where the next batch begins tells its length.
        following, _ = self._seek(position + 1, stop)
        end = stop if following is None else following[0]
        return Batch(position, end - 1, "", Messages(), damage)

    def _messages(self, time: int, packets: bytes, body: bytes) -> Messages:
        if self.is_old:
            return Messages.of(_one_by_one.decode(body))
        topics, payloads, ages, retained = _columns.decode(body)
        return Messages(topics, payloads, [time - age for age in ages], self._packet_ids(packets), retained)

    def _packet_ids(self, packets: bytes) -> tuple[int, ...]:
        if self.is_old:
            return tuple(packet_id for packet_id, _ in iter_unpack(">H8s", packets[: len(packets) // 10 * 10]))
        return unpack(f">{len(packets) // 2}H", packets[: len(packets) // 2 * 2])

    def _seek(self, at: int, stop: int) -> tuple[_Row | None, str]:
        """The first batch at or behind `at` that can be read, and what was wrong with those before it."""
        try:
            return self._row(at), ""
        except sqlite3.OperationalError:
            raise
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
            damage = f"{self.path.name}: {error}"
        # A destroyed page takes the batches on it along: look further and further behind it, then closer again.
        bad, step = at, 1
        while bad + step < stop and not self._readable(bad + step):
            step *= 2
        good = min(bad + step, stop)
        while good - bad > 1:
            middle = (good + bad) // 2
            bad, good = (bad, middle) if self._readable(middle) else (middle, good)
        return (self._row(good) if good < stop else None), damage

    def _readable(self, at: int) -> bool:
        try:
            self._row(at)
        except sqlite3.OperationalError:
            raise
        except (sqlite3.DatabaseError, UnicodeDecodeError):
            return False
        return True

    def _row(self, at: int) -> _Row | None:
        query = f"SELECT {_COLUMNS} FROM batches WHERE position >= ? ORDER BY position LIMIT 1"  # noqa: S608 (names of ours)
        row: _Row | None = self._connection.execute(query, (at,)).fetchone()
        return row

    def site_text(self, version: str) -> str | None:
        """The site file of this version, or None."""
        row = self._connection.execute("SELECT text FROM sites WHERE version = ?", (version,)).fetchone()
        return None if row is None else row[0]

    def packets_backwards(self) -> Iterator[tuple[int, tuple[int, ...]]]:
        """First position and packet ids of its batches, newest first."""
        for position, packets in self._connection.execute(
            "SELECT position, packets FROM batches ORDER BY position DESC"
        ):
            yield position, self._packet_ids(packets)

    def newest(self, since: int, until: int) -> Iterator[Batch]:
        """Its newest batches, none that ends after `until`, back to the first that is all older than `since`."""
        query = f"SELECT {_COLUMNS} FROM batches WHERE time <= ? ORDER BY position DESC"  # noqa: S608 (names of ours)
        for row in self._connection.execute(query, (until,)):
            if row[2] < since:
                return
            yield self._batch(row, row[0] + max(row[1], 1))

    def newest_time(self) -> int | None:
        """The time of its newest message, epoch ms, or None."""
        row = self._connection.execute("SELECT time FROM batches ORDER BY position DESC LIMIT 1").fetchone()
        return None if row is None else row[0]

    def compact(self) -> None:
        """Bring everything from the write-ahead log into the file: when it is closed, or its disk is full."""
        self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Give back the file."""
        self._connection.close()
