"""Writes an archive, volume by volume, in constant memory but for the list of entries."""

import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import msgspec
import zstandard

from hdh.errors import Misconfigured
from operate.archive.manifest import DIGEST, HEAD, MANIFEST, Entry, Head, Manifest
from operate.archive.tar import END, Pull, content, entry_of, header, members, padding

_LEVEL = 3


class Archive:
    """An archive in the making; use `create`."""

    def __init__(self, out: IO[bytes], head: Head) -> None:
        self._out = out
        self._manifest = Manifest(head, {})
        self._put(HEAD, msgspec.json.encode(head))

    @property
    def manifest(self) -> Manifest:
        """What was written so far."""
        return self._manifest

    def add_volume(self, role: str, tar: Iterable[bytes]) -> None:
        """Add a volume from a tar stream whose paths are those below the volume's root."""
        entries = self._manifest.entries.setdefault(role, [])
        for info, file in members(Pull(tar)):
            entry = entry_of(info, "")
            digest = hashlib.sha256()
            self._out.write(header(entry, role))
            for piece in content(file, entry):
                digest.update(piece)
                self._out.write(piece)
            self._out.write(padding(entry.size))
            sha256 = digest.hexdigest() if entry.kind == "file" else ""
            entries.append(msgspec.structs.replace(entry, sha256=sha256))

    def finish(self) -> None:
        """Write what checks all the rest."""
        manifest = msgspec.json.encode(self._manifest)
        self._put(MANIFEST, manifest)
        self._put(DIGEST, hashlib.sha256(manifest).hexdigest().encode())
        self._out.write(END)

    def _put(self, name: str, data: bytes) -> None:
        entry = Entry(name, "file", 0o600, 0, 0, 0, size=len(data))
        self._out.write(header(entry, "") + data + padding(len(data)))


@contextmanager
def create(path: Path, head: Head) -> Iterator[Archive]:
    """Create an archive that only this user can read; it gets its name when it is whole.

    Raises:
        Misconfigured: the file is there already, or cannot be written.
    """
    if path.exists():
        raise Misconfigured(f"{path} is there already; name another file.")
    part = path.with_name(path.name + ".part")
    try:
        with open(part, "wb", opener=_private) as file:
            with zstandard.ZstdCompressor(level=_LEVEL, write_checksum=True).stream_writer(file, closefd=False) as out:
                archive = Archive(out, head)
                yield archive
                archive.finish()
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        # The engine's errors are OSErrors too, by inheritance, and have no number.
        if error.errno is None:
            raise
        raise Misconfigured(f"{path} cannot be written: {error.strerror}.") from error
    finally:
        part.unlink(missing_ok=True)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
