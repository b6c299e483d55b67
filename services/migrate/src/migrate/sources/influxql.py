"""An InfluxDB server that is read as a stranger: names, counts and rows, each answer proven to be whole."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec

from hdh.errors import Misconfigured, Retryable
from hdh.store.influxdb.generation import generation_of
from hdh.store.influxdb.http import QUERY_SECONDS, Http, Refused
from hdh.store.influxdb.influxql import identifier
from hdh.store.influxdb.query import lines
from hdh.store.url import InfluxUrl

EVER = (-9_223_372_036_855, 9_223_372_036_855)
"""The times that a server knows, epoch ms."""

_EVER_NS = (-9_223_372_036_854_775_806, 9_223_372_036_854_775_806)

_NS = 1_000_000
_CHUNK_ROWS = "10000"
_END = "SHOW DATABASES"
_HEALS = re.compile("timeout|interrupted|shutdown|not yet|engine is closed|memory", re.IGNORECASE)


class Server:
    """A server.

    Args:
        url: where it is.
        token: a token, or user:password of generation 1.
    """

    def __init__(self, url: InfluxUrl, token: str | None) -> None:
        self._generation = url.generation
        with of_source():
            self._http = Http(url, generation_of(url, token).authorization, QUERY_SECONDS)

    def version(self) -> str:
        """Generation and address."""
        return f"generation {self._generation} at {self._http.base}"

    def databases(self) -> list[str]:
        """The databases (generation 2: the buckets that are mapped to them)."""
        return sorted({row[0] for series, _ in self.series(None, "SHOW DATABASES") for row in series["values"]})

    def policies(self, database: str) -> list[str]:
        """The retention policies of a database."""
        statement = f"SHOW RETENTION POLICIES ON {identifier(database)}"
        return [row[0] for series, _ in self.series(database, statement) for row in series.get("values", ())]

    def fields(self, database: str, policy: str) -> dict[str, dict[str, set[str]]]:
        """Of each measurement the fields with their types.

        Names of fields are not told by policy, so measurements are asked for by policy.
        """
        measurements: dict[str, dict[str, set[str]]] = {}
        # FROM takes a policy and a pattern: only what this policy holds is answered.
        statement = f"SHOW FIELD KEYS ON {identifier(database)} FROM {identifier(policy)}./.*/"
        for series, _ in self.series(database, statement):
            fields = measurements.setdefault(series["name"], {})
            for name, kind in series["values"]:
                fields.setdefault(name, set()).add(kind)
        return measurements

    def counts(self, database: str, source: str, span: tuple[int, int], width: int) -> list[tuple[int, int]]:
        """How many readings each window holds: its start and the number, those without left out.

        Args:
            database: the database.
            source: the measurement as statements name it.
            span: epoch ms.
            width: of the windows, ms; they begin at multiples of it.
        """
        where = within(*span)
        statement = f"SELECT count(*) FROM {source} WHERE {where} GROUP BY time({width}ms) fill(none)"  # noqa: S608 (quoted)
        found: dict[int, int] = {}
        for series, _ in self.series(database, statement):
            for time, *counts in series["values"]:
                start = time // _NS
                found[start] = found.get(start, 0) + sum(count for count in counts if count)
        return sorted((start, count) for start, count in found.items() if count)

    def total(self, database: str, source: str, span: tuple[int, int]) -> int:
        """How many readings a measurement holds in a span (epoch ms)."""
        statement = f"SELECT count(*) FROM {source} WHERE {within(*span)}"  # noqa: S608 (quoted)
        rows = (row for series, _ in self.series(database, statement) for row in series["values"])
        return sum(count for _, *counts in rows for count in counts if count)

    def series(self, database: str | None, statement: str) -> Iterator[tuple[dict[str, Any], bytes]]:
        """What a statement answers: series with columns, values and tags, and the bytes that they came in.

        A series with many rows comes in parts. When it ends without an error, nothing is missing: a second statement
        was answered behind it, which the server does only if the first ended well.

        Raises:
            Retryable: the server is away, or the answer broke off.
            Misconfigured: the server refuses it.
        """
        form = {"q": f"{statement}; {_END}", "epoch": "ns", "chunked": "true", "chunk_size": _CHUNK_ROWS}
        if database is not None:
            form["db"] = database
        ended = False
        with of_source():
            try:
                for line in lines(self._http.post_form("/query", form, "application/json")):
                    for result in _results(line):
                        if "error" in result:
                            raise _error(self._http.base, statement, result["error"])
                        ended = ended or result.get("statement_id") == 1
                        if not ended:
                            for series in result.get("series", ()):
                                yield series, line
            except Refused as error:
                raise _error(self._http.base, statement, str(error)) from error
        if not ended:
            raise Retryable(f"The source {self._http.base} ended an answer early: {statement[:200]}")

    def close(self) -> None:
        """Close the connections."""
        self._http.close()


def within(start: int, stop: int) -> str:
    """The condition that a time is in a span (epoch ms)."""
    first, last = max(start * _NS, _EVER_NS[0]), min(stop * _NS - 1, _EVER_NS[1])
    return f"time >= {first} AND time <= {last}"


@contextmanager
def of_source() -> Iterator[None]:
    """Let errors name the source's settings, not the store's."""
    try:
        yield
    except Misconfigured as error:
        raise Misconfigured(_source_words(error)) from error
    except Retryable as error:
        raise Retryable(_source_words(error), retry_after=error.retry_after) from error


def _source_words(error: Exception) -> str:
    text = str(error).replace("HDH_STORE_TOKEN", "HDH_MIGRATE_SOURCE_TOKEN").replace("HDH_STORE_URL", "source.url")
    return text.replace("The store at", "The source")


def _results(line: bytes) -> Iterator[dict[str, Any]]:
    if not line.strip():
        return
    try:
        parsed = msgspec.json.decode(line)
    except msgspec.DecodeError:
        raise Retryable(f"The source answered what is no whole JSON: {line[:100]!r}…") from None
    if "error" in parsed:
        yield {"error": parsed["error"]}
    yield from parsed.get("results", [])


def _error(base: str, statement: str, words: str) -> Misconfigured | Retryable:
    text = f"The source {base} says: {words}"
    if _HEALS.search(words):
        return Retryable(text)
    return Misconfigured(f"{text} (asked: {statement[:200]}). Mend its configuration, or the user's rights.")
