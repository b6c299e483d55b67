"""The client for scripts and notebooks: each question waits for its answer."""

import json
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, Self, TypeVar, Unpack

import httpx
import pandas as pd
import pyarrow as pa

from hdh.client import answers
from hdh.client.answers import Completeness, Reading
from hdh.client.connection import SILENT_SECONDS, File, Memory, Sink, options, told
from hdh.client.errors import ApiError, Unreachable, error_of
from hdh.client.events import Parser
from hdh.client.formats import Format, format_of
from hdh.client.progress import Bar
from hdh.client.queries import CompletenessQuery, Filters, Parameters, ReadingsQuery, parameters
from hdh.client.retries import Retries

if TYPE_CHECKING:
    import polars as pl

T = TypeVar("T")


class Client:
    """Asks the API. Safe for several threads; to be closed, best by `with`.

    Args:
        url: the API's address; HDH_API_URL without it, else http://127.0.0.1:8000.
        key: a key of `api key add`; HDH_API_KEY without it, else asks as the public.
        progress: whether long downloads show a bar, on a terminal.
        retries: how often what time can heal is tried again.

    Raises:
        Misconfigured: the address is none.
    """

    def __init__(
        self, url: str | None = None, key: str | None = None, *, progress: bool = True, retries: Retries | None = None
    ) -> None:
        self._http = httpx.Client(**options(url, key))
        self._progress = progress
        self._retries = retries or Retries()
        self._random = Random()  # noqa: S311 (jitter)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give back the connections."""
        self._http.close()

    def readings(self, **query: Unpack[ReadingsQuery]) -> pd.DataFrame:
        """Readings as a DataFrame.

        Args:
            **query: which, and in what form; see `ReadingsQuery`.

        Returns:
            Index `time` (zone-aware, the house's zone or `tz`).
            tidy, a row a reading: `project house room device quantity unit` (categories), `value` (float64, NaN where a
            window has none), and `text` where text was selected; ascending in time within a series.
            wide, a row a time: a column a series, named by what tells it apart and its unit (`kitchen/co2 [ppm]`); NaN
            where it has no reading at that time.
            `attrs["units"]`: quantity (wide: column) to UCUM code; `attrs["query"]`: what was asked, resolved.

        Raises:
            ApiError: the API refuses it, with parameter, value and remedy.
            Unreachable: it does not answer; nothing is ever given out in part.
        """
        return answers.frame_of(self.arrow(**query))

    def arrow(self, **query: Unpack[ReadingsQuery]) -> pa.Table:
        """Readings as an Arrow table, for little memory and other libraries.

        Returns:
            `time` (timestamp[ms, zone]), `project house room device quantity unit` (dictionaries), `value` (double),
            and `text` where text was selected; wide, `time` and a column a series, whose metadata say which it is. The
            schema's metadata holds `hdh.query` as JSON.

        Raises:
            ApiError: as `readings`.
            Unreachable: as `readings`.
        """
        return self._asked("readings", parameters(query, format="arrow"), answers.table_of)

    def polars(self, **query: Unpack[ReadingsQuery]) -> "pl.DataFrame":
        """Readings as a frame of polars, with the columns of `arrow`.

        Raises:
            ModuleNotFoundError: polars is not installed.
            ApiError: as `readings`.
            Unreachable: as `readings`.
        """
        return answers.polars_of(self.arrow(**query))

    def export(
        self,
        path: str | Path,
        *,
        format: Format | None = None,  # noqa: A002 (the API's name)
        **query: Unpack[ReadingsQuery],
    ) -> Path:
        """Save readings to a file, in constant memory; it gets its name when it is whole.

        Args:
            path: the file; one that is there is replaced.
            format: its form; by its suffix (csv, json, ndjson, parquet, arrow) without it.
            **query: which readings; see `ReadingsQuery`.

        Raises:
            Invalid: the suffix names no form.
            ApiError: as `readings`.
            Unreachable: as `readings`; then there is no file.
        """
        path = Path(path)
        form = format or format_of(path)
        file = File(path)
        try:
            self._fetch("readings", parameters(query, format=form), file, lambda: None)
            file.keep()
        finally:
            file.close()
        return path

    def projects(self) -> pd.DataFrame:
        """The projects that may be seen, a row each: id, title, timezone, and what the site file says of them."""
        return self._rows("projects", {})

    def houses(self, **filters: Unpack[Filters]) -> pd.DataFrame:
        """The selected houses, a row each; the public sees pseudonyms."""
        return self._rows("houses", filters)

    def rooms(self, **filters: Unpack[Filters]) -> pd.DataFrame:
        """The selected rooms, a row each; polygons are lists of corners in metres."""
        return self._rows("rooms", filters)

    def devices(self, **filters: Unpack[Filters]) -> pd.DataFrame:
        """The selected devices, a row each, with where they stood when."""
        return self._rows("devices", filters)

    def quantities(self, **filters: Unpack[Filters]) -> pd.DataFrame:
        """What can be measured, a row each: quantity, unit, symbol, kind, names in English and Finnish."""
        return self._rows("quantities", filters)

    def series(self, **filters: Unpack[Filters]) -> pd.DataFrame:
        """The selected series that hold readings, a row each.

        Returns:
            The five names, `unit` (UCUM code), `symbol`, `kind`, `first` and `last` (UTC), `count`, `interval`
            (seconds between readings, on average), `listed`.
        """
        return self._rows("series", filters)

    def latest(self, **filters: Unpack[Filters]) -> pd.DataFrame:
        """The newest reading of each selected series, a row each.

        Returns:
            The five names, `unit` (UCUM code), `time` (UTC), `value`, `age` (seconds).
        """
        return self._rows("latest", filters)

    def completeness(self, **query: Unpack[CompletenessQuery]) -> Completeness:
        """How many readings were expected and how many came, by series and window, and the longest gaps."""
        return answers.completeness_of(self._json("completeness", parameters(query)))

    def rejected(self, *, limit: int = 100, **filters: Unpack[Filters]) -> pd.DataFrame:
        """Messages that could not be written, a row each, newest first: time (UTC), topic, payload, reason, detail."""
        return self._rows("rejected", {**filters, "limit": limit})

    def status(self) -> dict[str, Any]:
        """The counters of every ingest, which reconcile, as the API's JSON has them."""
        return self._json("status", {})

    def live(self, **filters: Unpack[Filters]) -> Iterator[Reading]:
        """The selected readings within a second of their writing, without end; leave by `break`.

        A lost connection is taken up again where it broke, so that nothing is missed and nothing comes twice; where
        that cannot be, a warning says so.

        Raises:
            ApiError: the API refuses it.
        """
        parser, tried = Parser(), 0
        while True:
            seconds = parser.retry_seconds
            try:
                for reading in self._heard(filters, parser):
                    tried = 0
                    yield reading
            except Unreachable:
                tried = min(tried + 1, self._retries.tries - 1)
                seconds = self._retries.wait(Unreachable(), tried, self._random) or seconds
            except ApiError as error:
                if error.retry_after is None:
                    raise
                seconds = error.retry_after
            time.sleep(seconds)

    def _heard(self, filters: Filters, parser: Parser) -> Iterator[Reading]:
        """What one connection brings."""
        headers = {"Last-Event-ID": parser.last} if parser.last else {}
        timeout = httpx.Timeout(SILENT_SECONDS)
        parser.again()
        with (
            told(),
            self._http.stream("GET", "live", params=parameters(filters), headers=headers, timeout=timeout) as answer,
        ):
            if answer.is_error:
                answer.read()
                raise error_of(answer)
            for line in answer.iter_lines():
                event = parser.feed(line)
                if event is not None and event.kind == "missed":
                    warnings.warn(event.data["detail"], stacklevel=3)
                elif event is not None and event.kind == "readings":
                    yield from map(answers.reading_of, event.data["readings"])

    def _rows(self, path: str, query: Mapping[str, object]) -> pd.DataFrame:
        return answers.frame_of_rows(self._json(path, parameters(query))[path])

    def _json(self, path: str, asked: Parameters) -> dict[str, Any]:
        document: dict[str, Any] = self._asked(path, asked, json.loads)
        return document

    def _asked(self, path: str, asked: Parameters, read: Callable[[bytes], T]) -> T:
        memory = Memory()
        return self._fetch(path, asked, memory, lambda: read(memory.body))

    def _fetch(self, path: str, asked: Parameters, sink: Sink, read: Callable[[], T]) -> T:
        """Ask until there is a whole answer, and read it."""
        tried = 0
        while True:
            tried += 1
            try:
                self._take(path, asked, sink)
                return read()
            except (ApiError, Unreachable) as error:
                seconds = self._retries.wait(error, tried, self._random)
                if seconds is None:
                    raise
            time.sleep(seconds)

    def _take(self, path: str, asked: Parameters, sink: Sink) -> None:
        sink.begin()
        with (
            Bar(shown=self._progress, title=path) as bar,
            told(sink),
            self._http.stream("GET", path, params=asked) as answer,
        ):
            if answer.is_error:
                answer.read()
                raise error_of(answer)
            for piece in answer.iter_bytes():
                sink.add(piece)
                bar.add(len(piece))
