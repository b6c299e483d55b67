"""What an archive says about itself: first what it is, last what every entry in it must be."""

from typing import Literal

import msgspec

FORMAT = "hdh-backup"
VERSION = 1

HEAD = "hdh-backup.json"
MANIFEST = "manifest.json"
DIGEST = "manifest.sha256"

Kind = Literal["file", "folder", "symlink", "hardlink", "fifo"]


class Entry(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A file or folder of a volume.

    Attributes:
        path: below the volume's root; the root itself is "".
        kind: what it is.
        mode: its permissions.
        uid: its owner.
        gid: its group.
        time: last changed, epoch seconds.
        size: bytes of a file.
        sha256: of a file's content, hexadecimal.
        link: what a link points to; of a hard link, the path of the file that it equals.
    """

    path: str
    kind: Kind
    mode: int
    uid: int
    gid: int
    time: int
    size: int = 0
    sha256: str = ""
    link: str = ""


class Volume(msgspec.Struct, frozen=True):
    """A volume as it was.

    Attributes:
        role: its name without the project's in front: `store`.
        labels: those of the volume.
    """

    role: str
    labels: dict[str, str] = {}


class Head(msgspec.Struct, frozen=True):
    """The first member.

    Attributes:
        format: FORMAT.
        version: VERSION.
        created: when, ISO 8601.
        project: the Compose project's name.
        volumes: what follows, in this order.
        images: the image of each service, for whom it may concern at the restore.
        engine: the Docker engine's version.
        operate: the version of operate.
    """

    format: str
    version: int
    created: str
    project: str
    volumes: tuple[Volume, ...]
    images: dict[str, str] = {}
    engine: str = ""
    operate: str = ""


class Manifest(msgspec.Struct):
    """The last member but one; its digest is the last.

    Attributes:
        head: the first member again, so that it is under the digest too.
        entries: of each volume by its role, in the order in which they stand in the archive.
    """

    head: Head
    entries: dict[str, list[Entry]]

    def bytes_of(self, role: str) -> int:
        """The size of a volume's files together."""
        return sum(entry.size for entry in self.entries[role])

    def files_of(self, role: str) -> int:
        """How many files a volume holds."""
        return sum(1 for entry in self.entries[role] if entry.kind == "file")
