"""Answers of a store, sorted by what to do about them: none is taken for success that is not."""

from collections.abc import Callable
from urllib.parse import parse_qs

import pytest

from hdh.errors import Misconfigured, Retryable
from hdh.model import ALL_TIME, Place, Point
from hdh.store import open_reader, open_writer
from hdh.store.interface import Selection
from tests.common.answering import Answering, Reply, Request, answering

_KITCHEN = Place("house-1", "kitchen", "sensor-1")
_POINTS = [Point("climate", _KITCHEN, 1_700_000_000_000 + n, {"temperature": float(n)}) for n in range(8)]


def _url(server: Answering, generation: int = 1) -> str:
    return f"influxdb://127.0.0.1:{server.port}?generation={generation}{'&org=hdh' if generation == 2 else ''}"


def _write(reply: Callable[[Request], Reply], points: list[Point] = _POINTS) -> tuple[object, Answering]:
    """What writing gives or raises, and what the server was asked."""
    with answering(reply) as server:
        writer = open_writer(_url(server))
        try:
            return writer.write("toe", points), server
        except (Retryable, Misconfigured) as error:
            return error, server
        finally:
            writer.close()


@pytest.mark.parametrize(
    ("reply", "kind", "words"),
    [
        (Reply(500, b'{"error":"engine is closed"}'), Retryable, "500: engine is closed"),
        (Reply(503, b"<html>busy</html>"), Retryable, "503: <html>busy</html>"),
        (Reply(408), Retryable, "408: without a word"),
        (Reply(401, b'{"error":"authorization failed"}'), Misconfigured, "401: authorization failed"),
        (Reply(403, b'{"code":"forbidden","message":"no write"}'), Misconfigured, "403: no write"),
        (Reply(404, b'{"error":"database not found: \\"toe\\""}'), Misconfigured, 'database not found: "toe"'),
        (Reply(302, b"", {"Location": "https://elsewhere/"}), Misconfigured, "302"),
        (Reply(200, b'{"error":"partial write"}'), Misconfigured, "200, not 204: 'partial write'"),
        (Reply(405), Misconfigured, "405"),
    ],
)
def test_a_write_that_is_not_confirmed(reply: Reply, kind: type[Exception], words: str) -> None:
    """Only 204 confirms; the rest is what time heals or what an operator must, in the server's words."""
    error, server = _write(lambda _: reply)
    assert type(error) is kind
    assert words in str(error)
    assert len(server.requests) == 1


@pytest.mark.parametrize(("header", "seconds"), [("7", 7.0), ("0.5", None), ("soon", None), (None, None)])
def test_a_wait_that_is_asked_for(header: str | None, seconds: float | None) -> None:
    """429 carries Retry-After; what cannot be read of it is left out."""
    error, _ = _write(lambda _: Reply(429, b"", {"Retry-After": header} if header else {}))
    assert isinstance(error, Retryable)
    assert error.retry_after == seconds


def test_a_request_that_is_too_large_is_split() -> None:
    """413: halves, until each is taken; a point too large by itself is refused alone."""
    taken: list[bytes] = []

    def reply(request: Request) -> Reply:
        if len(request.body) > 70_000:
            return Reply(413, b'{"error":"Request Entity Too Large"}')
        taken.extend(request.body.splitlines())
        return Reply(204)

    large = Point("device", _KITCHEN, 1, {"state_text": "x" * 70_000})
    refused, _ = _write(reply, [*_POINTS, large])
    assert [(r.index, r.reason, r.detail) for r in refused] == [(8, "store", "Request Entity Too Large")]  # type: ignore[attr-defined]
    assert len(taken) == 8
    assert [line.split()[1] for line in taken] == [f"temperature={n}.0".encode() for n in range(8)]


def test_a_limit_below_any_request_is_an_operators_matter() -> None:
    """413 for a few hundred bytes: no point is refused for it; the error names the limit and its remedy."""
    error, server = _write(lambda _: Reply(413, b'{"error":"Request Entity Too Large"}'))
    assert isinstance(error, Misconfigured)
    assert "takes no request of" in str(error)
    assert "Raise the limit on the size of requests" in str(error)
    assert len(server.requests) == 1


def test_a_misfortune_of_the_whole_batch_costs_few_requests() -> None:
    """The server says how many points it dropped: where it is all of them, none is asked about again."""
    points = [Point("climate", _KITCHEN, n, {"temperature": 1.0}) for n in range(5_000)]
    words = b'{"error":"partial write: max-values-per-tag limit exceeded (1/1) dropped=5000"}'
    refused, server = _write(lambda _: Reply(400, words), points)
    assert len(refused) == 5_000  # type: ignore[arg-type]
    assert len(server.requests) == 1


def test_a_refusal_without_a_word_is_narrowed_down() -> None:
    """Where the server says nothing, halves find the one bad point, and all others are written."""
    written: set[bytes] = set()

    def reply(request: Request) -> Reply:
        if b"temperature=5.0" in request.body:
            return Reply(400)
        written.update(request.body.splitlines())
        return Reply(204)

    refused, server = _write(reply)
    assert [r.index for r in refused] == [5]  # type: ignore[attr-defined]
    assert len(written) == 7
    assert len(server.requests) == 7


def test_a_batch_is_bounded() -> None:
    """At most 5,000 lines and 5 MB go in one request, in the order of the points."""
    points = [Point("device", _KITCHEN, n, {"state_text": "x" * (100_000 if n < 100 else 1)}) for n in range(12_000)]
    refused, server = _write(lambda _: Reply(204), points)
    assert refused == []
    bodies = [request.body for request in server.requests]
    assert max(map(len, bodies)) < 5_000_000
    assert max(body.count(b"\n") + 1 for body in bodies) == 5_000
    times = [int(line.rsplit(b" ", 1)[1]) for body in bodies for line in body.split(b"\n")]
    assert times == list(range(12_000))


@pytest.mark.parametrize(
    ("generation", "token", "path", "authorization"),
    [
        (1, "us er:pä:ss", "/write?db=a%26b&precision=ms", "Basic dXMgZXI6cMOkOnNz"),
        (2, "abc==", "/api/v2/write?org=hdh&bucket=a%26b&precision=ms", "Token abc=="),
    ],
)
def test_how_each_generation_is_spoken_to(generation: int, token: str, path: str, authorization: str) -> None:
    """Path, precision and credentials; a project's name cannot add a parameter."""
    with answering(lambda _: Reply(204)) as server:
        writer = open_writer(_url(server, generation), token)
        assert writer.write("a&b", _POINTS) == []
        writer.close()
    (request,) = server.requests
    assert (request.path, request.headers["Authorization"]) == (path, authorization)


_FIELDS = b"name,tags,fieldKey,fieldType\nclimate,,temperature,float\n"
_FOUND = (
    b'{"results":[{"statement_id":0,"series":[{"name":"climate","tags":{"device":"d","house":"h","room":"r"},'
    b'"columns":["time","f0"],"values":[[5,1]]}]},{"statement_id":1,"series":[]}]}'
)
_END = b"\nname,tags,name\ndatabases,,toe\n"


def _read(answers: dict[str, Reply], as_json: Reply) -> object:
    """What reading gives or raises where the server answers the three questions so, and so when asked for JSON."""

    def reply(request: Request) -> Reply:
        query = parse_qs(request.body.decode())["q"][0]
        if "json" in request.headers["Accept"] and not query.startswith("SELECT last"):
            return as_json
        return next(answer for start, answer in answers.items() if query.startswith(start))

    with answering(reply) as server:
        reader = open_reader(_url(server))
        try:
            return [chunk.value.tolist() for chunk in reader.read(Selection("toe"), ALL_TIME)]
        except (Retryable, Misconfigured) as error:
            return error
        finally:
            reader.close()


def _answers(rows: Reply, found: bytes = _FOUND) -> dict[str, Reply]:
    return {
        "SHOW FIELD": Reply(200, _FIELDS + _END),
        "SELECT last": Reply(200, found),
        "SELECT ": rows,
    }


_ROWS = b"name,tags,time,s0\nclimate,,5,1\n"


def test_a_whole_answer() -> None:
    """With the second result an answer is whole."""
    assert _read(_answers(Reply(200, _ROWS + _END)), Reply(500)) == [[1.0]]


@pytest.mark.parametrize(
    ("rows", "as_json", "kind", "words"),
    [
        (Reply(200, _ROWS), Reply(200, b'{"results":[]}\n'), Retryable, "ended an answer about project 'toe' early"),
        (Reply(200), Reply(200, b'{"results":[{"error":"engine is closed"}]}'), Retryable, "engine is closed"),
        (
            Reply(200, _ROWS),
            Reply(200, b'{"results":[{"series":[]}]}\n{"results":[{"error":"max-select-point limit exceeed: (2/1)"}]}'),
            Misconfigured,
            "raise max-select-point",
        ),
        (Reply(200), Reply(200, b'{"results":[{"error":"database not found: toe"}]}'), Misconfigured, "not found"),
        (Reply(200), Reply(403, b'{"error":"not authorized"}'), Misconfigured, "not authorized"),
        (Reply(200, _ROWS), Reply(200, b"<html>"), Retryable, "early"),
        (Reply(200, _ROWS + _END, cut=True), Reply(200), Retryable, "does not answer"),
        (Reply(200, _ROWS[:-4], cut=True), Reply(200), Retryable, "does not answer"),
        (Reply(500, b'{"error":"broken"}'), Reply(200), Retryable, "500: broken"),
        (Reply(429, b"", {"Retry-After": "9"}), Reply(200), Retryable, "429"),
        (Reply(400, b'error\n"error parsing query"\n'), Reply(200), Misconfigured, "error parsing query"),
        (Reply(401), Reply(200), Misconfigured, "401"),
    ],
)
def test_an_answer_that_is_not_whole(rows: Reply, as_json: Reply, kind: type[Exception], words: str) -> None:
    """Never data: the server's words say what it is, and where it has none, that it ended early."""
    error = _read(_answers(rows), as_json)
    assert type(error) is kind
    assert words in str(error)


@pytest.mark.parametrize(
    ("found", "kind", "words"),
    [
        (_FOUND.replace(b'{"statement_id":1,"series":[]}', b"{}"), Retryable, "early"),
        (b"", Retryable, "early"),
        (b'{"results":[{"error":"timeout"}]}', Retryable, "timeout"),
        (b'{"error":"database not found: toe"}', Misconfigured, "not found"),
        (_FOUND[:50], Retryable, "no JSON"),
    ],
)
def test_a_list_of_series_that_is_not_whole(found: bytes, kind: type[Exception], words: str) -> None:
    """What there is to read is known whole, or nothing is read."""
    error = _read(_answers(Reply(200, _ROWS + _END), found), Reply(500))
    assert type(error) is kind
    assert words in str(error)
