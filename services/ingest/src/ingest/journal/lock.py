"""One process for a journal: a lock that ends with the process, however it ends."""

import fcntl
import os
from pathlib import Path

from hdh.errors import Misconfigured


class Lock:
    """Holds a folder for this process until closed.

    Args:
        folder: HDH_JOURNAL_DIR; made if it is not there.
        name: the file that is locked.

    Attributes:
        path: that file.

    Raises:
        Misconfigured: another process holds it, or the folder cannot be used; the sentence names HDH_JOURNAL_DIR.
    """

    def __init__(self, folder: Path, name: str = "lock") -> None:
        self.path = folder / name
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise Misconfigured(
                f"HDH_JOURNAL_DIR={folder}: {error.strerror}. Name a folder that this user can write to."
            ) from error
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            owner = os.pread(self._descriptor, 20, 0).decode("ascii", "replace").strip()
            os.close(self._descriptor)
            raise Misconfigured(
                f"HDH_JOURNAL_DIR={folder}: another ingest (process {owner or 'unknown'}) uses this journal. "
                "Stop it, or give each process a journal of its own."
            ) from error
        # Only a courtesy to the reader of the error above: a full disk must not keep ingest from starting.
        try:
            os.ftruncate(self._descriptor, 0)
            os.pwrite(self._descriptor, str(os.getpid()).encode(), 0)
        except OSError:
            return

    def close(self) -> None:
        """Let go."""
        os.close(self._descriptor)
