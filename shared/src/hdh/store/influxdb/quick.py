"""Small posts, one after the other on a connection of their own, at a fraction of what a library takes for each.

The answer that says nothing but that all is well is read here; any other one is left to `http.client`.
"""

import io
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPResponse
from typing import TYPE_CHECKING, cast

from urllib3 import HTTPHeaderDict
from urllib3.connection import HTTPConnection

if TYPE_CHECKING:
    import socket
    from collections.abc import Mapping

_NO_CONTENT = 204
_DONE = b"HTTP/1.1 204 "
_END = b"\r\n\r\n"
_CLOSES = b"\nconnection: close"
_PIECE = 1 << 16


@dataclass(frozen=True, slots=True)
class Found:
    """An answer, whatever it says."""

    status: int
    headers: "Mapping[str, str]"
    body: bytes


class Quick:
    """Posts to one server, without TLS. For one thread at a time.

    Args:
        host: the server's name or address.
        port: its port.
        headers: what each request says about itself.
        connect_seconds: how long connecting may take.
        read_seconds: how long an answer may stay silent.
    """

    def __init__(
        self, host: str, port: int, headers: "Mapping[str, str]", *, connect_seconds: float, read_seconds: float
    ) -> None:
        # Of urllib3, so that a server that is away is told of in the same words as by all other requests.
        self._connection = HTTPConnection(host, port, timeout=connect_seconds)
        self._read_seconds = read_seconds
        name = f"[{host}]" if ":" in host else host
        lines = [f"Host: {name}:{port}", *(f"{key}: {value}" for key, value in headers.items())]
        self._headers = "".join(f"{line}\r\n" for line in lines)

    def post(self, path: str, body: bytes) -> Found:
        """Send a body that a socket's buffer takes at once, and read the answer.

        Raises:
            OSError: there is none, or none in time.
            http.client.HTTPException: it is no HTTP.
            urllib3.exceptions.HTTPError: the server cannot be reached.
        """
        head = f"POST {path} HTTP/1.1\r\n{self._headers}Content-Length: {len(body)}{_END.decode()}"
        request = head.encode("latin-1") + body
        try:
            return self._again(request) or self._anew(request)
        except BaseException:
            self.close()
            raise

    def _again(self, request: bytes) -> Found | None:
        """Send a request on the connection that is open; None where there is none any more."""
        # Nothing may come before it is asked for: an answer that comes late would be taken for the next one's.
        if not self._connection.is_connected:
            self.close()
            return None
        sock = cast("socket.socket", self._connection.sock)
        try:
            found = self._exchange(sock, request)
        except ConnectionError:
            found = None
        if found is None:
            # A server ends what was idle for long.
            self.close()
        return found

    def _anew(self, request: bytes) -> Found:
        self._connection.connect()
        sock = cast("socket.socket", self._connection.sock)
        sock.settimeout(self._read_seconds)
        found = self._exchange(sock, request)
        if found is None:
            raise ConnectionResetError("it closed the connection without an answer")
        return found

    def _exchange(self, sock: "socket.socket", request: bytes) -> Found | None:
        """Send a request and read its answer; None where the connection was closed instead."""
        sock.sendall(request)
        data = b""
        while _END not in data and len(data) < _PIECE and (piece := sock.recv(_PIECE)):
            data += piece
        if data.startswith(_DONE) and data.find(_END) == len(data) - len(_END) and _CLOSES not in data.lower():
            return Found(_NO_CONTENT, {}, b"")
        return self._read(sock, data) if data else None

    def _read(self, sock: "socket.socket", data: bytes) -> Found:
        """The answer that begins with what was read already."""
        response = HTTPResponse(cast("socket.socket", _Begun(sock, data)), method="POST")
        try:
            response.begin()
            return Found(response.status, HTTPHeaderDict(response.headers.items()), response.read())
        finally:
            response.close()
            self.close()

    def close(self) -> None:
        """Close the connection; the next post opens another one."""
        with suppress(OSError):
            self._connection.close()


class _Begun(io.RawIOBase):
    """A socket from which something was read already, as far as an answer is read from it."""

    def __init__(self, sock: "socket.socket", data: bytes) -> None:
        self._sock = sock
        self._data = data

    def makefile(self, mode: str) -> io.BufferedReader:
        """As a socket's."""
        del mode
        return io.BufferedReader(self)

    def readable(self) -> bool:
        """As it is."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """First what was read already."""
        if not self._data:
            return self._sock.recv_into(buffer)
        piece, self._data = self._data[: len(buffer)], self._data[len(buffer) :]
        buffer[: len(piece)] = piece
        return len(piece)
