"""Tar as a stream: entries out of one, entries into another, a piece of a file at a time."""

import hashlib
import io
import tarfile
from collections.abc import Iterable, Iterator
from typing import IO, Self

import msgspec

from hdh.errors import Misconfigured
from operate.archive.manifest import Entry, Kind

PIECE = 1 << 20
_BLOCK = 512
END = bytes(2 * _BLOCK)
"""What ends a tar stream."""

_KINDS: dict[bytes, Kind] = {
    tarfile.REGTYPE: "file",
    tarfile.AREGTYPE: "file",
    tarfile.DIRTYPE: "folder",
    tarfile.SYMTYPE: "symlink",
    tarfile.LNKTYPE: "hardlink",
    tarfile.FIFOTYPE: "fifo",
}
_TYPES: dict[Kind, bytes] = {
    "file": tarfile.REGTYPE,
    "folder": tarfile.DIRTYPE,
    "symlink": tarfile.SYMTYPE,
    "hardlink": tarfile.LNKTYPE,
    "fifo": tarfile.FIFOTYPE,
}


# tarfile takes what extends a header, a long name for example, into memory, whatever size it claims.
_LARGEST_EXTENSION = 1 << 20


class _Header(tarfile.TarInfo):
    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        info = super().frombuf(buf, encoding, errors)
        if info.type not in _KINDS and info.size > _LARGEST_EXTENSION:
            raise tarfile.ReadError(f"the header of {info.name!r} is too large")
        return info


class Pull(io.RawIOBase):
    """Reads from pieces of bytes as they come."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        super().__init__()
        self._pieces = iter(pieces)
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        """It is for reading."""
        return True

    def read(self, size: int = -1) -> bytes:
        """So many bytes, or as many as are left."""
        assert size >= 0  # noqa: S101 (only tarfile calls this, and asks for blocks)
        parts, missing = [], size
        while missing and (self._rest or self._refill()):
            parts.append(self._rest[:missing])
            self._rest = self._rest[missing:]
            missing -= len(parts[-1])
        return b"".join(parts)

    def _refill(self) -> bool:
        for piece in self._pieces:
            if piece:
                self._rest = memoryview(piece)
                return True
        return False


def members(source: IO[bytes] | Pull) -> Iterator[tuple[tarfile.TarInfo, IO[bytes] | None]]:
    """The members of a tar stream and, of files, their content, to be read before the next member is asked for.

    Raises:
        tarfile.TarError: it is no tar stream, or is cut off.
    """
    with tarfile.open(fileobj=source, mode="r|", bufsize=PIECE, tarinfo=_Header) as tar:
        while (info := tar.next()) is not None:
            yield info, tar.extractfile(info) if info.isreg() else None
            # tarfile remembers every member of a stream that it cannot go back in.
            tar.members = []  # type: ignore[attr-defined]  # it is no part of the documented interface


def entry_of(info: tarfile.TarInfo, root: str) -> Entry:
    """A member below a root folder as an entry; a file's digest is not known yet.

    Raises:
        Misconfigured: it is of a kind that is not kept (a device), or stands outside the root.
    """
    kind = _KINDS.get(info.type)
    if kind is None or info.issparse():
        raise Misconfigured(f"{info.name!r} is neither file nor folder nor link: it cannot be kept. Take it away.")
    path = _below(info.name, root)
    link = _below(info.linkname, root) if kind == "hardlink" else info.linkname if kind == "symlink" else ""
    size = info.size if kind == "file" else 0
    return Entry(path, kind, info.mode, info.uid, info.gid, int(info.mtime), size=size, link=link)


def header(entry: Entry, root: str) -> bytes:
    """The header of an entry, below a root folder."""
    info = tarfile.TarInfo("/".join(part for part in (root, entry.path) if part))
    info.type = _TYPES[entry.kind]
    info.mode, info.uid, info.gid, info.mtime, info.size = entry.mode, entry.uid, entry.gid, entry.time, entry.size
    info.linkname = f"{root}/{entry.link}" if entry.kind == "hardlink" else entry.link
    return info.tobuf(tarfile.PAX_FORMAT, errors="surrogateescape")


def padding(size: int) -> bytes:
    """What fills a content of this size up to whole blocks."""
    return bytes(-size % _BLOCK)


def content(file: IO[bytes] | None, entry: Entry) -> Iterator[bytes]:
    """A file's content, piece by piece.

    Raises:
        tarfile.TarError: it ends early.
    """
    left = entry.size
    while left:
        piece = file.read(min(PIECE, left)) if file else b""
        if not piece:
            raise tarfile.ReadError("unexpected end of data")
        left -= len(piece)
        yield piece


def digested(file: IO[bytes] | None, entry: Entry) -> Entry:
    """The entry with the digest of its content, which is read to its end."""
    if entry.kind != "file":
        return entry
    digest = hashlib.sha256()
    for piece in content(file, entry):
        digest.update(piece)
    return msgspec.structs.replace(entry, sha256=digest.hexdigest())


def _below(name: str, root: str) -> str:
    parts = [part for part in name.split("/") if part not in {"", "."}]
    if root and parts[:1] == [root]:
        del parts[0]
    elif root:
        raise Misconfigured(f"{name!r} stands outside of {root!r}.")
    if ".." in parts:
        raise Misconfigured(f"{name!r} leads out of its folder.")
    return "/".join(parts)
