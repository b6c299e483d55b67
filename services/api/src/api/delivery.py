"""How answers travel: HEAD, revalidation by ETag, and compression of what is sent whole."""

import hashlib
from collections.abc import Iterator
from http import HTTPStatus

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.encodings import chosen_encoding, compressed

# Who asks, and for which form, decides what is answered; past ranges may change by late data, so nobody may take an
# answer of before for that of now without asking.
_VARY = "Accept, Accept-Encoding, Authorization, X-API-Key"
_CACHE = "private, no-cache"
_WORTHWHILE = 1_000


class Deliver:
    """Completes what the routes answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, HEAD as GET, and complete its answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        asked = {**scope, "method": "GET"} if scope["method"] == "HEAD" else scope
        await self._app(asked, receive, _Delivery(scope, send))


class _Delivery:
    """One answer on its way: the callable that takes its messages."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self._is_head = scope["method"] == "HEAD"
        self._asked = Headers(scope=scope)
        self._send = send
        self._start: Message | None = None

    async def __call__(self, message: Message) -> None:
        """Take a message; the first is held back until it is known whether the body is whole."""
        if message["type"] == "http.response.start":
            self._start = message
            return
        if self._start is None:
            await self._send(message)
            return
        start, self._start = self._start, None
        is_whole = not message.get("more_body", False)
        headers = MutableHeaders(raw=start["headers"])
        headers.setdefault("Cache-Control", _CACHE)
        headers.add_vary_header(_VARY)
        if is_whole:
            message = self._completed(start, headers, message)
        await self._send(start)
        if self._is_head:
            await self._send({"type": "http.response.body", "body": b""})
            if not is_whole:
                raise ClientDisconnect
            return
        await self._send(message)

    def _completed(self, start: Message, headers: MutableHeaders, message: Message) -> Message:
        """Add the ETag to a whole answer, and leave its body out where the client has it, or compress it."""
        body: bytes = message.get("body", b"")
        if start["status"] == HTTPStatus.OK:
            # Weak: the same for each encoding of the same answer.
            headers["ETag"] = tag = f'W/"{hashlib.blake2b(body, digest_size=16).hexdigest()}"'
            if _names(self._asked.get("If-None-Match"), tag):
                start["status"] = HTTPStatus.NOT_MODIFIED.value
                for name in ("Content-Length", "Content-Type", "Content-Disposition"):
                    del headers[name]
                return {**message, "body": b""}
        encoding = chosen_encoding(self._asked.get("Accept-Encoding"))
        if encoding and len(body) >= _WORTHWHILE and "Content-Encoding" not in headers and is_compressible(headers):
            body = b"".join(compressed(iter((body,)), encoding))
            headers["Content-Encoding"] = encoding
            headers["Content-Length"] = str(len(body))
        return {**message, "body": body}


def is_compressible(headers: Headers) -> bool:
    """Whether a body is not compressed in itself."""
    return headers.get("Content-Type", "") != "application/vnd.apache.parquet"


def _names(header: str | None, tag: str) -> bool:
    """Whether If-None-Match names the tag, compared weakly."""
    return header is not None and not {"*", tag.removeprefix("W/")}.isdisjoint(_tags(header))


def _tags(header: str) -> Iterator[str]:
    return (part.strip().removeprefix("W/") for part in header.split(","))
