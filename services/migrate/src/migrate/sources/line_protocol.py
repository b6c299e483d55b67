"""Line protocol in files: as `influx_inspect export`, `influxd inspect export-lp` and others write it."""

import re
from collections.abc import Iterator

from migrate.batch import BadRow, Batch, Chunk
from migrate.sources.files import Files, Piece
from migrate.sources.interface import Read
from migrate.sources.lines import Context, Parser
from migrate.sources.texts import LINE_PROTOCOL

_PIECE = 4 * 1024 * 1024
_SMALL_PIECE = 1024 * 1024
_OWN_SERIES = 0.8
_CONTEXT = re.compile(rb"^# ?CONTEXT-(DATABASE|RETENTION-POLICY): *([^\r\n]*)", re.MULTILINE)
PRECISIONS = {"ns": 1, "us": 1_000, "ms": 1_000_000, "s": 1_000_000_000}
"""Nanoseconds of the units that times may be in."""


class LineProtocolSource:
    """Files of line protocol.

    Args:
        files: the files.
        precision: the unit of the times.
    """

    def __init__(self, files: Files, precision: str) -> None:
        self.name = "line protocol"
        self._files = files
        self._files.quoting = LINE_PROTOCOL
        self._precision = precision
        self._context = Context()

    def facts(self) -> list[tuple[str, str]]:
        """See `Source.facts`."""
        return [("precision", self._precision)]

    def doubts(self) -> list[str]:
        """See `Source.doubts`."""
        return []

    def chunks(self) -> list[Chunk]:
        """See `Source.chunks`."""
        return self._files.chunks()

    def read(self, chunk: Chunk) -> Read:
        """See `Source.read`."""
        self._files.observe = self._observe
        # A series takes as much memory as many lines do: lines that have one each come in small pieces. How a chunk is
        # cut may depend on the chunk alone, as of two readings of a millisecond it tells which comes first.
        self._files.piece = _SMALL_PIECE
        for piece in self._files.read(chunk):
            parser = Parser(piece.first, PRECISIONS[self._precision], self._context)
            yield from self._parse(parser, piece)
            if parser.series < _OWN_SERIES * piece.data.count(b"\n"):
                self._files.piece = _PIECE

    def checksum(self) -> str:
        """See `Source.checksum`."""
        return self._files.checksum()

    def close(self) -> None:
        """See `Source.close`."""
        self._files.close()

    def _parse(self, parser: Parser, piece: Piece) -> Iterator[Batch | BadRow]:
        parser.take(piece.data, piece.records)
        self._context = parser.context
        yield from parser.bad
        yield from parser.batches()
        yield from parser.late

    def _observe(self, skipped: bytes | None) -> None:
        """What is skipped may say to which database the lines after it belong; None: a file begins."""
        if skipped is None:
            self._context = Context()
        elif b"CONTEXT-" in skipped:
            for kind, name in _CONTEXT.findall(skipped):
                self._context = self._context.told(kind, name)


def precision_of(sample: bytes) -> str | None:
    """The unit of the times in some lines, by their size; None where no line has a time."""
    digits = [len(m[1].lstrip(b"-")) for m in re.finditer(rb" (-?\d{9,20})\r?$", sample, re.MULTILINE)]
    if not digits:
        return None
    usual = sorted(digits)[len(digits) // 2]
    return "s" if usual <= 11 else "ms" if usual <= 14 else "us" if usual <= 17 else "ns"  # noqa: PLR2004 (as hdh.times)
