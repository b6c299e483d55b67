"""Sets InfluxDB up: databases and users in generation 1, buckets and tokens in generation 2."""

import re
import secrets
from collections.abc import Sequence

from hdh.errors import Misconfigured
from hdh.store.influxdb.generation import generation_of
from hdh.store.influxdb.http import Http
from hdh.store.influxdb.influxql import identifier, text
from hdh.store.influxdb.query import ask
from hdh.store.interface import Admin, Token
from hdh.store.url import InfluxUrl

_INTERNAL = "_internal"
_HOUR = 3_600_000
_DAY = 24 * _HOUR
_GO_DURATION = re.compile(r"(\d+)(h|ms|m|s)")
_GO_UNITS = {"h": _HOUR, "m": 60_000, "s": 1_000, "ms": 1}


def open_influx_admin(url: InfluxUrl, token: str | None = None) -> Admin:
    """Open a server of either generation for setting it up. Does not touch the network.

    Raises:
        Misconfigured: the token cannot be one, or this installation lacks `influxdb-client` for generation 2.
    """
    if url.generation == 1:
        return DatabaseAdmin(url, token)
    try:
        from hdh.store.influxdb.buckets import BucketAdmin  # noqa: PLC0415 (a writer's image lacks influxdb-client)
    except ImportError as error:
        raise Misconfigured("Setting up generation 2 of InfluxDB needs influxdb-client: install hdh[admin].") from error
    return BucketAdmin(url, token)


class DatabaseAdmin:
    """Generation 1: a project is a database with one retention policy, a token a user and its password."""

    def __init__(self, url: InfluxUrl, token: str | None = None) -> None:
        self._http = Http(url, generation_of(url, token).authorization)

    def projects(self) -> dict[str, int | None]:
        """Each database with the retention of its default policy."""
        return {name: self._policy(name)[1] for name in self._names()}

    def create_project(self, project: str, retention: int | None = None) -> None:
        """Create the database, or bring its retention to what is asked.

        Raises:
            Misconfigured: the server takes no such name (slashes, line breaks) or no such retention (below an hour).
        """
        if project not in self._names():
            duration, shards = _duration(retention), _shard_ms(retention, new=True)
            self._do(f"CREATE DATABASE {identifier(project)} WITH DURATION {duration} SHARD DURATION {shards}ms")
            return
        policy, current = self._policy(project)
        if current != retention:
            where = f"{identifier(policy)} ON {identifier(project)}"
            durations = f"DURATION {_duration(retention)} SHARD DURATION {_shard_ms(retention)}ms"
            self._do(f"ALTER RETENTION POLICY {where} {durations}")

    def drop_project(self, project: str) -> None:
        """Drop the database."""
        # The statement is not even sent for a name that no database can have: the server could not read it.
        if project in self._names():
            self._do(f"DROP DATABASE {identifier(project)}")

    def create_token(self, name: str, *, read: Sequence[str] = (), write: Sequence[str] = ()) -> Token:
        """Make a user with exactly these rights; the secret is `user:password`.

        Raises:
            Misconfigured: an unknown project, a name that no user can have, or that of an administrator.
        """
        if not name or ":" in name:
            raise Misconfigured(f"{name!r} cannot name a token of generation 1: it is empty or has a colon.")
        self.revoke_token(name)
        password = secrets.token_urlsafe(32)
        self._do(f"CREATE USER {identifier(name)} WITH PASSWORD {text(password)}")
        try:
            for project in sorted({*read, *write}):
                right = "ALL" if project in read and project in write else "READ" if project in read else "WRITE"
                self._do(f"GRANT {right} ON {identifier(project)} TO {identifier(name)}", project)
        except BaseException:
            # A user with a part of the rights would be taken for one that is as it should be.
            self.revoke_token(name)
            raise
        return Token(name, f"{name}:{password}")

    def tokens(self) -> list[str]:
        """The users without an administrator's rights."""
        return sorted(name for name, is_admin in self._users().items() if not is_admin)

    def revoke_token(self, name: str) -> None:
        """Drop the user.

        Raises:
            Misconfigured: it is an administrator.
        """
        is_admin = self._users().get(name)
        if is_admin:
            raise Misconfigured(f"{name!r} is an administrator of the store, not a token; choose another name.")
        if is_admin is not None:
            self._do(f"DROP USER {identifier(name)}")

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _do(self, statement: str, project: str | None = None) -> None:
        ask(self._http, project, statement)

    def _names(self) -> list[str]:
        series = ask(self._http, None, "SHOW DATABASES")
        return sorted(name for each in series for (name,) in each.get("values", []) if name != _INTERNAL)

    def _users(self) -> dict[str, bool]:
        return {
            name: is_admin for each in ask(self._http, None, "SHOW USERS") for name, is_admin in each.get("values", [])
        }

    def _policy(self, project: str) -> tuple[str, int | None]:
        """The name and the retention of the default policy."""
        series = ask(self._http, project, f"SHOW RETENTION POLICIES ON {identifier(project)}")
        policies = [dict(zip(each["columns"], row, strict=True)) for each in series for row in each.get("values", [])]
        default = next((policy for policy in policies if policy["default"]), None)
        if default is None:
            raise Misconfigured(f"The database {project!r} has no default retention policy; make one its default.")
        return default["name"], _from_go(default["duration"]) or None


def _from_go(duration: str) -> int:
    """Milliseconds of a duration as Go prints it: `168h0m0s`."""
    return sum(int(number) * _GO_UNITS[unit] for number, unit in _GO_DURATION.findall(duration))


def _duration(retention: int | None) -> str:
    return "INF" if retention is None else f"{retention}ms"


def _shard_ms(retention: int | None, *, new: bool = False) -> int:
    """How much time a shard holds.

    Data is dropped by whole shards, so a short retention needs short ones. What is kept for ever gets long ones, as the
    newest reading is looked for in every shard; but only in a new database: where shards of two lengths overlap, a
    point that is written again stands twice.
    """
    if retention is None and new:
        return 52 * 7 * _DAY
    if retention is None or retention > 180 * _DAY:
        return 7 * _DAY
    return _DAY if retention >= 2 * _DAY else _HOUR
