"""The quick way of small posts: whatever the server does, an answer or an error comes of it, and never a wrong one."""

import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hdh.errors import Misconfigured, Retryable
from hdh.store.influxdb.http import Http, Refused
from hdh.store.url import InfluxUrl
from tests.common.servers import free_port

_DONE = b"HTTP/1.1 204 No Content\r\nX-Influxdb-Version: 1.6.7\r\n\r\n"
_SECONDS = 20

Script = Sequence[Sequence[bytes]]
"""For each connection its answers, one a request; b"" closes it instead. Behind the last one it is closed."""


class _Server:
    def __init__(self, script: Script) -> None:
        self.requests: list[bytes] = []
        self._script = script
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self.thread = threading.Thread(target=self._serve)
        self.thread.start()

    def _serve(self) -> None:
        with self._listening:
            for answers in self._script:
                with self._listening.accept()[0] as sock:
                    for answer in answers:
                        self.requests.append(_request(sock))
                        if not answer:
                            break
                        sock.sendall(answer)


def _request(sock: socket.socket) -> bytes:
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += sock.recv(1)
    length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.startswith(b"Content-Length"))
    return head + sock.recv(length, socket.MSG_WAITALL)


@contextmanager
def _served(*script: Sequence[bytes]) -> Iterator[tuple[_Server, Http]]:
    server = _Server(script)
    with closing(Http(InfluxUrl("127.0.0.1", server.port, 1), "Basic x", _SECONDS)) as http:
        yield server, http
    server.thread.join(20)
    assert not server.thread.is_alive()


def _answer(status: int, body: bytes, *headers: str) -> bytes:
    head = [f"HTTP/1.1 {status} Because", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(head).encode() + body


def test_posts_share_a_connection() -> None:
    """The request is what any client would send."""
    with _served([_DONE, _DONE]) as (server, http):
        assert [http.post("/write?db=a", b"line").status for _ in range(2)] == [204, 204]
    assert server.requests[0] == server.requests[1]
    assert server.requests[0] == (
        b"POST /write?db=a HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAuthorization: Basic x\r\n"
        b"Content-Type: text/plain; charset=utf-8\r\nContent-Length: 4\r\n\r\nline" % server.port
    )


def test_an_answer_that_nobody_asked_for_is_not_the_next_one_s() -> None:
    """A server, or a proxy, that answers twice: the refusal of the second write is told."""
    with _served([_DONE + _DONE], [_answer(400, b'{"error": "bad line"}')]) as (_, http):
        assert http.post("/write", b"x").status == 204
        with pytest.raises(Refused, match="bad line"):
            http.post("/write", b"y")


@settings(max_examples=30, deadline=None)
@given(cuts=st.sets(st.integers(1, 60), max_size=4))
def test_answers_may_come_in_pieces(cuts: set[int]) -> None:
    """Whether it is the one that is read here or another one, and the next one is never taken for a part of it."""
    for answer, error in ((_DONE, None), (_answer(400, b'{"error": "bad line"}'), "bad line")):
        left, right = socket.socketpair()
        with left, right:
            http = Http(InfluxUrl("127.0.0.1", 1, 1), None, _SECONDS)
            assert http._quick is not None  # noqa: SLF001 (no server can be told where its packets end)
            http._quick._connection.sock = left  # noqa: SLF001

            def send(answer: bytes = answer, right: socket.socket = right) -> None:
                right.recv(1000)
                for begin, end in zip([0, *sorted(cuts)], [*sorted(cuts), len(answer)], strict=True):
                    right.sendall(answer[begin:end])

            thread = threading.Thread(target=send)
            thread.start()
            if error is None:
                assert http.post("/write", b"x").status == 204
            else:
                with pytest.raises(Refused, match=error):
                    http.post("/write", b"x")
            thread.join()
            http.close()


@pytest.mark.parametrize("end", [[b""], []])
def test_a_connection_that_was_closed_meanwhile_is_opened_anew(end: list[bytes]) -> None:
    """Whether the server did so before or after it has read the request."""
    with _served([_DONE, *end], [_DONE]) as (server, http):
        assert [http.post("/write", b"x").status for _ in range(2)] == [204, 204]
    assert len(server.requests) == 2 + len(end)


def test_an_answer_that_closes_its_connection() -> None:
    """The next post does not meet the end of it."""
    closes = _DONE.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    with _served([closes], [_DONE]) as (_, http):
        assert [http.post("/write", b"x").status for _ in range(2)] == [204, 204]


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (_answer(400, b'{"error": "unable to parse"}'), Refused, "unable to parse"),
        (_answer(503, b"", "retry-after: 7"), Retryable, "answered 503"),
        (_answer(401, b'{"error": "unauthorized"}'), Misconfigured, "unauthorized"),
        (b"HTTP/1.1 500 Oh\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nbad\r\n0\r\n\r\n", Retryable, "500: bad"),
        (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", Retryable, "does not answer"),
        (_answer(503, b"more").removesuffix(b"e"), Retryable, "does not answer"),
    ],
)
def test_any_other_answer_is_sorted_as_always(answer: bytes, kind: type[Exception], words: str) -> None:
    """By what there is to do; the request is not sent a second time, and the next one is well again."""
    with _served([answer], [_DONE]) as (server, http):
        with pytest.raises(kind, match=words) as caught:
            http.post("/write", b"x")
        assert http.post("/write", b"x").status == 204
    assert len(server.requests) == 2
    if isinstance(caught.value, Retryable) and b"retry-after" in answer:
        assert caught.value.retry_after == 7


def test_a_server_that_is_away_or_hangs_is_retryable() -> None:
    """After the time that it has to answer, once."""
    away = Http(InfluxUrl("127.0.0.1", free_port(), 1), None, _SECONDS)
    with closing(away), pytest.raises(Retryable, match="does not answer: Failed to establish a new connection"):
        away.post("/write", b"x")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        hangs = Http(InfluxUrl("127.0.0.1", listening.getsockname()[1], 1), None, 0.3)
        with closing(hangs), pytest.raises(Retryable, match="does not answer: timed out"):
            hangs.post("/write", b"x")
