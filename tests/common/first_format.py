"""The journal's first format, as the first release wrote it."""

import sqlite3
import struct
import zlib
from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path

import msgspec

from ingest.journal import Batch
from ingest.journal.segment import Segment

_SCHEMA = """
CREATE TABLE batches (position INTEGER PRIMARY KEY, count INTEGER NOT NULL, time INTEGER NOT NULL,
 site_version TEXT NOT NULL, checksum INTEGER NOT NULL, packets BLOB NOT NULL, messages BLOB NOT NULL);
CREATE TABLE sites (version TEXT PRIMARY KEY, text TEXT NOT NULL);
PRAGMA user_version = 1;
"""


def write(path: Path, batches: Iterable[Batch], sites: Mapping[str, str]) -> None:
    """Write a segment.

    Args:
        path: its file, which is not there yet.
        batches: what it holds.
        sites: the site files under which messages came, by version.
    """
    with closing(sqlite3.connect(path)) as db, db:
        db.executescript(_SCHEMA)
        db.executemany("INSERT INTO sites VALUES (?, ?)", sites.items())
        db.executemany("INSERT INTO batches VALUES (?, ?, ?, ?, ?, ?, ?)", map(_row, batches))


def rewrite(path: Path) -> None:
    """Make a segment of today's one of the first format, with the same messages."""
    first = int(path.stem.partition("-")[2])
    with closing(Segment(path, first)) as segment:
        batches = list(segment.read(first - 1, segment.last() + 1))
        sites = {batch.site_version: segment.site_text(batch.site_version) or "" for batch in batches}
    for file in path.parent.glob(f"{path.name}*"):
        file.unlink()
    write(path, batches, sites)


def _row(batch: Batch) -> tuple[int, int, int, str, int, bytes, bytes]:
    messages = list(batch.messages)
    packets = b"".join(struct.pack(">H8s", m.packet_id, b"a digest") for m in messages if m.packet_id)
    body = msgspec.msgpack.encode(messages)
    time = max(message.time for message in messages)
    head = f"{batch.first} {len(messages)} {time} {batch.site_version}".encode()
    checksum = zlib.crc32(body, zlib.crc32(packets, zlib.crc32(head)))
    return batch.first, len(messages), time, batch.site_version, checksum, packets, body
