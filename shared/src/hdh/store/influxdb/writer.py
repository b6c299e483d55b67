"""Writes line protocol and deletes; a refused batch is narrowed down to the bad points."""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Literal

from hdh.errors import Invalid, Misconfigured
from hdh.line_protocol import encode_point, encode_points, field_to_stored
from hdh.model import Point, Span
from hdh.store.influxdb.generation import generation_of
from hdh.store.influxdb.http import READ_SECONDS, SMALL_BYTES, Http, Refused, TooLarge, server_words
from hdh.store.interface import Refusal, Selection
from hdh.store.url import InfluxUrl

if TYPE_CHECKING:
    from hdh.store.interface import Columns

_BATCH_LINES = 5_000
_BATCH_BYTES = 4_000_000
_DROPPED = re.compile(r"dropped=(\d+)")
_CONFLICT = re.compile(r'input field "(.+?)" on measurement')
_EXPIRED = "retention policy"

Batch = Sequence[int]
"""Points by their indexes, ascending."""


class InfluxWriter:
    """Writes to one server. Not safe for use by several threads at once.

    Args:
        url: the server.
        token: as HDH_STORE_TOKEN.
        read_seconds: how long the server may take to answer before it counts as hung.
    """

    def __init__(self, url: InfluxUrl, token: str | None = None, *, read_seconds: float = READ_SECONDS) -> None:
        self._generation = generation_of(url, token)
        self._http = Http(url, self._generation.authorization, read_seconds)
        self._path_of = cache(self._generation.write_path)

    def write(self, project: str, points: Sequence[Point]) -> list[Refusal]:
        """Write points; see `hdh.store.interface.Writer`."""
        _check_project(project)
        request = _Write(self._http, self._path_of(project), points)
        try:
            for batch in request.batches():
                request.send(batch)
        except Misconfigured as error:
            raise Misconfigured(f"Project {project!r} cannot be written to. {error}") from error
        return request.refusals()

    def write_columns(self, project: str, parts: "Sequence[Columns]") -> list[Refusal]:
        """Write points that come in columns; see `Writer.write_columns`. What is refused goes point by point."""
        # Not where points are written one by one: there is no numpy.
        from hdh.store.columns import points  # noqa: PLC0415
        from hdh.store.influxdb.lines import requests  # noqa: PLC0415

        _check_project(project)
        path = self._path_of(project)
        refusals: list[Refusal] = []
        for request in requests(parts):
            try:
                if request.body:
                    _post(self._http, path, request.body)
                refused = request.body is None
            except (Refused, TooLarge):
                refused = True
            except Misconfigured as error:
                raise Misconfigured(f"Project {project!r} cannot be written to. {error}") from error
            if refused:
                rows = [(p.first + row, each) for p in request.pieces for row, each in points(p.part, p.start, p.stop)]
                found = self.write(project, [point for _, point in rows])
                refusals += [Refusal(rows[one.index][0], one.reason, one.detail) for one in found]
        return refusals

    def check(self, project: str) -> None:
        """Write nothing at all: servers of both generations look at credentials, project and right before that."""
        _check_project(project)
        try:
            _post(self._http, self._path_of(project), b"\n")
        except (Misconfigured, Refused) as error:
            raise Misconfigured(f"Project {project!r} cannot be written to. {error}") from error

    def delete(self, project: str, span: Span, selection: Selection | None = None) -> None:
        """Delete every reading in the span of the selected places."""
        _check_project(project)
        chosen = selection or Selection(project)
        if chosen.quantities:
            raise Invalid(
                "a delete takes a time and places, never a quantity.",
                parameter="quantity",
                value=chosen.quantities,
                remedy="Leave it out.",
            )
        if span.start < span.stop:
            try:
                self._generation.delete(self._http, project, span, chosen)
            except Misconfigured as error:
                raise Misconfigured(f"Nothing can be deleted from project {project!r}. {error}") from error

    def close(self) -> None:
        """Close the connections."""
        self._http.close()


class _Write:
    """One call of `write`: the lines, and what was refused so far."""

    def __init__(self, http: Http, path: str, points: Sequence[Point]) -> None:
        self._http = http
        self._path = path
        self._points = points
        self._refused: dict[int, Refusal] = {}
        try:
            self._lines = encode_points(points)
        except ValueError:
            self._lines = [self._encode(index) for index in range(len(points))]

    def refusals(self) -> list[Refusal]:
        return [self._refused[index] for index in sorted(self._refused)]

    def batches(self) -> Iterator[Batch]:
        """The points that have a line, in requests of bounded size."""
        for start in range(0, len(self._lines), _BATCH_LINES):
            lines = self._lines[start : start + _BATCH_LINES]
            numbers = range(start, start + len(lines))
            if all(lines) and sum(map(len, lines)) + len(lines) <= _BATCH_BYTES:
                yield numbers
            else:
                yield from self._small_batches(numbers)

    def _small_batches(self, numbers: Batch) -> Iterator[Batch]:
        """The same, where some have no line or all together are too large."""
        batch: list[int] = []
        size = 0
        for index in numbers:
            line = self._lines[index]
            if not line:
                continue
            if batch and size + len(line) >= _BATCH_BYTES:
                yield batch
                batch, size = [], 0
            batch.append(index)
            size += len(line) + 1
        if batch:
            yield batch

    def send(self, batch: Batch) -> None:
        """Write a batch. Where the server takes a part only, narrow down until each part is taken or one point."""
        body = b"\n".join([self._lines[index] for index in batch])
        try:
            _post(self._http, self._path, body)
        except TooLarge as error:
            if len(body) <= SMALL_BYTES:
                raise Misconfigured(_too_small(self._http, len(body), str(error))) from error
            if len(batch) == 1:
                self._refuse(batch, str(error))
            else:
                self._send_all(_halves(batch))
        except Refused as error:
            words = str(error)
            if len(batch) == 1 or _dropped(words) == len(batch):
                self._refuse(batch, words)
            else:
                self._send_all(self._split(batch, words))

    def _send_all(self, parts: Sequence[Batch]) -> None:
        for part in parts:
            self.send(part)

    def _encode(self, index: int) -> bytes:
        try:
            return encode_point(self._points[index])
        except ValueError as error:
            self._refused[index] = Refusal(index, "store", str(error))
            return b""

    def _refuse(self, batch: Batch, words: str) -> None:
        reason: Literal["expired", "store"] = "expired" if _EXPIRED in words else "store"
        for index in batch:
            self._refused[index] = Refusal(index, reason, words)

    def _split(self, batch: Batch, words: str) -> Sequence[Batch]:
        """Parts of a refused batch: the suspects apart from the others where the server's words tell, else halves.

        The server names one reason and never a line. Two versions of one reading stay in their order, as the later
        one must win.
        """
        suspects = self._suspects(batch, words)
        others = [index for index in batch if index not in suspects]
        if not suspects or not others or self._keys(suspects) & self._keys(others):
            return _halves(batch)
        return sorted(suspects), others

    def _suspects(self, batch: Batch, words: str) -> set[int]:
        if conflict := _CONFLICT.search(words):
            return {index for index in batch if conflict[1] in map(field_to_stored, self._points[index].fields)}
        dropped = _dropped(words)
        if _EXPIRED in words and dropped:
            return set(sorted(batch, key=lambda index: self._points[index].time)[:dropped])
        return set()

    def _keys(self, batch: Batch | set[int]) -> set[tuple[object, ...]]:
        return {(p.measurement, p.place, p.time) for p in (self._points[index] for index in batch)}


def _too_small(http: Http, size: int, words: str) -> str:
    return (
        f"The store at {http.base} takes no request of {size:,} bytes ({words}). "
        "Raise the limit on the size of requests, its own or that of a proxy before it, to some megabytes."
    )


def _post(http: Http, path: str, body: bytes) -> None:
    answer = http.post(path, body)
    if answer.status != HTTPStatus.NO_CONTENT:
        words = server_words(answer.body)
        raise Misconfigured(
            f"The store at {http.base} answered a write with {answer.status}, not 204: {words!r}. "
            "Is HDH_STORE_URL that of an InfluxDB server, and of this generation?"
        )


def _halves(batch: Batch) -> Sequence[Batch]:
    middle = len(batch) // 2
    return batch[:middle], batch[middle:]


def _dropped(words: str) -> int:
    """How many points the server says it dropped, 0 if it does not say."""
    found = _DROPPED.search(words)
    return int(found[1]) if found else 0


def _check_project(project: str) -> None:
    if not project:
        raise Misconfigured("A project without a name cannot be written to.")
