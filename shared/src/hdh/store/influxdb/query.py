"""Queries: an answer is taken for whole only when the statement after it was answered too."""

import itertools
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NoReturn, TypeVar

import msgspec

from hdh.errors import HdhError, Misconfigured, Retryable
from hdh.store.influxdb.csv import Rows, split
from hdh.store.influxdb.http import Http, Refused
from hdh.store.influxdb.influxql import Parameters

T = TypeVar("T")

_END = "SHOW DATABASES"
_END_COLUMNS = ["name", "tags", "name"]
_CHUNK_ROWS = "10000"
_NOT_FOUND = (
    "database not found",
    "database name required",
    "database is required",
    "bucket not found",
    "no dbrp mapping found",
    "mapping not found",
)
_FORBIDDEN = ("not authorized", "unauthorized", "authorization failed", "authorizing query", "forbidden", "privilege")
_WRONG = ("invalid name", "name too long", "must be at least", "must be greater", "user already exists")
_LIMITS = ("max-select-point", "max-select-series", "max-select-buckets", "max-series", "max-row-limit")


def ask(http: Http, project: str | None, statement: str, parameters: Parameters | None = None) -> list[dict[str, Any]]:
    """Run one statement that answers with little or nothing, and return its series as JSON has them.

    Raises:
        Retryable: time can heal it.
        Misconfigured: only an operator can.
    """
    answers = list(_post(http, project, statement, parameters, "application/json"))
    series = []
    for result in _results(b"".join(answers)):
        if "error" in result:
            raise error_of(project, result["error"])
        series.extend(result.get("series", []))
    return series


def stream(http: Http, project: str, statements: Sequence[str], parameters: Parameters) -> Iterator[Rows]:
    """Run statements in one request and yield their rows as they come, by statement; empty answers leave no trace.

    Rows come before it is known that all will come: if the answer ends early, this raises after the last of them.
    Fast, and for statements without tags only: generation 2 writes those so that a comma in a name ends it.

    Raises:
        Retryable: the server broke off, and time can heal it.
        Misconfigured: unknown project, missing right, or a limit of the server that the query passed.
    """
    asked = "; ".join([*statements, _END])
    ended = False
    for rows in split(_post(http, project, asked, parameters, "application/csv")):
        if rows.columns == _END_COLUMNS:
            ended = True
        else:
            yield rows
    if not ended:
        _explain(http, project, asked, parameters)


def stream_tagged(
    http: Http, project: str, statements: Sequence[str], parameters: Parameters
) -> Iterator[dict[str, Any]]:
    """As `stream`, but yield series with their tags as JSON has them; one with many rows comes in parts."""
    asked = "; ".join([*statements, _END])
    ended = False
    for line in lines(_post(http, project, asked, parameters, "application/json")):
        for result in _results(line):
            if "error" in result:
                raise error_of(project, result["error"])
            ended = ended or result.get("statement_id") == len(statements)
            if not ended:
                yield from result.get("series", ())
    if not ended:
        raise Retryable(f"The store ended an answer about project {project!r} early.")


def error_of(project: str | None, words: str) -> HdhError:
    """The error that a statement's words come to."""
    low = words.lower()
    sentence = f"The store says about project {project!r}: {words}" if project else f"The store says: {words}"
    if any(sign in low for sign in _NOT_FOUND):
        return Misconfigured(f"{sentence}. Is it set up? `ingest` with an administrator's token creates it.")
    if any(sign in low for sign in _FORBIDDEN):
        return Misconfigured(f"{sentence}. HDH_STORE_TOKEN lacks this right.")
    if any(sign in low for sign in _WRONG):
        return Misconfigured(sentence)
    if limit := next((limit for limit in _LIMITS if limit in low), None):
        return Misconfigured(f"{sentence}. Ask for less at once, or raise {limit} in the server's configuration.")
    return Retryable(sentence)


def _post(http: Http, project: str | None, query: str, parameters: Parameters | None, accept: str) -> Iterator[bytes]:
    # Unchunked, an answer longer than the server's max-row-limit would be cut without a sign of it.
    form = {"q": query, "epoch": "ms", "chunked": "true", "chunk_size": _CHUNK_ROWS}
    if project is not None:
        form["db"] = project
    if parameters is not None and parameters.values:
        form["params"] = json.dumps(parameters.values)
    try:
        yield from http.post_form("/query", form, accept)
    except Refused as error:
        # Time does not heal a statement that the server cannot read: a name in it is one that no project can have.
        raise Misconfigured(f"The store refuses a query about project {project!r}: {error}") from error


def _explain(http: Http, project: str, asked: str, parameters: Parameters) -> NoReturn:
    """Ask again as JSON, which names errors, and raise them."""
    for line in lines(_post(http, project, asked, parameters, "application/json")):
        # Only lines that can hold an error are parsed: the others may be many.
        if b'"error":' in line:
            for result in _results(line):
                if "error" in result:
                    raise error_of(project, result["error"])
    # The server looks at its limits now and then only, so the second time may pass where the first did not.
    raise Retryable(
        f"The store ended an answer about project {project!r} early, and not when asked again: was it a limit of its "
        "configuration, such as max-select-point or query-timeout? Ask for less at once."
    )


def _results(answer: bytes) -> Iterator[dict[str, Any]]:
    """The results of all objects of an answer, one a line."""
    for line in answer.splitlines():
        try:
            parsed = msgspec.json.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise Retryable(f"The store answered what is no JSON: {line[:200]!r}") from None
        if "error" in parsed:
            yield {"error": parsed["error"]}
        yield from parsed.get("results", [])


def lines(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The lines of an answer that comes in pieces."""
    rest: list[bytes] = []
    for piece in pieces:
        first, *others = piece.split(b"\n")
        rest.append(first)
        for line in others:
            yield b"".join(rest)
            rest = [line]
    yield b"".join(rest)


def batched(items: Iterable[T], size: int) -> Iterator[tuple[T, ...]]:
    """Items, so many to a request."""
    iterator = iter(items)
    while batch := tuple(itertools.islice(iterator, size)):
        yield batch
