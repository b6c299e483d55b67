"""The credentials' folder: secrets as files that only one user reads, written whole or not at all."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from hdh.errors import Misconfigured

READERS = ("broker", "ingest", "api", "simulator", "migrate")
"""Who finds what it needs in a folder of its own: the only one that its container sees."""

_FILE_MODE = 0o600
_FOLDER_MODE = 0o700


class Credentials:
    """A folder of secrets. Several processes may use it at once if each changes it inside `lock`.

    Args:
        folder: it must be there, and this user must be able to write in it.

    Attributes:
        made: the names of what was written since it was opened, in order.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.made: list[str] = []

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Keep other processes from changing the folder meanwhile.

        Raises:
            Misconfigured: the folder is not there or not ours.
        """
        try:
            handle = os.open(self.folder / ".lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, _FILE_MODE)
        except OSError as error:
            raise _unusable(self.folder, error) from error
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def make_folders(self) -> None:
        """Make the readers' folders, which are there before their containers start."""
        for reader in READERS:
            try:
                (self.folder / reader).mkdir(mode=_FOLDER_MODE, exist_ok=True)
            except OSError as error:
                raise _unusable(self.folder / reader, error) from error

    def read(self, name: str) -> str | None:
        """The text of a file without the newline at its end, or None where there is no such file or it is empty."""
        try:
            return (self.folder / name).read_text(encoding="utf-8").rstrip("\n") or None
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise _unusable(self.folder / name, error) from error

    def write(self, name: str, text: str) -> bool:
        """Write a file so that a reader, or a crash, meets the old text or the new one; False if it was there already.

        Raises:
            Misconfigured: it cannot be written.
        """
        if self.read(name) == text.rstrip("\n"):
            return False
        path = self.folder / name
        fresh = path.with_name(f".{path.name}.new")
        try:
            path.parent.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
            with open(fresh, "w", encoding="utf-8", opener=_private) as file:
                file.write(text.rstrip("\n") + "\n")
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(path)
            _sync_folder(path.parent)
        except OSError as error:
            raise _unusable(path, error) from error
        self.made.append(name)
        return True

    def ensure(self, name: str, make: Callable[[], str]) -> str:
        """The text of a file, which is made where it is missing."""
        found = self.read(name)
        if found is None:
            found = make()
            self.write(name, found)
        return found


def _private(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_CLOEXEC, _FILE_MODE)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _unusable(path: Path, error: Exception) -> Misconfigured:
    why = error.strerror if isinstance(error, OSError) else str(error)
    return Misconfigured(
        f"The credentials at {path} cannot be used ({why}). "
        "HDH_OPERATE_CREDENTIALS_DIR must name a folder of this user, on the volume that the services read."
    )
