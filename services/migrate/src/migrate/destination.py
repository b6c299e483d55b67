"""The store as migrating uses it: columns in, tried again for as long as time can heal what is in the way."""

import time
from collections.abc import Callable, Iterable, Sequence
from queue import SimpleQueue
from random import Random
from threading import Event, Lock
from typing import TypeVar

import structlog

from hdh.errors import Retryable
from hdh.site import Site
from hdh.store import open_reader, open_writer
from hdh.store.interface import Columns, Reader, Refusal, Writer
from hdh.store.url import InfluxUrl, parse_store_url
from ingest.store import Store

_LONGEST_WAIT = 30.0
_WRITES_AT_ONCE = 2
"""To a server: it works on one while the next is on its way, and waits for its disk once for both."""
_KNOWN_PLACES = 20_000
"""Places that a writer remembers: to look a series up again is little beside moving its part of a piece."""

_log = structlog.get_logger()
T = TypeVar("T")


class Stopped(Exception):
    """The one at the keyboard, or the system, asked to stop."""


class Patience:
    """Tries again, for ever, what time can heal.

    Args:
        stop: set when waiting is over for good.
        say: is told why it waits, and an empty text when it goes on.
    """

    def __init__(self, stop: Event, say: Callable[[str], None] = lambda _: None) -> None:
        self._stop = stop
        self._say = say
        self._random = Random()  # noqa: S311 (jitter)

    def keep_trying(self, work: Callable[[], T]) -> T:
        """Do the work, however often it takes.

        Raises:
            Stopped: it was stopped while it waited.
            Misconfigured: only a person can mend it.
        """
        tries = 0
        while True:
            try:
                done = work()
            except Retryable as error:
                tries += 1
                wait = error.retry_after or min(0.25 * 2 ** min(tries, 10), _LONGEST_WAIT)
                wait *= 0.5 + self._random.random() / 2
                _log.warning("waiting", error=str(error), seconds=round(wait, 1))
                self._say(str(error))
                if self._stop.wait(wait):
                    raise Stopped from error
            else:
                if tries:
                    _log.info("going_on", tries=tries)
                    self._say("")
                return done


class Destination:
    """A store that is written to, by as many threads as it takes writes at once.

    Args:
        url: as HDH_STORE_URL.
        token: as HDH_STORE_TOKEN.
        site: the projects that readings may go to; each is created with its first ones, where we may.
        named: those of them that readings will go to for all that is known before.
        patience: what waits while the store is away.

    Attributes:
        writes_at_once: how many; SQLite takes one.
    """

    def __init__(self, url: str, token: str | None, site: Site, named: Iterable[str], patience: Patience) -> None:
        self.url = url
        self.writes_at_once = _WRITES_AT_ONCE if isinstance(parse_store_url(url), InfluxUrl) else 1
        self._token = token
        self._patience = patience
        self._listed = {project.id: project for project in site.projects}
        self._named = named
        self._projects = Store(url, token)
        self._set_up: set[str] = set()
        self._setting_up = Lock()
        self._writers: SimpleQueue[Writer] = SimpleQueue()
        for _ in range(self.writes_at_once):
            self._writers.put(open_writer(url, token, known_places=_KNOWN_PLACES))

    def set_up(self) -> None:
        """Create the named projects, as far as our right goes; those that are there stay.

        Raises:
            Misconfigured: one can neither be created nor written to.
        """
        for project in self._named:
            self._patience.keep_trying(lambda project=project: self._create(project))  # type: ignore[misc]

    def write(self, project: str, parts: Sequence[Columns]) -> list[Refusal]:
        """Write until the store has confirmed it; see `Writer.write_columns`."""
        return self._patience.keep_trying(lambda: self._write(project, parts))

    def reader(self) -> Reader:
        """What reads the store; the caller closes it."""
        return open_reader(self.url, self._token)

    def close(self) -> None:
        """Give back what is held open."""
        while not self._writers.empty():
            self._writers.get().close()
        self._projects.close()

    def _write(self, project: str, parts: Sequence[Columns]) -> list[Refusal]:
        self._create(project)
        writer = self._writers.get()
        try:
            return writer.write_columns(project, parts)
        finally:
            self._writers.put(writer)

    def _create(self, project: str) -> None:
        with self._setting_up:
            if project not in self._set_up:
                self._projects.list_projects([self._listed[project]])
                self._projects.create()
                self._set_up.add(project)


class Limit:
    """Holds a rate of readings a second.

    Args:
        rate: readings a second; None: no limit.
        stop: set when waiting is over for good.
    """

    def __init__(self, rate: float | None, stop: Event) -> None:
        self._rate = rate
        self._stop = stop
        self._began = time.monotonic()
        self._taken = 0

    def take(self, readings: int) -> None:
        """Wait until so many more may go.

        Raises:
            Stopped: it was stopped while it waited.
        """
        if self._rate is None:
            return
        self._taken += readings
        ahead = self._taken / self._rate - (time.monotonic() - self._began)
        if ahead > 0 and self._stop.wait(ahead):
            raise Stopped
