"""The client for asyncio: the same questions, awaited."""

import asyncio
import json
import warnings
from collections.abc import AsyncIterator, Callable, Mapping
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


class AsyncClient:
    """Asks the API as `Client` does, which describes it all; for one event loop, to be closed by `async with`.

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
        self._http = httpx.AsyncClient(**options(url, key))
        self._progress = progress
        self._retries = retries or Retries()
        self._random = Random()  # noqa: S311 (jitter)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Give back the connections."""
        await self._http.aclose()

    async def readings(self, **query: Unpack[ReadingsQuery]) -> pd.DataFrame:
        """Readings as a DataFrame, see `Client.readings`."""
        return answers.frame_of(await self.arrow(**query))

    async def arrow(self, **query: Unpack[ReadingsQuery]) -> pa.Table:
        """Readings as an Arrow table, see `Client.arrow`."""
        return await self._asked("readings", parameters(query, format="arrow"), answers.table_of)

    async def polars(self, **query: Unpack[ReadingsQuery]) -> "pl.DataFrame":
        """Readings as a frame of polars, see `Client.polars`."""
        return answers.polars_of(await self.arrow(**query))

    async def export(
        self,
        path: str | Path,
        *,
        format: Format | None = None,  # noqa: A002 (the API's name)
        **query: Unpack[ReadingsQuery],
    ) -> Path:
        """Save readings to a file, see `Client.export`."""
        path = Path(path)
        form = format or format_of(path)
        file = File(path)
        try:
            await self._fetch("readings", parameters(query, format=form), file, lambda: None)
            file.keep()
        finally:
            file.close()
        return path

    async def projects(self) -> pd.DataFrame:
        """The projects that may be seen, a row each."""
        return await self._rows("projects", {})

    async def houses(self, **filters: Unpack[Filters]) -> pd.DataFrame:
        """The selected houses, a row each."""
        return await self._rows("houses", filters)

    async def rooms(self, **filters: Unpack[Filters]) -> pd.DataFrame:
        """The selected rooms, a row each."""
        return await self._rows("rooms", filters)

    async def devices(self, **filters: Unpack[Filters]) -> pd.DataFrame:
        """The selected devices, a row each."""
        return await self._rows("devices", filters)

    async def quantities(self, **filters: Unpack[Filters]) -> pd.DataFrame:
        """What can be measured, a row each."""
        return await self._rows("quantities", filters)

    async def series(self, **filters: Unpack[Filters]) -> pd.DataFrame:
        """The selected series that hold readings, a row each, see `Client.series`."""
        return await self._rows("series", filters)

    async def latest(self, **filters: Unpack[Filters]) -> pd.DataFrame:
        """The newest reading of each selected series, a row each, see `Client.latest`."""
        return await self._rows("latest", filters)

    async def completeness(self, **query: Unpack[CompletenessQuery]) -> Completeness:
        """How many readings were expected and how many came, see `Client.completeness`."""
        return answers.completeness_of(await self._json("completeness", parameters(query)))

    async def rejected(self, *, limit: int = 100, **filters: Unpack[Filters]) -> pd.DataFrame:
        """Messages that could not be written, a row each, newest first."""
        return await self._rows("rejected", {**filters, "limit": limit})

    async def status(self) -> dict[str, Any]:
        """The counters of every ingest, which reconcile."""
        return await self._json("status", {})

    async def live(self, **filters: Unpack[Filters]) -> AsyncIterator[Reading]:
        """The selected readings within a second of their writing, without end, see `Client.live`."""
        parser, tried = Parser(), 0
        while True:
            seconds = parser.retry_seconds
            try:
                async for reading in self._heard(filters, parser):
                    tried = 0
                    yield reading
            except Unreachable:
                tried = min(tried + 1, self._retries.tries - 1)
                seconds = self._retries.wait(Unreachable(), tried, self._random) or seconds
            except ApiError as error:
                if error.retry_after is None:
                    raise
                seconds = error.retry_after
            await asyncio.sleep(seconds)

    async def _heard(self, filters: Filters, parser: Parser) -> AsyncIterator[Reading]:
        """What one connection brings."""
        headers = {"Last-Event-ID": parser.last} if parser.last else {}
        timeout = httpx.Timeout(SILENT_SECONDS)
        parser.again()
        asked = parameters(filters)
        with told():
            async with self._http.stream("GET", "live", params=asked, headers=headers, timeout=timeout) as answer:
                if answer.is_error:
                    await answer.aread()
                    raise error_of(answer)
                async for line in answer.aiter_lines():
                    event = parser.feed(line)
                    if event is not None and event.kind == "missed":
                        warnings.warn(event.data["detail"], stacklevel=3)
                    elif event is not None and event.kind == "readings":
                        for entry in event.data["readings"]:
                            yield answers.reading_of(entry)

    async def _rows(self, path: str, query: Mapping[str, object]) -> pd.DataFrame:
        return answers.frame_of_rows((await self._json(path, parameters(query)))[path])

    async def _json(self, path: str, asked: Parameters) -> dict[str, Any]:
        document: dict[str, Any] = await self._asked(path, asked, json.loads)
        return document

    async def _asked(self, path: str, asked: Parameters, read: Callable[[bytes], T]) -> T:
        memory = Memory()
        return await self._fetch(path, asked, memory, lambda: read(memory.body))

    async def _fetch(self, path: str, asked: Parameters, sink: Sink, read: Callable[[], T]) -> T:
        """Ask until there is a whole answer, and read it."""
        tried = 0
        while True:
            tried += 1
            try:
                await self._take(path, asked, sink)
                return read()
            except (ApiError, Unreachable) as error:
                seconds = self._retries.wait(error, tried, self._random)
                if seconds is None:
                    raise
            await asyncio.sleep(seconds)

    async def _take(self, path: str, asked: Parameters, sink: Sink) -> None:
        sink.begin()
        with Bar(shown=self._progress, title=path) as bar, told(sink):
            async with self._http.stream("GET", path, params=asked) as answer:
                if answer.is_error:
                    await answer.aread()
                    raise error_of(answer)
                async for piece in answer.aiter_bytes():
                    sink.add(piece)
                    bar.add(len(piece))
