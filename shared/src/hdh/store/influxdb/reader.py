"""Reads over InfluxQL: first which series there are, then a statement for each, many statements to a request."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, pairwise

from hdh.aggregates import LOOKS_BACK, TEXT_AGGREGATES
from hdh.gaps import fill
from hdh.model import ALL_TIME, Series, Span
from hdh.store.influxdb.arrays import Kind, merged, readings
from hdh.store.influxdb.generation import generation_of
from hdh.store.influxdb.http import QUERY_SECONDS, Http
from hdh.store.influxdb.influxql import Parameters, where
from hdh.store.influxdb.pushdown import MOST_RUNS, PUSHED, Run, place, runs
from hdh.store.influxdb.query import ask, batched, stream
from hdh.store.influxdb.sources import STATEMENTS, Field, Found, Source, by_series, find_fields, select
from hdh.store.interface import Chunk, Latest, Selection, SeriesInfo
from hdh.store.outline import outline
from hdh.store.url import InfluxUrl
from hdh.store.windowed import Grid, Readings, aggregate_chunks
from hdh.windows import Aggregate, Window

_PROBE_SECONDS = 5.0
# Lists are made of what the server has in its index and of one reading a series.
_LIST_SECONDS = 30.0
_INTERNAL = {"_internal", "_monitoring", "_tasks"}


class InfluxReader:
    """Reads; see `hdh.store.interface.Reader`. Safe for use by several threads at once.

    Args:
        url: the server.
        token: as HDH_STORE_TOKEN.
        read_seconds: how long an answer with readings may stay silent before the server counts as hung; 30 s at most
            for lists, 5 s for health and projects.
    """

    def __init__(self, url: InfluxUrl, token: str | None = None, *, read_seconds: float = QUERY_SECONDS) -> None:
        authorization = generation_of(url, token).authorization
        self._http = Http(url, authorization, read_seconds)
        self._lists = Http(url, authorization, min(read_seconds, _LIST_SECONDS))
        self._probe = Http(url, authorization, min(read_seconds, _PROBE_SECONDS))

    def projects(self) -> list[str]:
        """The databases or buckets that these credentials may see."""
        series = ask(self._probe, None, "SHOW DATABASES")
        return sorted(name for each in series for (name,) in each.get("values", []) if name not in _INTERNAL)

    def series(self, selection: Selection) -> list[SeriesInfo]:
        """The selected series that hold readings; see `Reader.series`."""
        fields = find_fields(self._lists, selection)
        first, last, count = (self._all_time(selection, fields, name) for name in ("first", "last", "count"))
        # What was written between the three questions is seen the next time.
        known = by_series(source for source in count if source in first and source in last)
        infos = []
        for series, sources in known.items():
            spans = sorted((first[source].time, last[source].time) for source in sources)
            apart = all(before[1] < after[0] for before, after in pairwise(spans))
            number = sum(int(count[source].value) for source in sources) if apart else self._count(sources)
            infos.append(SeriesInfo(series, spans[0][0], max(stop for _, stop in spans), number))
        return infos

    def read(self, selection: Selection, span: Span) -> Iterator[Chunk]:
        """Raw readings; see `Reader.read`."""
        return self._read(self._find(selection, span).values(), span)

    def aggregate(self, selection: Selection, span: Span, window: Window) -> Iterator[Chunk]:
        """One value a window; see `Reader.aggregate`."""
        grid = Grid.of(span, window)
        found = self._find(selection, span)
        known = [each for s, each in found.items() if not s.is_text or window.aggregate in TEXT_AGGREGATES]
        if window.aggregate in PUSHED and len(cut := runs(grid)) <= MOST_RUNS:
            return self._aggregate(known, span, window, grid, cut)
        return self._compute(known, span, window, grid, self._before(selection, span.start, window))

    def outline(self, selection: Selection, span: Span, points: int) -> Iterator[Chunk]:
        """The readings that a chart needs; see `Reader.outline`. From the raw ones, as they stream by."""
        found = [sources for series, sources in self._find(selection, span).items() if not series.is_text]
        grouped = groupby(self._read(found, span), key=lambda chunk: chunk.series)
        return (
            Chunk(series, *thinned)
            for series, chunks in grouped
            if (thinned := outline(((chunk.time, chunk.value) for chunk in chunks), points))
        )

    def latest(self, selection: Selection) -> list[Latest]:
        """The newest reading of each selected series; see `Reader.latest`."""
        found = self._all_time(selection, find_fields(self._lists, selection), "last")
        newest = _newest(found)
        return [Latest(series, each.time, _value(each)) for series, each in newest.items()]

    def health(self) -> None:
        """Return if the server answers and takes our credentials; raise what is wrong otherwise."""
        ask(self._probe, None, "SHOW DATABASES")

    def close(self) -> None:
        """Close the connections."""
        for http in (self._http, self._lists, self._probe):
            http.close()

    def _all_time(self, selection: Selection, fields: list[Field], function: str) -> dict[Source, Found]:
        found = select(self._lists, selection, fields, function, lambda parameters: parameters.time(ALL_TIME))
        return {each.source: each for each in found}

    def _find(self, selection: Selection, span: Span) -> dict[Series, list[Source]]:
        """The selected series that hold readings in the span, each with its sources."""
        if span.start >= span.stop:
            return {}
        fields = find_fields(self._lists, selection)
        found = select(self._http, selection, fields, "last", lambda parameters: parameters.time(span))
        return by_series(each.source for each in found)

    def _count(self, sources: Sequence[Source]) -> int:
        """How many readings a series has whose sources may hold the same time twice."""
        return sum(len(time) for time, _ in self._series_readings(sources, ALL_TIME))

    def _read(self, found: Iterable[list[Source]], span: Span) -> Iterator[Chunk]:
        for alone, group in groupby(found, key=lambda sources: len(sources) == 1):
            if alone:
                for batch in batched((source for (source,) in group), STATEMENTS):
                    yield from self._raw(batch, span)
            else:
                for sources in group:
                    for time, value in self._series_readings(sources, span):
                        yield Chunk(sources[0].series, time, value)

    def _series_readings(self, sources: Sequence[Source], span: Span) -> Iterator[Readings]:
        """The readings of one series, of all its sources."""
        parts = [((chunk.time, chunk.value) for chunk in self._raw([source], span)) for source in sources]
        return parts[0] if len(parts) == 1 else merged(parts)

    def _raw(self, sources: Sequence[Source], span: Span) -> Iterator[Chunk]:
        """The readings of some sources, one after the other, in one request."""
        parameters = Parameters()
        time = parameters.time(span)
        statements = [
            source.field.select("", f"s{number}") + where([source.condition(parameters), time])
            for number, source in enumerate(sources)
        ]
        for rows in stream(self._http, sources[0].series.project, statements, parameters):
            if rows.data:
                source = sources[int(rows.columns[-1][1:])]
                yield Chunk(source.series, *readings(rows, source.field.kind))

    def _aggregate(
        self, found: list[list[Source]], span: Span, window: Window, grid: Grid, cut: list[Run]
    ) -> Iterator[Chunk]:
        """By the server where it can; what stands in two measurements, or are a stranger's booleans, by us."""
        for pushed, group in groupby(found, key=lambda sources: len(sources) == 1 and not sources[0].is_boolean):
            if pushed:
                for batch in batched((source for (source,) in group), max(1, STATEMENTS // len(cut))):
                    yield from self._pushed(batch, window, grid, cut)
            else:
                yield from self._compute(group, span, window, grid, {})

    def _compute(
        self,
        found: Iterable[list[Source]],
        span: Span,
        window: Window,
        grid: Grid,
        before: dict[Series, tuple[int, float]],
    ) -> Iterator[Chunk]:
        """By us, from the raw readings."""
        for series, chunks in groupby(self._read(found, span), key=lambda chunk: chunk.series):
            raw = ((chunk.time, chunk.value) for chunk in chunks)
            values = aggregate_chunks(raw, grid, window.aggregate, before.get(series))
            if values is not None:
                yield Chunk(series, *fill(grid.labels, values, window.gap, window.gap_limit))

    def _pushed(self, sources: Sequence[Source], window: Window, grid: Grid, cut: list[Run]) -> Iterator[Chunk]:
        """By the server, some sources in one request."""
        parameters = Parameters()
        statements = [
            run.statement(source, window.aggregate, f"s{number}", parameters)
            for number, source in enumerate(sources)
            for run in cut
        ]
        answers: list[Readings] = []
        done = 0
        for rows in stream(self._http, sources[0].series.project, statements, parameters):
            number = int(rows.columns[-1][1:])
            for source in sources[done:number]:
                yield _windows(source, window, grid, answers)
                answers = []
            done = number
            if rows.data:
                answers.append(readings(rows, _kind(sources[number], window.aggregate)))
        for source in sources[done:]:
            yield _windows(source, window, grid, answers)
            answers = []

    def _before(self, selection: Selection, start: int, window: Window) -> dict[Series, tuple[int, float]]:
        """The last reading before the span of each series, for the aggregates that look back."""
        if window.aggregate not in LOOKS_BACK:
            return {}
        fields = [field for field in find_fields(self._lists, selection) if field.kind is not Kind.TEXT]
        last = select(self._http, selection, fields, "last", lambda parameters: parameters.before(start))
        newest = _newest({each.source: each for each in last})
        return {series: (each.time, float(_value(each))) for series, each in newest.items()}


def _newest(found: dict[Source, Found]) -> dict[Series, Found]:
    """Of each series the newest; of equal times max takes the first, that of the catalogue's measurement."""
    return {
        series: max((found[source] for source in sources), key=lambda each: each.time)
        for series, sources in by_series(found).items()
    }


def _kind(source: Source, aggregate: Aggregate) -> Kind:
    return Kind.NUMBER if aggregate is Aggregate.COUNT else source.field.kind


def _windows(source: Source, window: Window, grid: Grid, answers: list[Readings]) -> Chunk:
    values = place(grid, answers, _kind(source, window.aggregate))
    return Chunk(source.series, *fill(grid.labels, values, window.gap, window.gap_limit))


def _value(found: Found) -> float | str:
    return found.value if isinstance(found.value, str) else float(found.value)
