"""Files as sources: plain, gzip or zstd, cut into chunks of whole records."""

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from hdh.errors import Misconfigured
from migrate.batch import Chunk
from migrate.sources.texts import Quoting, Records, find_records
from migrate.sources.unpacking import UNPACKING_ERRORS, Unpacked, open_unpacked, unpacked_size

CHUNK_BYTES = 8 * 1024 * 1024
_SKIPPED_AT_ONCE = 2 * 1024 * 1024
HEAD_BYTES = 256 * 1024
LONGEST_LINE = 1024 * 1024
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class Piece:
    """Whole records of a file.

    Attributes:
        first: the number of the first line, from 1.
        data: the lines.
        records: which lines make one record.
    """

    first: int
    data: bytes
    records: Records = field(default_factory=Records)


def paths_of(path: Path, pattern: str) -> list[Path]:
    """The file, or the files of a folder (and of those in it) that match a pattern.

    Raises:
        Misconfigured: there is none, or it cannot be read.
    """
    if path.is_file():
        found = [path]
    elif path.is_dir():
        found = sorted(each for each in path.rglob(pattern) if each.is_file())
        if not found:
            raise Misconfigured(f"source.path: {path} holds no file that matches {pattern!r}. Mend path or pattern.")
    else:
        raise Misconfigured(f"source.path: there is no {path}. Name a file or a folder that this user can read.")
    for each in found:
        try:
            with each.open("rb") as file:
                head = file.read(2)
        except OSError as error:
            raise Misconfigured(f"source.path: {each}: {error.strerror}. Let this user read it.") from error
        if head in _UTF16:
            raise Misconfigured(f"source.path: {each} is UTF-16. Save it as UTF-8: iconv -f UTF-16 -t UTF-8.")
    return found


@dataclass(frozen=True, slots=True)
class _Part:
    path: Path
    begin: int
    end: int


class Files:
    """Some files, read as one source in the order of their names.

    Args:
        paths: the files.
        root: what their names in the ledger are relative to.
        chunk_bytes: how long a chunk is.

    Attributes:
        piece: of about how many bytes pieces are; it may change while a chunk is read.
        quoting: how texts are quoted that may hold line breaks; None: a line is a record.
        observe: is told what is skipped to get to a chunk; None whenever a file is begun.
    """

    def __init__(self, paths: list[Path], root: Path, *, chunk_bytes: int = CHUNK_BYTES) -> None:
        self.paths = paths
        self.piece = chunk_bytes
        self.quoting: Quoting | None = None
        self._root = root if root.is_dir() else root.parent
        self._chunk_bytes = chunk_bytes
        self.observe: Callable[[bytes | None], None] = lambda _: None
        self._checksum = 0
        self._parts: dict[str, _Part] = {}
        # Where line numbers and compressed streams stand, so that the next chunk need not begin at the file's start.
        self._at: tuple[Path, int, int, Unpacked] | None = None

    def chunks(self) -> list[Chunk]:
        """Chunks by position in the file (of compressed ones, in what they unpack to)."""
        found: list[Chunk] = []
        for path in self.paths:
            stat = path.stat()
            size = unpacked_size(path)
            relative = path.relative_to(self._root)
            for begin in range(0, max(size, 1), self._chunk_bytes):
                name = f"{relative}:{begin}"
                end = min(begin + self._chunk_bytes, size)
                self._parts[name] = _Part(path, begin, end)
                found.append(Chunk(len(found), name, f"{stat.st_size} {stat.st_mtime_ns}", end - begin))
        return found

    def head(self, path: Path) -> bytes:
        """The first lines of a file, unpacked.

        Raises:
            Misconfigured: it cannot be unpacked.
        """
        try:
            file = open_unpacked(path)
            try:
                data = file.read(HEAD_BYTES)
            finally:
                file.close()
        except UNPACKING_ERRORS as error:
            raise Misconfigured(f"{path}: it cannot be unpacked: {error}. Is it whole? Copy it again.") from error
        end = data.rfind(b"\n") + 1
        return data[:end] if end and len(data) == HEAD_BYTES else data

    def path_of(self, chunk: Chunk) -> Path:
        """The file that a chunk is of."""
        return self._parts[chunk.name].path

    def read(self, chunk: Chunk) -> Iterator[Piece]:
        """The records that begin in a chunk, in pieces.

        Raises:
            Misconfigured: a compressed file is cut or damaged, or the file was taken away.
        """
        part = self._parts[chunk.name]
        self._checksum = 0
        is_whole = False
        try:
            yield from self._read(part)
            is_whole = True
        except UNPACKING_ERRORS as error:
            raise Misconfigured(
                f"{part.path}: it cannot be read to its end: {error}. Is it whole? Copy or unpack it again."
            ) from error
        finally:
            if not is_whole:  # the file stands somewhere within the chunk
                self._forget()

    def checksum(self) -> str:
        """CRC-32 of the bytes of the last chunk that was read."""
        return f"{self._checksum:08x}"

    def close(self) -> None:
        """Close what is open."""
        self._forget()

    def _read(self, part: _Part) -> Iterator[Piece]:
        file, line = self._seek(part)
        while (left := part.end - file.tell()) > 0:
            found = self._take(file, min(self.piece, left), line)
            if not found.data:
                break
            self._checksum = zlib.crc32(found.data, self._checksum)
            yield found
            line += found.data.count(b"\n")
        self._at = (part.path, part.end, line, file)

    def _seek(self, part: _Part) -> tuple[Unpacked, int]:
        """The file, at the first record that begins in the part, and the number of its line."""
        if self._at is None or self._at[0] != part.path or self._at[1] > part.begin:
            self._forget()
            self._at = (part.path, 0, 1, open_unpacked(part.path))
            self.observe(None)
        _, at, line, file = self._at
        while at < part.begin:
            # Skipped as it was read: a chunk takes the rest of its last record.
            end = min(at + self._chunk_bytes, part.begin)
            while (left := end - file.tell()) > 0:
                data = self._take(file, min(_SKIPPED_AT_ONCE, left), line).data
                if not data:
                    break
                self.observe(data)
                line += data.count(b"\n")
            at = end
        return file, line

    def _take(self, file: Unpacked, size: int, line: int) -> Piece:
        """About so many bytes and the rest of the last record; the same end of a chunk, however it is read."""
        data = _lines(file, size)
        if self.quoting is None or b'"' not in data:
            return Piece(line, data)
        longest, behind = self.quoting.longest, b""

        def ahead() -> bytes:
            nonlocal behind
            behind = _lines(file, longest + 1)
            return behind

        skip = max(0, self.quoting.skip + 1 - line)
        records = find_records(data, self.quoting, skip=skip, ahead=ahead)
        rest = max(0, records.end - len(data))
        file.give_back(behind[rest:])
        return Piece(line, data + behind[:rest], records)

    def _forget(self) -> None:
        if self._at is not None:
            self._at[3].close()
            self._at = None


def _lines(file: Unpacked, size: int) -> bytes:
    """So many bytes, and the rest of their last line."""
    data = file.read(size)
    return data + file.readline(LONGEST_LINE) if data and not data.endswith(b"\n") else data
