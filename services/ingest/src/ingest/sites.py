"""The site file in force: loaded at start, and again when it changes or on SIGHUP."""

from pathlib import Path
from threading import Event

import structlog

from hdh.errors import Misconfigured
from hdh.site import Site, load_site
from ingest.place import Placer

_log = structlog.get_logger()


class SiteFile:
    """Watches a site file. What is journaled comes under `site`; a bad new file changes nothing but `problem`.

    Args:
        path: the file, or None for the default site.

    Attributes:
        site: the site in force.
        problem: what is wrong with the newest file, a sentence; empty if nothing.
        changed: set whenever a new site is in force.

    Raises:
        Misconfigured: the file is wrong at start.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._seen = self._look()
        self.site: Site = _load(path)
        self.problem = ""
        self.changed = Event()

    def _look(self) -> tuple[int, int, int] | None:
        if self._path is None:
            return None
        try:
            status = self._path.stat()
        except OSError:
            return None
        return status.st_mtime_ns, status.st_ino, status.st_size

    def check(self) -> None:
        """Load the file again if it was changed."""
        seen = self._look()
        if seen != self._seen:
            self._seen = seen
            self.reload()

    def reload(self) -> None:
        """Load the file again."""
        try:
            site = _load(self._path)
        except Misconfigured as error:
            self.problem = f"The site file is wrong, the one before it stays in force: {error}"
            _log.error("site_file_wrong", error=str(error))
            return
        self.problem = ""
        if site.version != self.site.version:
            _log.info("site_file_loaded", version=site.version)
            self.site = site
            self.changed.set()


def _load(path: Path | None) -> Site:
    site = load_site(path)
    Placer(site)  # routes may name decoders that are not there
    return site
