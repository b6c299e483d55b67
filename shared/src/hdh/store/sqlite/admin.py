"""Setting up the SQLite store: projects and their retention."""

from collections.abc import Sequence

from hdh.errors import Misconfigured
from hdh.model import ALL_TIME
from hdh.store.interface import Selection, Token
from hdh.store.sqlite.database import Database
from hdh.store.sqlite.erase import erase
from hdh.store.sqlite.projects import find_project, find_series
from hdh.store.url import SqliteUrl

_NO_TOKENS = (
    "SQLite has no tokens: the rights to its file are those of the operating system. Leave HDH_STORE_TOKEN out."
)


class SqliteAdmin:
    """Sets up; see `hdh.store.interface.Admin`. Makes the file and its tables where they are missing."""

    def __init__(self, url: SqliteUrl) -> None:
        self._database = Database(url)

    def projects(self) -> dict[str, int | None]:
        """Each project with its retention in milliseconds, None for ever."""
        with self._database.transaction() as connection:
            return dict(connection.execute("SELECT name, retention FROM project ORDER BY name").fetchall())

    def create_project(self, project: str, retention: int | None = None) -> None:
        """Create the project or change its retention; see `Admin.create_project`.

        Raises:
            Misconfigured: the name or the retention cannot be one.
        """
        if not project or "\0" in project:
            raise Misconfigured(
                f"{project!r} cannot be a project's name: give it one character or more, none of them NUL."
            )
        if retention is not None and retention <= 0:
            raise Misconfigured(f"The retention of project {project!r} is {retention} ms: give more than 0, or none.")
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT INTO project (name, retention) VALUES (?, ?) "
                "ON CONFLICT (name) DO UPDATE SET retention = excluded.retention",
                (project, retention),
            )

    def drop_project(self, project: str) -> None:
        """Delete the project, then its data in pieces; what a crash leaves, a writer clears away later."""
        with self._database.transaction() as connection:
            try:
                found = find_project(connection, project)
            except Misconfigured:
                return
            series = find_series(connection, found, Selection(project))
            connection.execute("DELETE FROM project WHERE id = ?", (found.id,))
        erase(self._database, series, ALL_TIME)
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM series WHERE project = ?", (found.id,))

    def create_token(self, name: str, *, read: Sequence[str] = (), write: Sequence[str] = ()) -> Token:
        """SQLite has none.

        Raises:
            Misconfigured: always.
        """
        del name, read, write
        raise Misconfigured(_NO_TOKENS)

    def tokens(self) -> list[str]:
        """SQLite has none."""
        return []

    def revoke_token(self, name: str) -> None:
        """SQLite has none, so there is none of this name."""
        del name

    def close(self) -> None:
        """Close the file."""
        self._database.close()
