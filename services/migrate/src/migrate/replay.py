"""Replay: history is published at the broker as gateways did, with its own times in the payload."""

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any

import msgspec

from hdh.errors import Misconfigured
from hdh.mqtt.pace import paced
from migrate.batch import BadRow, Chunk
from migrate.bulk import Publisher
from migrate.convert import Part
from migrate.destination import Stopped
from migrate.intake import Intake
from migrate.ledger import Done, Ledger
from migrate.progress import Progress

_NOT_IN_TOPICS = frozenset("+#/\0")
_SHOWN_AT_ONCE = 500
"""Messages: a progress bar that is told of each one would cost more than publishing it."""

_encoder = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True)
class Message:
    """One publish: when it was measured (epoch ms), topic, and payload."""

    time: int
    topic: str
    payload: bytes


class Replayer:
    """Publishes what is not published yet.

    Args:
        intake: what the source gives, placed as live data.
        publisher: the session with the broker.
        ledger: what was published.
        progress: is told how far it is.
        stop: ends it at the next message.
    """

    def __init__(self, intake: Intake, publisher: Publisher, ledger: Ledger, progress: Progress, stop: Event) -> None:
        self._intake = intake
        self._publisher = publisher
        self._ledger = ledger
        self._progress = progress
        self._stop = stop
        self._handed_over = 0

    def run(self, speed: float | None) -> None:
        """Publish all.

        Args:
            speed: seconds of the past in a second of now, in the order of time; None: as fast as it is acknowledged,
                in the order of the source, part by part, each noted once all of it is acknowledged.

        Raises:
            Stopped: `stop` was set; the parts that were acknowledged as a whole are noted.
        """
        done = self._ledger.done()
        chunks = self._intake.chunks(done)
        self._progress.begin(sum(chunk.size for chunk in chunks))
        left = [chunk for chunk in chunks if chunk.name not in done or done[chunk.name].state != chunk.state]
        self._intake.expect(left)
        if speed is None:
            for chunk in chunks:
                if chunk in left:
                    self._intake.keep_trying(lambda chunk=chunk: self._publish_chunk(chunk))  # type: ignore[misc]
                self._progress.chunk_done(chunk.size, moved=chunk in left)
        else:
            self._publish_paced(left, speed)
        self._progress.end()

    def _publish_chunk(self, chunk: Chunk) -> None:
        with self._ledger.moving(chunk):
            for message in self._messages(chunk):
                self._publish(message)
            self._drain()
            self._note(chunk)

    def _publish_paced(self, chunks: list[Chunk], speed: float) -> None:
        """In the order of time: all is sorted on disk first."""
        with tempfile.TemporaryDirectory() as folder, closing(sqlite3.connect(Path(folder) / "sorted.db")) as spool:
            spool.execute("CREATE TABLE message (time INTEGER, topic TEXT, payload BLOB)")
            for chunk in chunks:
                with self._ledger.moving(chunk):
                    rows = ((message.time, message.topic, message.payload) for message in self._messages(chunk))
                    spool.executemany("INSERT INTO message VALUES (?, ?, ?)", rows)
                self._progress.chunk_done(chunk.size // 2, moved=True)
            spool.execute("CREATE INDEX by_time ON message (time)")
            messages = (Message(*row) for row in spool.execute("SELECT * FROM message ORDER BY time, rowid"))
            for message in paced(messages, lambda each: each.time, speed, self._stop.wait):
                self._publish(message)
                self._publisher.flush()
            self._drain()

    def _publish(self, message: Message) -> None:
        if self._stop.is_set():
            raise Stopped
        self._publisher.publish(message.topic, message.payload)
        self._handed_over += 1
        if self._handed_over % _SHOWN_AT_ONCE == 0:
            self._progress.readings(_SHOWN_AT_ONCE)

    def _drain(self) -> None:
        if not self._publisher.drain() or self._stop.is_set():
            raise Stopped

    def _note(self, chunk: Chunk) -> None:
        self._intake.keep_times(chunk)
        counts = dict(self._intake.counts)
        self._ledger.finish(Done(chunk.name, chunk.number, chunk.state, self._intake.checksum(), 0, 0, counts))

    def _messages(self, chunk: Chunk) -> Iterator[Message]:
        """The messages of a chunk; what cannot be one is kept as a bad row."""

        def reject(rows: list[BadRow]) -> None:
            self._ledger.reject(chunk, rows)
            self._intake.counts["rejected"] += sum(row.count for row in rows)

        for part in self._intake.parts(chunk, reject):
            self._intake.counts["published"] += part.count()
            yield from messages_of(part)


def messages_of(part: Part) -> Iterator[Message]:
    """The native message of each row: what a gateway would have sent.

    Raises:
        Misconfigured: a name cannot stand in a topic.
    """
    place = part.columns.place
    levels = (part.project, place.house, place.room, place.device)
    if wrong := next((level for level in levels if not level or set(level) & _NOT_IN_TOPICS), None):
        raise Misconfigured(
            f"{wrong!r} cannot stand in a topic, so it cannot be replayed. Give it another name under `rename`."
        )
    topic = "/".join(levels)
    names = list(part.columns.fields)
    columns: list[list[Any]] = [part.columns.fields[name].tolist() for name in names]
    for time, *values in zip(part.columns.time.tolist(), *columns, strict=True):
        fields = {
            name: value
            for name, value in zip(names, values, strict=True)
            if value is not None and value == value  # noqa: PLR0124 (NaN)
        }
        if fields:
            yield Message(time, topic, _encoder.encode({"time": time, **fields}))
