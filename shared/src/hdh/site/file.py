"""The site file in force: loaded at start, and again when it changes; a bad new one is told and the old one stays."""

import time
from collections.abc import Callable
from pathlib import Path
from threading import Event, Lock

import structlog

from hdh.errors import Misconfigured
from hdh.site.load import load_site
from hdh.site.model import Site

_CHECK_SECONDS = 1.0

_log = structlog.get_logger()


class SiteFile:
    """Watches a site file. Safe for several threads.

    Args:
        path: HDH_SITE_FILE; None: the default site, which never changes.
        accept: raises Misconfigured for a site that its user cannot work with.
        clock: seconds that only grow.

    Attributes:
        site: the site in force.
        problem: what is wrong with the newest file, a sentence; empty if nothing.
        changed: set whenever a new site is in force.

    Raises:
        Misconfigured: the file is wrong at start.
    """

    def __init__(
        self,
        path: Path | None,
        accept: Callable[[Site], object] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._path = path
        self._accept = accept
        self._clock = clock
        self._lock = Lock()
        self._checked = clock()
        # Looked at before it is loaded: a change in between is loaded again, never missed.
        self._seen = self._look()
        self.site = self._load()
        self.problem = ""
        self.changed = Event()

    def fresh(self) -> Site:
        """The site in force, at most a second behind the file."""
        if self._clock() - self._checked >= _CHECK_SECONDS:
            self.check()
        return self.site

    def check(self) -> None:
        """Load the file again if it was changed."""
        with self._lock:
            self._checked = self._clock()
            if (seen := self._look()) != self._seen:
                self._seen = seen
                self._reload()

    def reload(self) -> None:
        """Load the file again."""
        with self._lock:
            self._reload()

    def _reload(self) -> None:
        try:
            site = self._load()
        except Misconfigured as error:
            self.problem = f"The site file is wrong, the one before it stays in force: {error}"
            _log.error("site_file_wrong", error=str(error), version=self.site.version)
            return
        self.problem = ""
        if site.version != self.site.version:
            self.site = site
            self.changed.set()
            _log.info("site_file_loaded", version=site.version)

    def _load(self) -> Site:
        site = load_site(self._path)
        if self._accept is not None:
            self._accept(site)
        return site

    def _look(self) -> tuple[int, int, int] | None:
        """What changes whenever the file does; None while it is missing."""
        if self._path is None:
            return None
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_ino, found.st_size
