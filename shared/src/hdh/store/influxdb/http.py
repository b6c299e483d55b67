"""HTTP to an InfluxDB server: a pool of connections, timeouts, and answers sorted by what to do about them."""

import json
import re
import socket
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from http.client import HTTPException
from threading import Lock
from typing import NoReturn
from urllib.parse import urlencode

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, InvalidHeader, SSLError
from urllib3.response import BaseHTTPResponse, HTTPResponse

from hdh.errors import HdhError, Misconfigured, Retryable
from hdh.stopping import stoppable
from hdh.store.influxdb.quick import Quick
from hdh.store.url import InfluxUrl

CONNECT_SECONDS = 5.0
READ_SECONDS = 30.0
"""How long an answer may stay silent; a server that hangs is then Retryable."""

QUERY_SECONDS = 120.0
"""The same for queries, which may compute for long before the first byte."""

_CONNECTIONS = 16
_CLASS = re.compile(r"^<?_?\w*Connection\w*\b[^:]*: ")
_PIECE = 1 << 18
_WORDS = 2_000
_TEXT = "text/plain; charset=utf-8"
SMALL_BYTES = 64 * 1024
"""A request of so many bytes must be taken: where it is not, a limit is wrong, and no content is."""
_WELL = {HTTPStatus.OK, HTTPStatus.CREATED, HTTPStatus.NO_CONTENT}
_MISCONFIGURED = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}
_HEALS = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}

# After a full disk the log of InfluxDB 1.6 refuses every write until the server is started again.
_DISK_FULL = "no space left on device"


class Refused(HdhError):
    """The server understood the request and will not take its content (400, 422); the text is the server's own."""


class TooLarge(HdhError):
    """The server does not take so much in one request (413); the text is the server's own."""


def silence(base: str, error: Exception) -> str:
    """The sentence about a server that does not answer, without the names of the classes that have noticed it."""
    words = _CLASS.sub("", str(error)).strip().rstrip(".")
    return f"The store at {base} does not answer: {words}. Does it run, and is HDH_STORE_URL right?"


class _PlainConnection(HTTPConnection):
    """A connection on which waiting for an answer can be ended by another thread."""

    def getresponse(self) -> HTTPResponse:  # type: ignore[override]
        """Wait for the answer."""
        with stoppable(partial(_hang_up, self)):
            return super().getresponse()


class _TlsConnection(HTTPSConnection):
    """The same over TLS."""

    def getresponse(self) -> HTTPResponse:  # type: ignore[override]
        """Wait for the answer."""
        with stoppable(partial(_hang_up, self)):
            return super().getresponse()


def _hang_up(connection: HTTPConnection) -> None:
    """End the connection below everything that another thread does with it, and wake it."""
    with suppress(OSError):
        if connection.sock is not None:
            socket.socket.shutdown(connection.sock, socket.SHUT_RDWR)


def _stop_reading(response: BaseHTTPResponse) -> None:
    # Refused where all was read already, and the connection may serve others.
    with suppress(ValueError, RuntimeError, OSError):
        response.shutdown()


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer, already known to be no error by its status."""

    status: int
    body: bytes


class Http:
    """A pool of connections to one server, safe for use by several threads.

    Args:
        url: the server.
        authorization: the header's value, or None.
        read_seconds: how long an answer may stay silent.
    """

    def __init__(self, url: InfluxUrl, authorization: str | None, read_seconds: float = READ_SECONDS) -> None:
        self.base = url.base
        self._headers = {"Authorization": authorization} if authorization else {}
        self._pool = urllib3.connection_from_url(
            url.base,
            maxsize=_CONNECTIONS,
            timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=read_seconds),
            retries=False,
        )
        self._pool.ConnectionCls = _TlsConnection if url.tls else _PlainConnection
        self._quick = None if url.tls else self._make_quick(url, read_seconds)
        self._quick_lock = Lock()

    def _make_quick(self, url: InfluxUrl, read_seconds: float) -> Quick:
        headers = self._headers | {"Content-Type": _TEXT}
        return Quick(url.host, url.port, headers, connect_seconds=CONNECT_SECONDS, read_seconds=read_seconds)

    def post(self, path: str, body: bytes) -> Answer:
        """Post a text, as `request` does; a short one takes a quick way unless another thread is on it."""
        quick = self._quick
        if quick is None or len(body) > SMALL_BYTES or not self._quick_lock.acquire(blocking=False):
            return self.request("POST", path, body)
        try:
            found = quick.post(path, body)
        except HTTPError as error:
            self._raise_transport(error)
        except (OSError, HTTPException) as error:
            raise Retryable(silence(self.base, error)) from error
        finally:
            self._quick_lock.release()
        if found.status not in _WELL:
            self._raise_status(found.status, found.headers, found.body)
        return Answer(found.status, found.body)

    def request(self, method: str, path: str, body: bytes | None = None, content_type: str = _TEXT) -> Answer:
        """Send a request and read the answer whole.

        Raises:
            Retryable: no answer, or one that time can heal (429, 5xx).
            Misconfigured: only an operator can heal it (401, 403, 404, and what no InfluxDB would answer).
            Refused: 400 or 422.
            TooLarge: 413.
        """
        headers = self._headers | ({"Content-Type": content_type} if body is not None else {})
        try:
            response = self._pool.request(method, path, body=body, headers=headers, redirect=False)
        except HTTPError as error:
            self._raise_transport(error)
        if response.status not in _WELL:
            self._raise_status(response.status, response.headers, response.data)
        return Answer(response.status, response.data)

    def post_form(self, path: str, form: Mapping[str, str], accept: str) -> Iterator[bytes]:
        """Post a form and yield the answer piece by piece as it comes; errors as in `request`, also on the way."""
        headers = self._headers | {"Accept": accept, "Content-Type": "application/x-www-form-urlencoded"}
        body = urlencode(form).encode()
        try:
            response = self._pool.urlopen(
                "POST", path, body=body, headers=headers, redirect=False, preload_content=False, decode_content=True
            )
        except HTTPError as error:
            self._raise_transport(error)
        whole = False
        try:
            if response.status != HTTPStatus.OK:
                self._raise_status(response.status, response.headers, response.read())
            with stoppable(partial(_stop_reading, response)):
                while piece := response.read(_PIECE):
                    yield piece
            whole = True
        except HTTPError as error:
            self._raise_transport(error)
        finally:
            # A connection whose answer was not read to its end cannot be used again.
            if whole:
                response.release_conn()
            else:
                response.close()

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()
        if self._quick is not None:
            self._quick.close()

    def _raise_transport(self, error: HTTPError) -> NoReturn:
        if isinstance(error, SSLError):
            raise Misconfigured(
                f"The store at {self.base} cannot be trusted or speaks no TLS: {error}. Is HDH_STORE_URL right?"
            ) from error
        raise Retryable(silence(self.base, error)) from error

    def _raise_status(self, status: int, headers: Mapping[str, str], body: bytes) -> NoReturn:
        words = server_words(body) or headers.get("X-Influxdb-Error") or "without a word"
        sentence = f"The store at {self.base} answered {status}: {words}"
        if status in {HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY}:
            raise Refused(words)
        if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            raise TooLarge(words)
        if _DISK_FULL in words:
            sentence += ". Make room on the store's disk; InfluxDB 1 may have to be started again then."
        if status in _HEALS or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise Retryable(sentence, retry_after=_retry_after(headers))
        if status in _MISCONFIGURED:
            raise Misconfigured(f"{sentence} (check HDH_STORE_TOKEN and whether the project exists)")
        raise Misconfigured(f"{sentence} (is HDH_STORE_URL that of an InfluxDB server?)")


def server_words(body: bytes) -> str:
    """The server's own words: those of an error in JSON, else the beginning of the answer."""
    try:
        answer = json.loads(body)
        words = answer.get("error") or answer.get("message")
    except (ValueError, AttributeError):
        words = None
    return str(words or body.decode(errors="replace")).strip()[:_WORDS]


def _retry_after(headers: Mapping[str, str]) -> float | None:
    value = headers.get("Retry-After")
    if value is None:
        return None
    try:
        return urllib3.Retry().parse_retry_after(value)
    except InvalidHeader:
        return None
