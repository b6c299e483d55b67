"""The site file, read again when it changes; a bad one is told and the old one stays."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

import structlog

from hdh.errors import Misconfigured
from hdh.site import Site, load_site

_CHECK_SECONDS = 1.0

log = structlog.get_logger()


class SiteFile:
    """The newest good state of the site file. Safe for several threads.

    Args:
        path: HDH_SITE_FILE; None: the default site, which never changes.
        clock: seconds that only grow.

    Raises:
        Misconfigured: the file is bad at the start.
    """

    def __init__(self, path: Path | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._path = path
        self._clock = clock
        self._lock = threading.Lock()
        self._checked = clock()
        self._state = self._look()
        self._site = load_site(path)
        self._problem: str | None = None

    @property
    def site(self) -> Site:
        """What the file says, at most a second late."""
        with self._lock:
            if self._path is not None and self._clock() - self._checked >= _CHECK_SECONDS:
                self._checked = self._clock()
                self._reload_if_changed()
            return self._site

    @property
    def problem(self) -> str | None:
        """What is wrong with the newest state of the file, None where it is in use."""
        _ = self.site
        return self._problem

    def _reload_if_changed(self) -> None:
        state = self._look()
        if state == self._state:
            return
        self._state = state
        try:
            self._site = load_site(self._path)
        except Misconfigured as error:
            self._problem = f"The site file is bad, the one before stays in use: {error}"
            log.error("site_file_bad", error=str(error), version=self._site.version)  # noqa: TRY400 (its sentence says all)
        else:
            self._problem = None
            log.info("site_file_loaded", version=self._site.version)

    def _look(self) -> tuple[int, int, int] | None:
        """What changes whenever the file does; None while it is missing."""
        if self._path is None:
            return None
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino
