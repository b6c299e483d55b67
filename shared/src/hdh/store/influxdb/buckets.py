"""Sets up generation 2 of InfluxDB: a project is a bucket, a token an authorization that bears its name."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any, TypeVar

from influxdb_client import Authorization, BucketRetentionRules, InfluxDBClient, Permission, PermissionResource
from influxdb_client.client.exceptions import InfluxDBError
from influxdb_client.rest import ApiException
from urllib3.exceptions import HTTPError

from hdh.errors import Misconfigured, Retryable
from hdh.store.influxdb.generation import generation_of
from hdh.store.influxdb.http import READ_SECONDS, server_words, silence
from hdh.store.interface import Token
from hdh.store.url import InfluxUrl

T = TypeVar("T")

_PAGE = 100
_SYSTEM = "_"


class BucketAdmin:
    """Buckets and authorizations of one organisation."""

    def __init__(self, url: InfluxUrl, token: str | None = None) -> None:
        generation_of(url, token)  # checks the token
        self._base = url.base
        self._org = url.org or ""
        self._client = InfluxDBClient(url.base, token, org=self._org, timeout=int(READ_SECONDS * 1000))
        self._org_id: str | None = None

    def projects(self) -> dict[str, int | None]:
        """Each bucket with its retention."""
        return {name: _retention(bucket) for name, bucket in sorted(self._buckets().items())}

    def create_project(self, project: str, retention: int | None = None) -> None:
        """Create the bucket, or bring its retention to what is asked (whole seconds, rounded up).

        Raises:
            Misconfigured: the server takes no such name or no such retention (below an hour).
        """
        if "/" in project:
            # Queries would take it for a database and a retention policy of generation 1, and not find it.
            raise Misconfigured(f"{project!r} cannot name a project in InfluxDB: it has a slash; choose another name.")
        seconds = 0 if retention is None else -(-retention // 1000)
        # An empty list would leave the retention as it is; 0 is for ever.
        rules = [BucketRetentionRules(type="expire", every_seconds=seconds)]
        bucket = self._buckets().get(project)
        api = self._client.buckets_api()
        with self._errors():
            if bucket is None:
                api.create_bucket(bucket_name=project, org=self._org, retention_rules=rules)
            elif (_retention(bucket) or 0) != seconds * 1000:
                bucket.retention_rules = rules
                api.update_bucket(bucket)

    def drop_project(self, project: str) -> None:
        """Delete the bucket."""
        bucket = self._buckets().get(project)
        if bucket is not None:
            with self._errors():
                self._client.buckets_api().delete_bucket(bucket)

    def create_token(self, name: str, *, read: Sequence[str] = (), write: Sequence[str] = ()) -> Token:
        """Make an authorization with exactly these rights; its description is the name.

        Raises:
            Misconfigured: an unknown project.
        """
        buckets = self._buckets()
        if unknown := sorted({*read, *write} - set(buckets)):
            raise Misconfigured(f"There is no project {unknown[0]!r} to give a right on; create it first.")
        org = self._organisation()
        permissions = [
            Permission(action, PermissionResource(type="buckets", id=buckets[project].id, org_id=org))
            for action, projects in (("read", read), ("write", write))
            for project in projects
        ]
        self.revoke_token(name)
        with self._errors():
            made = self._client.authorizations_api().create_authorization(
                authorization=Authorization(org_id=org, description=name, permissions=permissions)
            )
        return Token(name, made.token)

    def tokens(self) -> list[str]:
        """The descriptions of the authorizations, but for those of an operator, who may do everything."""
        return sorted(each.description for each in self._authorizations() if each.description)

    def revoke_token(self, name: str) -> None:
        """Delete each authorization of this name."""
        for each in self._authorizations():
            if each.description == name:
                with self._errors():
                    self._client.authorizations_api().delete_authorization(each)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _organisation(self) -> str:
        if self._org_id is None:
            with self._errors():
                found = self._client.organizations_api().find_organizations(org=self._org)
            self._org_id = next((each.id for each in found), None)
        if self._org_id is None:
            raise Misconfigured(
                f"The store at {self._base} has no organisation {self._org!r}, or hides it (check HDH_STORE_TOKEN)."
            )
        return str(self._org_id)

    def _buckets(self) -> dict[str, Any]:
        """The organisation's buckets by name, without the server's own."""
        api = self._client.buckets_api()
        found = _pages(lambda offset: api.find_buckets(org=self._org, limit=_PAGE, offset=offset).buckets)
        with self._errors():
            return {bucket.name: bucket for bucket in found if not bucket.name.startswith(_SYSTEM)}

    def _authorizations(self) -> list[Any]:
        """What `create_token` made: rights on single buckets and on nothing else."""
        with self._errors():
            found = self._client.authorizations_api().find_authorizations(org=self._org)
        return [each for each in found if all(_is_of_bucket(permission) for permission in each.permissions)]

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """The client's errors as ours."""
        try:
            yield
        except ApiException as error:
            status = int(error.status or 0)
            sentence = f"The store at {self._base} answered {status}: {server_words((error.body or '').encode())}"
            if status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                raise Retryable(sentence) from error
            raise Misconfigured(sentence) from error
        except InfluxDBError as error:
            # Of its own accord it says so of an organisation that a token without rights on it does not see.
            raise Misconfigured(f"The store at {self._base}: {error}") from error
        except HTTPError as error:
            raise Retryable(silence(self._base, error)) from error


def _pages(fetch: Callable[[int], list[T]]) -> Iterator[T]:
    offset = 0
    while page := fetch(offset):
        yield from page
        offset += len(page)


def _retention(bucket: Any) -> int | None:  # noqa: ANN401 (the client ships no types)
    seconds = sum(rule.every_seconds for rule in bucket.retention_rules or [])
    return seconds * 1000 or None


def _is_of_bucket(permission: Any) -> bool:  # noqa: ANN401 (as above)
    return permission.resource.type == "buckets" and permission.resource.id is not None
