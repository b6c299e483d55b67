"""How far the simulator has published, kept in a small file, so that a second start goes on there."""

import json
from pathlib import Path

from hdh.errors import Misconfigured


class Progress:
    """The time until which all messages are acknowledged, for one seed; in memory only where there is no file."""

    def __init__(self, path: Path | None, seed: int) -> None:
        self._path = path
        self._seed = seed

    def read(self) -> int | None:
        """Epoch ms; None if nothing was published yet, or with another seed.

        Raises:
            Misconfigured: the file is no such file.
        """
        if self._path is None or not self._path.exists():
            return None
        try:
            state = json.loads(self._path.read_text(encoding="utf-8"))
            return int(state["published_until"]) if state["seed"] == self._seed else None
        except (OSError, ValueError, KeyError, TypeError) as error:
            remedy = "Let HDH_SIMULATOR_STATE_FILE name a file of its own, or remove this one."
            raise Misconfigured(f"{self._path} cannot be read as the simulator's state ({error}). {remedy}") from error

    def write(self, until: int) -> None:
        """Remember it; a crash leaves the old file or the new one.

        Raises:
            Misconfigured: the file cannot be written.
        """
        if self._path is None:
            return
        fresh = self._path.with_name(self._path.name + ".new")
        try:
            fresh.write_text(json.dumps({"seed": self._seed, "published_until": until}), encoding="utf-8")
            fresh.replace(self._path)
        except OSError as error:
            raise Misconfigured(
                f"HDH_SIMULATOR_STATE_FILE={self._path}: {error.strerror}. Name a file that can be written."
            ) from error
