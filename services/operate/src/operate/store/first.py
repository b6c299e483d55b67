"""The first administrator of a store that has none: an InfluxDB server that was just started."""

from contextlib import suppress
from http import HTTPStatus

from influxdb_client import InfluxDBClient, OnboardingRequest, SetupService
from influxdb_client.rest import ApiException
from urllib3.exceptions import HTTPError

from hdh.errors import HdhError, Misconfigured, Retryable
from hdh.store.influxdb.http import Http
from hdh.store.influxdb.influxql import identifier, text
from hdh.store.influxdb.query import ask
from hdh.store.url import InfluxUrl
from operate.broker.passwords import make_password
from operate.credentials import Credentials

ADMIN_TOKEN = "admin/store.token"  # noqa: S105 (a file's name)
ADMIN_PASSWORD = "admin/store.password"  # noqa: S105 (a file's name)
_USER = "admin"


def ensure_administrator(url: InfluxUrl, credentials: Credentials, first_project: str) -> str:
    """The administrator's token; a fresh server gets its first administrator.

    The token is on disk before the server knows it: whatever breaks off in between, the next run goes on with it.

    Args:
        url: the server.
        credentials: where the token lies; locked by the caller.
        first_project: generation 2 wants a first bucket.

    Raises:
        Retryable: the server does not answer.
        Misconfigured: it has an administrator, and not by the token that is here; or lets everybody in.
    """
    if url.generation == 1:
        return _generation_1(url, credentials)
    return _generation_2(url, credentials, first_project)


def _generation_1(url: InfluxUrl, credentials: Credentials) -> str:
    http = Http(url, None)
    try:
        if _lets_everybody_in(http):
            raise Misconfigured(
                f"The store at {url.base} lets everybody in: switch its authentication on "
                "(INFLUXDB_HTTP_AUTH_ENABLED=true) and run set-up again."
            )
        token = credentials.ensure(ADMIN_TOKEN, lambda: f"{_USER}:{make_password()}")
        user, _, password = token.partition(":")
        # Only a server without any user takes this from nobody; every other one refuses it, and nothing changes.
        # Whether the token is right is found out by the first who uses it.
        with suppress(Misconfigured):
            ask(http, None, f"CREATE USER {identifier(user)} WITH PASSWORD {text(password)} WITH ALL PRIVILEGES")
    finally:
        http.close()
    return token


def _lets_everybody_in(http: Http) -> bool:
    try:
        ask(http, None, "SHOW DATABASES")
    except Misconfigured:
        return False
    return True


def _generation_2(url: InfluxUrl, credentials: Credentials, first_project: str) -> str:
    with InfluxDBClient(url.base, "none", timeout=30_000) as client:
        service = SetupService(client.api_client)
        try:
            if service.get_setup().allowed:
                request = OnboardingRequest(
                    username=_USER,
                    password=credentials.ensure(ADMIN_PASSWORD, make_password),
                    org=url.org,
                    bucket=first_project,
                    token=credentials.ensure(ADMIN_TOKEN, make_password),
                )
                service.post_setup(request)
        except ApiException as error:
            raise _error(url, error) from error
        except HTTPError as error:
            raise Retryable(f"The store at {url.base} does not answer: {error}") from error
    token = credentials.read(ADMIN_TOKEN)
    if token is None:
        raise Misconfigured(
            f"The store at {url.base} was set up before, and {credentials.folder / ADMIN_TOKEN} is missing: restore "
            "the credentials from a backup, give HDH_STORE_ADMIN_TOKEN_FILE, or make an operator's token on the "
            "server (influxd recovery auth create-operator) and put it there."
        )
    return token


def _error(url: InfluxUrl, error: ApiException) -> HdhError:
    sentence = f"The store at {url.base} answered its set-up with {error.status}: {error.body}"
    status = int(error.status or 0)
    if status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Retryable(sentence)
    return Misconfigured(sentence)
