"""Files as sources: plain, gzip or zstd, cut into chunks of whole lines."""

import gzip
import io
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import zstandard

from hdh.errors import Misconfigured
from migrate.batch import Chunk

CHUNK_BYTES = 8 * 1024 * 1024
_PACKED = 64 * 1024
HEAD_BYTES = 256 * 1024
LONGEST_LINE = 1024 * 1024
_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
_COMPRESSED = {_GZIP: "gzip", _ZSTD: "zstd"}
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class Piece:
    """Whole lines of a file.

    Attributes:
        first: the number of the first line, from 1.
        data: the lines.
    """

    first: int
    data: bytes


def compression(path: Path) -> str:
    """`gzip`, `zstd`, or `plain`, by the file's first bytes."""
    with path.open("rb") as file:
        head = file.read(4)
    return next((name for magic, name in _COMPRESSED.items() if head.startswith(magic)), "plain")


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

    Attributes:
        observe: is told what is skipped to get to a chunk; None whenever a file is begun.
    """

    def __init__(self, paths: list[Path], root: Path) -> None:
        self.paths = paths
        self._root = root if root.is_dir() else root.parent
        self.observe: Callable[[bytes | None], None] = lambda _: None
        self._checksum = 0
        self._parts: dict[str, _Part] = {}
        # Where line numbers and compressed streams stand, so that the next chunk need not begin at the file's start.
        self._at: tuple[Path, int, int, BinaryIO] | None = None

    def chunks(self) -> list[Chunk]:
        """Chunks by position in the file (of compressed ones, in what they unpack to)."""
        found: list[Chunk] = []
        for path in self.paths:
            stat = path.stat()
            size = _unpacked_size(path)
            relative = path.relative_to(self._root)
            for begin in range(0, max(size, 1), CHUNK_BYTES):
                name = f"{relative}:{begin}"
                end = min(begin + CHUNK_BYTES, size)
                self._parts[name] = _Part(path, begin, end)
                found.append(Chunk(len(found), name, f"{stat.st_size} {stat.st_mtime_ns}", end - begin))
        return found

    def head(self, path: Path) -> bytes:
        """The first lines of a file, unpacked.

        Raises:
            Misconfigured: it cannot be unpacked.
        """
        try:
            file = _open(path)
            try:
                data = file.read(HEAD_BYTES)
            finally:
                file.close()
        except (OSError, EOFError, zlib.error, zstandard.ZstdError) as error:
            raise Misconfigured(f"{path}: it cannot be unpacked: {error}. Is it whole? Copy it again.") from error
        end = data.rfind(b"\n") + 1
        return data[:end] if end and len(data) == HEAD_BYTES else data

    def path_of(self, chunk: Chunk) -> Path:
        """The file that a chunk is of."""
        return self._parts[chunk.name].path

    def read(self, chunk: Chunk, piece: int = CHUNK_BYTES) -> Iterator[Piece]:
        """The lines that begin in a chunk, in pieces of about so many bytes.

        Raises:
            Misconfigured: a compressed file is cut or damaged, or the file was taken away.
        """
        part = self._parts[chunk.name]
        self._checksum = 0
        try:
            yield from self._read(part, piece)
        except (OSError, EOFError, zlib.error, zstandard.ZstdError) as error:
            self._forget()
            raise Misconfigured(
                f"{part.path}: it cannot be read to its end: {error}. Is it whole? Copy or unpack it again."
            ) from error

    def checksum(self) -> str:
        """CRC-32 of the bytes of the last chunk that was read."""
        return f"{self._checksum:08x}"

    def close(self) -> None:
        """Close what is open."""
        self._forget()

    def _read(self, part: _Part, piece: int) -> Iterator[Piece]:
        file, line = self._seek(part)
        position = file.tell()
        while position < part.end:
            data = file.read(min(piece, part.end - position))
            if not data:
                break
            if not data.endswith(b"\n"):
                data += file.readline(LONGEST_LINE)
            position = file.tell()
            self._checksum = zlib.crc32(data, self._checksum)
            yield Piece(line, data)
            line += data.count(b"\n")
        self._at = (part.path, part.end, line, file)

    def _seek(self, part: _Part) -> tuple[BinaryIO, int]:
        """The file, at the first line that begins in the part, and this line's number."""
        if self._at is None or self._at[0] != part.path or self._at[1] > part.begin:
            self._forget()
            self._at = (part.path, 0, 1, _open(part.path))
            self.observe(None)
        _, at, line, file = self._at
        while at < part.begin:
            # Skipped as it was read: a chunk takes the rest of its last line.
            end = min(at + CHUNK_BYTES, part.begin)
            while (position := file.tell()) < end:
                data = file.read(end - position)
                if not data:
                    break
                if not data.endswith(b"\n"):
                    data += file.readline(LONGEST_LINE)
                self.observe(data)
                line += data.count(b"\n")
            at = end
        return file, line

    def _forget(self) -> None:
        if self._at is not None:
            self._at[3].close()
            self._at = None


def _open(path: Path) -> BinaryIO:
    match compression(path):
        case "gzip":
            return gzip.open(path, "rb")  # type: ignore[return-value]
        case "zstd":
            return _Counted(io.BufferedReader(_Zstd(path), 1 << 20))  # type: ignore[return-value]
        case _:
            return path.open("rb", buffering=1 << 20)


class _Zstd(io.RawIOBase):
    """A zstd file unpacked, frame after frame; one that was cut is an error, which zstandard's own reader is not."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")
        self._frame = zstandard.ZstdDecompressor().decompressobj()
        self._rest = b""
        self._begun = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 (the base class takes any buffer)
        while not self._rest:
            data = self._frame.unused_data if self._frame.eof else b""
            if self._frame.eof:
                self._frame, self._begun = zstandard.ZstdDecompressor().decompressobj(), False
            data = data or self._file.read(_PACKED)
            if not data:
                if self._begun:
                    raise EOFError("it ends within a frame")
                return 0
            self._begun = True
            self._rest = self._frame.decompress(data)
        count = min(len(buffer), len(self._rest))
        buffer[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count

    def close(self) -> None:
        self._file.close()
        super().close()


class _Counted:
    """A stream that cannot tell where it is, with a count of what was read."""

    def __init__(self, file: io.BufferedReader) -> None:
        self._file = file
        self._position = 0

    def read(self, size: int) -> bytes:
        data = self._file.read(size)
        self._position += len(data)
        return data

    def readline(self, size: int) -> bytes:
        data = self._file.readline(size)
        self._position += len(data)
        return data

    def tell(self) -> int:
        return self._position

    def close(self) -> None:
        self._file.close()


def _unpacked_size(path: Path) -> int:
    """How many bytes a file has when it is unpacked; compressed ones are unpacked once to find out.

    Raises:
        Misconfigured: it is cut or damaged.
    """
    if compression(path) == "plain":
        return path.stat().st_size
    file = _open(path)
    try:
        while file.read(1 << 20):
            pass
        return file.tell()
    except (OSError, EOFError, zlib.error, zstandard.ZstdError) as error:
        raise Misconfigured(
            f"{path}: it cannot be unpacked to its end: {error}. Is it whole? Copy it again."
        ) from error
    finally:
        file.close()
