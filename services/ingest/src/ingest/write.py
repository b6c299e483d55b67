"""From points to the store: one project's part of a pass, and what the store refused of it."""

import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field

import structlog
from prometheus_client import Histogram

from hdh.errors import Misconfigured
from hdh.model import Point
from hdh.site import Project
from hdh.store import open_admin, open_writer
from hdh.store.interface import Refusal
from ingest.journal import Move, Rejected
from ingest.message import Fault, Ignored, Message, Placed, Reason

POINTS_A_WRITE = 4_000
"""With so many points it is time to write: a pass takes a bounded amount of memory."""
_MOST_DETAILS = 5

_log = structlog.get_logger()

Write = Callable[[str, Sequence[Point]], list[Refusal]]
"""Writes points of a project; see `hdh.store.interface.Writer.write`."""

WriteLater = Callable[[str, Sequence[Point]], Future[list[Refusal]]]
"""The same, in a thread of its own."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A message, and where it stands in the journal."""

    position: int
    message: Message
    site_version: str


@dataclass(slots=True)
class Part:
    """One project's part of a pass through the journal: filled message by message, written piece by piece.

    Messages go by numbers, ascending, so that one with which all is well costs nothing but the number.

    Attributes:
        project: the project, "" for messages of no listed one.
        find: the message of a number.
        points: what is not written yet.
        owners: of each of these points, the message that it came from.
        messages: how many there are so far that were not ignored.
        faults: what is wrong with some of them.
        ignored: how many were ignored, and why.
        written: how many points the store has taken.
    """

    project: str
    find: Callable[[int], Entry]
    points: list[Point] = field(default_factory=list)
    owners: list[int] = field(default_factory=list)
    messages: int = 0
    faults: dict[int, list[Fault]] = field(default_factory=dict)
    ignored: dict[Ignored, int] = field(default_factory=dict)
    written: int = 0
    _writing: tuple[list[int], Future[list[Refusal]]] | None = None

    def add(self, number: int, placed: Placed) -> None:
        """Add what a message came to."""
        if placed.ignored is not None:
            self.ignored[placed.ignored] = self.ignored.get(placed.ignored, 0) + 1
            return
        if placed.faults:
            self.faults[number] = placed.faults
        self.add_points(number, placed.points)

    def add_points(self, number: int, points: list[Point]) -> None:
        """Add what a message with which all is well came to."""
        self.messages += 1
        self.points += points
        self.owners += [number] * len(points)

    def write(self, write: Write) -> None:
        """Write what is not written yet; the messages of refused points get their faults.

        Raises:
            Retryable: the store is away; nothing of this part may be marked as done.
            Misconfigured: the store does not take this project from us.
        """
        self.settle()
        points, owners = self._take()
        if points:
            self._note(owners, write(self.project, points))

    def write_later(self, submit: WriteLater) -> None:
        """Have written what is not written yet, once what went before is written. Raises what `write` does."""
        self.settle()
        points, owners = self._take()
        self._writing = (owners, submit(self.project, points))

    def settle(self) -> None:
        """Wait for what is being written, if anything is. Raises what `write` does."""
        if self._writing is not None:
            owners, writing = self._writing
            self._writing = None
            try:
                refusals = writing.result()
            finally:
                # An error leads to this frame: as long as that led to the error, both would stay in memory.
                del writing
            self._note(owners, refusals)

    def _take(self) -> tuple[list[Point], list[int]]:
        points, owners = self.points, self.owners
        self.points, self.owners = [], []
        return points, owners

    def _note(self, owners: list[int], refusals: list[Refusal]) -> None:
        for refusal in refusals:
            self.faults.setdefault(owners[refusal.index], []).append(Fault(Reason(refusal.reason), refusal.detail))
        self.written += len(owners) - len(refusals)

    def move(self) -> Move:
        """What became of the messages, once all is written."""
        rejected = [self._rejected(number) for number in sorted(self.faults)]
        written = self.messages - len(rejected)
        return Move(written=written, points=self.written, ignored=self.ignored, rejected=rejected)

    def _rejected(self, number: int) -> Rejected:
        entry, faults = self.find(number), self.faults[number]
        message = entry.message
        return Rejected(
            id=0,
            position=entry.position,
            time=message.time,
            project=self.project,
            topic=message.topic,
            payload=message.payload,
            reason=faults[0].reason,
            detail=spell(faults),
            site_version=entry.site_version,
            packet_id=message.packet_id,
            retain=message.retain,
        )


def spell(faults: list[Fault]) -> str:
    """The first few faults as one text."""
    details = list(dict.fromkeys(fault.detail for fault in faults))
    more = [f"and {len(details) - _MOST_DETAILS} more."] if len(details) > _MOST_DETAILS else []
    return " ".join(details[:_MOST_DETAILS] + more)


class Store:
    """The store as ingest uses it: creates listed projects where it may, and writes. For one thread.

    Args:
        url: HDH_STORE_URL.
        token: HDH_STORE_TOKEN.
        seconds: where the time of each write goes.

    Raises:
        Misconfigured: URL or token cannot be right.
    """

    def __init__(self, url: str, token: str | None, seconds: Histogram | None = None) -> None:
        self._url = url
        self._token = token
        self._seconds = seconds
        self._writer = open_writer(url, token)
        self._to_create: dict[str, Project] = {}
        self._listed: dict[str, Project] = {}

    def list_projects(self, projects: Iterable[Project]) -> None:
        """From now on these are the listed projects; `create` makes them."""
        self._listed = {project.id: project for project in projects}
        self._to_create = dict(self._listed)

    def create(self) -> None:
        """Create the listed projects with their retention, as far as our right goes; those that are there stay.

        Raises:
            Retryable: the store is away.
            Misconfigured: projects that we can neither create nor write to; the others are created.
        """
        problems = []
        for project in list(self._to_create):
            try:
                self._create(project)
            except Misconfigured as error:
                problems.append(str(error))
        if len(problems) > _MOST_DETAILS:
            problems[_MOST_DETAILS:] = [f"And {len(problems) - _MOST_DETAILS} more projects."]
        if problems:
            raise Misconfigured(" ".join(problems))

    def is_set_up(self) -> bool:
        """Whether nothing is left for `create`."""
        return not self._to_create

    def _create(self, project: str) -> None:
        listed = self._to_create.get(project)
        if listed is None:
            return
        try:
            admin = open_admin(self._url, self._token)
            try:
                admin.create_project(listed.id, listed.retention)
            finally:
                admin.close()
        except Misconfigured as error:
            # With a narrower right set-up has made it. Otherwise it is told now, not when the first message comes.
            self._writer.check(project)
            _log.info("project_not_created", project=project, reason=str(error))
        del self._to_create[project]

    def write(self, project: str, points: Sequence[Point]) -> list[Refusal]:
        """Write points; see `Writer.write`. Creates the project first where that is still to be done."""
        self._create(project)
        started = time.perf_counter()
        try:
            return self._writer.write(project, points)
        except Misconfigured:
            # It may be gone, as after a store's restore: create it again before the next try.
            if project in self._listed:
                self._to_create[project] = self._listed[project]
            raise
        finally:
            if self._seconds is not None:
                self._seconds.observe(time.perf_counter() - started)

    def close(self) -> None:
        """Give back what is held open."""
        self._writer.close()
