"""Reads an archive: checks all of it first, and only then gives it out."""

import hashlib
import itertools
import re
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TypeAlias

import msgspec
import zstandard

from hdh.errors import Misconfigured
from operate.archive.manifest import DIGEST, FORMAT, HEAD, MANIFEST, VERSION, Entry, Head, Manifest
from operate.archive.tar import END, content, digested, entry_of, header, members, padding

Member: TypeAlias = tuple[tarfile.TarInfo, IO[bytes] | None]

_OURS = {HEAD, MANIFEST, DIGEST}
# A name with `_` would be the volume of another project.
_ROLE = re.compile(r"[A-Za-z0-9.-]+")
_LARGEST_HEAD = 1 << 20
_DIGEST_BYTES = 64


def verify(path: Path) -> Manifest:
    """Read an archive from its first byte to its last and compare all of it with its manifest.

    Raises:
        Misconfigured: it is no backup of this stack, or is damaged.
    """
    with _opened(path) as members_:
        head = _read_head(path, members_)
        found: dict[str, list[Entry]] = {volume.role: [] for volume in head.volumes}
        to_come = list(found)
        manifest = digest = None
        for info, file in members_:
            if info.name == MANIFEST:
                # It lists what was found, so it cannot be much larger than that.
                most = 2 * len(msgspec.json.encode(Manifest(head, found))) + _LARGEST_HEAD
                manifest = _read_all(file, info, most)
            elif info.name == DIGEST:
                digest = _read_all(file, info, _DIGEST_BYTES)
            else:
                role = info.name.partition("/")[0]
                # In the head's order, as each volume is restored in one go.
                while to_come and to_come[0] != role:
                    del to_come[0]
                if not to_come or manifest is not None:
                    raise _damaged(path, f"{info.name!r} does not belong there")
                found[role].append(digested(file, entry_of(info, role)))
    if manifest is None or digest is None:
        raise _damaged(path, "it ends early")
    return _compare(path, Manifest(head, found), manifest, digest)


def volume_streams(path: Path, root: str) -> Iterator[tuple[str, Iterator[bytes]]]:
    """The volumes of an archive that was verified: each one's role and a tar stream whose paths stand below `root`.

    A stream is to be read to its end before the next is asked for.
    """
    with _opened(path) as members_:
        for role, group in itertools.groupby(members_, key=lambda member: member[0].name.partition("/")[0]):
            if role not in _OURS:
                yield role, _stream(group, role, root)


def _stream(group: Iterator[Member], role: str, root: str) -> Iterator[bytes]:
    for info, file in group:
        entry = entry_of(info, role)
        yield header(entry, root)
        yield from content(file, entry)
        yield padding(entry.size)
    yield END


@contextmanager
def _opened(path: Path) -> Iterator[Iterator[Member]]:
    try:
        with path.open("rb") as file, zstandard.ZstdDecompressor().stream_reader(file) as plain:
            yield members(plain)
            # What follows the last member holds the checksum of the compressed stream.
            while plain.read(1 << 20):
                pass
    except zstandard.ZstdError as error:
        raise _damaged(path, str(error)) from error
    except (tarfile.TarError, EOFError) as error:
        raise _damaged(path, str(error)) from error
    except OSError as error:
        raise Misconfigured(f"{path} cannot be read: {error.strerror or error}.") from error


def _read_head(path: Path, members_: Iterator[Member]) -> Head:
    info, file = next(members_, (None, None))
    if info is None or info.name != HEAD:
        raise _foreign(path)
    try:
        head = msgspec.json.decode(_read_all(file, info, _LARGEST_HEAD), type=Head)
    except msgspec.DecodeError as error:
        raise _foreign(path) from error
    if head.format != FORMAT:
        raise _foreign(path)
    if head.version != VERSION:
        raise Misconfigured(
            f"{path} is a backup of format {head.version}, and this is operate for format {VERSION}: "
            f"take the version that made it ({head.operate or 'unknown'})."
        )
    roles = [volume.role for volume in head.volumes]
    if len(set(roles)) < len(roles) or not all(_ROLE.fullmatch(role) for role in roles):
        raise _damaged(path, f"its volumes are called {', '.join(map(repr, roles))}")
    return head


def _read_all(file: IO[bytes] | None, info: tarfile.TarInfo, most: int) -> bytes:
    if info.size > most:
        raise tarfile.ReadError(f"{info.name} is too large")
    data = file.read() if file else b""
    if len(data) != info.size:
        raise tarfile.ReadError("unexpected end of data")
    return data


def _compare(path: Path, found: Manifest, manifest: bytes, digest: bytes) -> Manifest:
    if len(digest) != _DIGEST_BYTES or hashlib.sha256(manifest).hexdigest().encode() != digest:
        raise _damaged(path, "its manifest does not fit its checksum")
    try:
        said = msgspec.json.decode(manifest, type=Manifest)
    except msgspec.DecodeError as error:
        raise _damaged(path, f"its manifest cannot be read ({error})") from error
    if said.head != found.head or said.entries.keys() != found.entries.keys():
        raise _damaged(path, "its first member does not fit its manifest")
    for role, entries in said.entries.items():
        if problem := difference(entries, found.entries[role]):
            raise _damaged(path, f"{role}: {problem}")
    return said


def difference(expected: list[Entry], found: list[Entry]) -> str | None:
    """The first difference between two lists of entries, whatever their order, as words; None if they are equal."""
    by_path = {entry.path: entry for entry in found}
    for entry in expected:
        other = by_path.pop(entry.path, None)
        if other is None:
            return f"{entry.path!r} is missing"
        if other != entry:
            field = next(name for name in Entry.__struct_fields__ if getattr(entry, name) != getattr(other, name))
            return f"the {field} of {entry.path!r} is {getattr(other, field)!r}, not {getattr(entry, field)!r}"
    if by_path:
        return f"{next(iter(by_path))!r} is too much"
    return None


def _foreign(path: Path) -> Misconfigured:
    return Misconfigured(f"{path} is no backup made by `operate backup`; nothing was touched.")


def _damaged(path: Path, why: str) -> Misconfigured:
    return Misconfigured(f"{path} is damaged or no backup ({why}); nothing was touched. Take another copy of it.")
