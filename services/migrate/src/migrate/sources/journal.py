"""Ingest's journal and raw archive: what was received is decoded again, with today's decoders and site file."""

import sqlite3
import zlib
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np

from hdh.errors import Misconfigured
from hdh.model import Point
from hdh.site import Site
from ingest.journal.segment import Segment
from ingest.message import Message
from ingest.place import Placer, place
from migrate.batch import BadRow, Batch, Chunk, Column, Labels
from migrate.sources.columns import spread, texts_column
from migrate.sources.interface import Read

_POSITIONS = 50_000
_WARM_UP = 5_000
_PIECE = 10_000
_LONGEST_SHOWN = 120


class JournalSource:
    """A journal's folder. Ingest may go on with it meanwhile; what comes later is taken by a later run.

    Args:
        folder: HDH_JOURNAL_DIR, or a copy of it.
        site: by which messages are placed.

    Raises:
        Misconfigured: it holds no journal.
    """

    def __init__(self, folder: Path, site: Site) -> None:
        self.name = "journal"
        self._paths = sorted(folder.glob("segment-*.db"))
        if not self._paths:
            raise Misconfigured(f"source.path: {folder} holds no segment-*.db. Name the folder of ingest's journal.")
        self._placer = Placer(site)
        self._projects = [project.id for project in site.projects]
        self._open: tuple[Path, Segment] | None = None
        self._parts: dict[str, tuple[Path, int, int]] = {}
        self._placed_to = 0
        self._checksum = 0

    def facts(self) -> list[tuple[str, str]]:
        """See `Source.facts`."""
        return [("segments", str(len(self._paths)))]

    def doubts(self) -> list[str]:
        """See `Source.doubts`."""
        return []

    def chunks(self) -> list[Chunk]:
        """See `Source.chunks`: ranges of positions; a chunk's state is the last position in it."""
        found: list[Chunk] = []
        for path in self._paths:
            first = _first(path)
            last = self._segment(path).last()
            for begin in range(first, last + 1, _POSITIONS):
                end = min(begin + _POSITIONS, last + 1)
                name = f"{path.name}:{begin}"
                self._parts[name] = (path, begin, end)
                found.append(Chunk(len(found), name, str(end - 1), end - begin))
        return found

    def read(self, chunk: Chunk) -> Read:
        """See `Source.read`; a row's number is the message's position."""
        path, begin, end = self._parts[chunk.name]
        segment = self._segment(path)
        self._checksum = 0
        if self._placed_to != begin:
            # Times for messages that have none depend on those just before them, and on none that was read further on.
            self._forget_times()
            for _ in self._messages(segment, max(_first(path), begin - _WARM_UP), begin):
                pass
        self._checksum, self._placed_to = 0, -1  # until it has come to its end
        messages = self._messages(segment, begin, end)
        while piece := list(islice(messages, _PIECE)):
            yield from (each for each in piece if isinstance(each, BadRow))
            yield from _batches([each for each in piece if not isinstance(each, BadRow)])
        self._placed_to = end

    def checksum(self) -> str:
        """See `Source.checksum`."""
        return f"{self._checksum:08x}"

    def close(self) -> None:
        """See `Source.close`."""
        if self._open is not None:
            self._open[1].close()
            self._open = None

    def _segment(self, path: Path) -> Segment:
        if self._open is None or self._open[0] != path:
            self.close()
            try:
                self._open = path, Segment(path, _first(path))
            except sqlite3.DatabaseError as error:
                raise Misconfigured(
                    f"{path}: it cannot be read: {error}. Let this user read and write its folder, or take it out."
                ) from error
        return self._open[1]

    def _forget_times(self) -> None:
        for project in self._projects:
            self._placer.restore(project, {})

    def _messages(self, segment: Segment, begin: int, end: int) -> Iterator[tuple[int, str, Point] | BadRow]:
        """Points with position and project, and what is bad."""
        for batch in segment.read(begin - 1, end):
            if batch.damage:
                count = batch.last - batch.first + 1
                detail = f"{batch.damage}. It cannot be brought back; take the file from a backup if there is one."
                yield BadRow(batch.first, "damaged", detail, "", count)
            for position, message in enumerate(batch.messages, batch.first):
                if begin <= position < end:
                    yield from self._place(position, message)

    def _place(self, position: int, message: Message) -> Iterator[tuple[int, str, Point] | BadRow]:
        self._checksum = zlib.crc32(message.payload, zlib.crc32(message.topic.encode(), self._checksum))
        placed = place(self._placer, message)
        project = self._placer.project_of(message.topic) or ""
        for point in placed.points:
            yield position, project, point
        for fault in placed.faults:
            text = f"{message.topic} {message.payload[:_LONGEST_SHOWN].decode(errors='replace')}"
            yield BadRow(position, str(fault.reason), fault.detail, text[:_LONGEST_SHOWN])


def _batches(points: list[tuple[int, str, Point]]) -> Iterator[Batch]:
    groups: dict[Labels, list[tuple[int, Point]]] = {}
    for position, project, point in points:
        house, room, device = point.place.house, point.place.room, point.place.device
        labels: Labels = (
            ("device", device),
            ("house", house),
            ("measurement", point.measurement),
            ("project", project),
            ("room", room),
        )
        groups.setdefault(labels, []).append((position, point))
    for labels, members in groups.items():
        columns: dict[str, tuple[list[int], list[float | str]]] = {}
        for index, (_, point) in enumerate(members):
            for name, value in point.fields.items():
                at, values = columns.setdefault(name, ([], []))
                at.append(index)
                values.append(value)
        fields = {name: spread(_column(values), at, len(members)) for name, (at, values) in columns.items()}
        rows = np.array([position for position, _ in members], np.int64)
        time = np.array([point.time for _, point in members], np.int64) * 1_000_000
        yield Batch(labels, rows, time, fields)


def _column(values: list[float | str]) -> Column:
    if isinstance(values[0], str):
        return texts_column([str(value) for value in values])
    return Column("float", np.array(values, np.float64))


def _first(path: Path) -> int:
    return int(path.stem.removeprefix("segment-"))
