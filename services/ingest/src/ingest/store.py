"""The store as ingest uses it: listed projects are made, points are written."""

import time
from collections.abc import Iterable, Sequence

import structlog
from prometheus_client import Histogram

from hdh.errors import Misconfigured
from hdh.model import Point
from hdh.site import Project
from hdh.store import open_admin, open_writer
from hdh.store.interface import Refusal

_MOST_PROBLEMS = 5

_log = structlog.get_logger()


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
        problems: dict[str, None] = {}  # what is wrong with the server is wrong for all projects: said once
        for project in list(self._to_create):
            try:
                self._create(project)
            except Misconfigured as error:
                problems[str(error)] = None
        told = list(problems)
        if len(told) > _MOST_PROBLEMS:
            told[_MOST_PROBLEMS:] = [f"And {len(told) - _MOST_PROBLEMS} more projects."]
        if told:
            raise Misconfigured(" ".join(told))

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
