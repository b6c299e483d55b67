"""Files of bytes as they are unpacked: plain, gzip or zstd, told apart by their first bytes."""

import gzip
import io
import zlib
from pathlib import Path
from typing import Any

import zstandard

from hdh.errors import Misconfigured

UNPACKING_ERRORS = (OSError, EOFError, zlib.error, zstandard.ZstdError)
"""What reading an unpacked file may raise, where it is damaged or gone."""

_PACKED = 64 * 1024
_COMPRESSED = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd"}


def compression(path: Path) -> str:
    """`gzip`, `zstd`, or `plain`, by the file's first bytes."""
    with path.open("rb") as file:
        head = file.read(4)
    return next((name for magic, name in _COMPRESSED.items() if head.startswith(magic)), "plain")


class Unpacked:
    """What a file unpacks to, from its beginning on; what was read too much can be given back.

    Args:
        file: gives the bytes.
    """

    def __init__(self, file: io.BufferedIOBase) -> None:
        self._file = file
        self._given_back = io.BytesIO()
        self._position = 0

    def read(self, size: int) -> bytes:
        """So many bytes; fewer only at the end."""
        data = self._given_back.read(size)
        data += self._file.read(size - len(data))
        self._position += len(data)
        return data

    def readline(self, size: int) -> bytes:
        """The rest of a line, of so many bytes at most."""
        data = self._given_back.readline(size)
        if not data.endswith(b"\n"):
            data += self._file.readline(size - len(data))
        self._position += len(data)
        return data

    def give_back(self, data: bytes) -> None:
        """Bytes that were read last: they are read again."""
        self._given_back = io.BytesIO(data + self._given_back.read())
        self._position -= len(data)

    def tell(self) -> int:
        """How many bytes come before what is read next."""
        return self._position

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def open_unpacked(path: Path) -> Unpacked:
    """Open a file to read what it unpacks to."""
    match compression(path):
        case "gzip":
            return Unpacked(gzip.open(path, "rb"))
        case "zstd":
            return Unpacked(io.BufferedReader(_Zstd(path), 1 << 20))
        case _:
            return Unpacked(io.BufferedReader(path.open("rb", buffering=0), 1 << 20))


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


def unpacked_size(path: Path) -> int:
    """How many bytes a file has when it is unpacked; compressed ones are unpacked once to find out.

    Raises:
        Misconfigured: it is cut or damaged.
    """
    if compression(path) == "plain":
        return path.stat().st_size
    file = open_unpacked(path)
    try:
        while file.read(1 << 20):
            pass
        return file.tell()
    except UNPACKING_ERRORS as error:
        raise Misconfigured(
            f"{path}: it cannot be unpacked to its end: {error}. Is it whole? Copy it again."
        ) from error
    finally:
        file.close()
