"""Readings from a request: resolve it, ask the store, hand out blocks under the names that may be shown."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TypeAlias
from zoneinfo import ZoneInfo

import numpy as np

from api.access import View
from api.answers import UTC, Answer, Block, Head, TimeStyle, Values
from api.directory import Directory
from api.formats import Format
from api.permits import Permit, Permits
from api.selections import Filters, Part, parts, series_of
from api.timerange import TimeRange
from api.units import unit_of
from hdh.errors import Invalid
from hdh.model import TEXT_SUFFIX, Span
from hdh.store.interface import Chunk, Reader
from hdh.times import iso
from hdh.windows import Aggregate, Every, Gap, Window

_OF_TEXT = frozenset({Aggregate.COUNT, Aggregate.FIRST, Aggregate.LAST})
# A week of seconds for each of eight houses, and 32 MB for one series of null.
_MOST_WINDOWS = 5_000_000
# What is read before the answer begins: a store that is away is a clean error till then, and small answers are not
# counted before they are sent.
_AHEAD = 20_000

Planned: TypeAlias = tuple[tuple[Part, Span], ...]


@dataclass(frozen=True, slots=True)
class ReadingsRequest:
    """What was asked for, before it is resolved.

    Attributes:
        tz: the zone for all houses; None: each house's own.
        every: the windows; None: raw readings.
    """

    filters: Filters
    range: TimeRange
    tz: ZoneInfo | None
    every: Every | None
    aggregate: Aggregate | None
    gap: Gap | None
    style: TimeStyle
    format: Format

    def window(self, zone: ZoneInfo) -> Window | None:
        """The windows by a zone's clock."""
        if self.every is None:
            return None
        return Window(self.every, zone, self.aggregate or Aggregate.MEAN, self.gap or Gap.NULL)


def check(request: ReadingsRequest) -> None:
    """Refuse what contradicts itself.

    Raises:
        Invalid: names the parameter, its value and the remedy.
    """
    if request.every is None:
        for parameter, given in (("aggregate", request.aggregate), ("gap", request.gap)):
            if given is not None:
                remedy = "Add a window, such as every=1h, or leave it out to get raw readings."
                raise Invalid("needs every.", parameter=parameter, value=str(given), remedy=remedy)
        return
    text = next((quantity for quantity in request.filters.quantity if quantity.endswith(TEXT_SUFFIX)), None)
    aggregate = request.aggregate or Aggregate.MEAN
    if text and aggregate not in _OF_TEXT:
        remedy = "Text knows aggregate=count, first and last."
        raise Invalid(
            f"cannot be computed from text ({text}).", parameter="aggregate", value=aggregate.value, remedy=remedy
        )
    if text and request.gap in {Gap.PREVIOUS, Gap.LINEAR} and aggregate is not Aggregate.COUNT:
        remedy = "Text knows gap=null and skip."
        raise Invalid(f"cannot be filled with text ({text}).", parameter="gap", value=str(request.gap), remedy=remedy)


def plan(reader: Reader, request: ReadingsRequest, directories: Sequence[Directory]) -> Planned:
    """What to ask the store for, and in which span.

    Raises:
        Invalid: the range is empty, or has more windows than anyone can use.
    """
    first = None
    if request.range.start is None:
        found = (info.first for d in directories for info in series_of(reader, d, request.filters))
        first = min(found, default=None)
    # Asked for once where there is nothing to read, so that a bad range is an error there too.
    _span(request, request.tz or UTC, first)
    planned = [
        (part, span)
        for directory in directories
        for part in parts(directory, request.filters, request.tz)
        if (span := _span(request, part.zone, first))
    ]
    return tuple(planned)


def _span(request: ReadingsRequest, zone: ZoneInfo, first: int | None) -> Span | None:
    span = request.range.resolve(zone, first)
    if span and request.every and (windows := _windows(request.every, span)) > _MOST_WINDOWS:
        remedy = "Take longer windows or a shorter range."
        raise Invalid(
            f"gives {windows} windows a series, more than {_MOST_WINDOWS}.",
            parameter="every",
            value=request.every.text,
            remedy=remedy,
        )
    return span


def _windows(every: Every, span: Span) -> int:
    """How many windows there are, about; calendar windows are never too many."""
    length = every.fixed_ms or (every.clock_hours or 24) * 3_600_000
    return (span.stop - span.start) // length + 2


def answer(
    reader: Reader, request: ReadingsRequest, directories: Sequence[Directory], *, cap: int, permits: Permits
) -> Answer:
    """Plan, begin to read, and hand out the rest as it is taken.

    Args:
        reader: the store.
        request: what was asked for.
        directories: the selected projects.
        cap: the most readings of a format that is capped.
        permits: for long answers.

    Raises:
        Invalid: it is too much for the format; nothing is ever cut.
        Retryable: the store is away.
        Problem: 503, too many long answers are being sent.
    """
    check(request)
    planned = plan(reader, request, directories)
    query = resolved(request, directories, planned)
    permit = permits.permit()
    blocks = _blocks(reader, request, planned)
    try:
        if _has_long_series(request, planned):
            # A series comes whole with all its windows, so that the first one may be much.
            permit.take()
        ahead, more = _take(blocks, _AHEAD)
        if more and request.format.is_capped:
            _check_cap(reader, request, planned, cap)
        if more:
            permit.take()
    except BaseException:
        _close(blocks)
        permit.give_back()
        raise
    return Answer(
        query,
        _Rest(ahead, blocks, permit),
        request.style,
        zone=_zone(request, planned),
        has_text=_may_have_text(request),
        rows=None if more else sum(block.time.size for block in ahead),
    )


def _zone(request: ReadingsRequest, planned: Planned) -> ZoneInfo:
    """The zone of an answer that can have one only."""
    zones = {part.zone for part, _ in planned}
    return request.tz or (zones.pop() if len(zones) == 1 else UTC)


def _may_have_text(request: ReadingsRequest) -> bool:
    asked = request.filters.quantity
    is_kept = request.every is None or request.aggregate in {Aggregate.FIRST, Aggregate.LAST}
    return is_kept and (not asked or any(quantity.endswith(TEXT_SUFFIX) for quantity in asked))


def _has_long_series(request: ReadingsRequest, planned: Planned) -> bool:
    return request.every is not None and any(_windows(request.every, span) > _AHEAD for _, span in planned)


class _Rest(Iterator[Block]):
    """Blocks that were read ahead, then the others; closing it ends the reading and gives its permit back."""

    def __init__(self, ahead: Iterable[Block], blocks: "Iterator[Block]", permit: Permit) -> None:
        self._blocks = blocks
        self._permit = permit
        self._all = chain(ahead, blocks)

    def __next__(self) -> Block:
        return next(self._all)

    def close(self) -> None:
        try:
            _close(self._blocks)
        finally:
            self._permit.give_back()


def _take(blocks: Iterator[Block], readings: int) -> tuple[list[Block], bool]:
    taken, size = [], 0
    for block in blocks:
        taken.append(block)
        size += block.time.size
        if size > readings:
            return taken, True
    return taken, False


def _blocks(reader: Reader, request: ReadingsRequest, planned: Planned) -> Iterator[Block]:
    for part, span in planned:
        window = request.window(part.zone)
        chunks = reader.aggregate(part.selection, span, window) if window else reader.read(part.selection, span)
        try:
            for chunk in chunks:
                yield _block(part, chunk, window)
        finally:
            _close(chunks)


def _close(iterator: Iterator[object]) -> None:
    """End a generator now, and what it holds open; other iterators hold nothing."""
    if close := getattr(iterator, "close", None):
        close()


def _block(part: Part, chunk: Chunk, window: Window | None) -> Block:
    shown = part.directory.names.series(chunk.series)
    unit = unit_of(chunk.series.quantity, window.aggregate if window else None)
    head = Head(shown.project, shown.house, shown.room, shown.device, shown.quantity, unit, part.zone)
    return Block(head, chunk.time, _shown_values(part.directory, chunk.value))


def _shown_values(directory: Directory, values: Values) -> Values:
    """Text as it may be shown: what a person typed may hold a house's name."""
    if directory.view is View.FULL or values.dtype != object:
        return values
    shown = [directory.names.text(value) if isinstance(value, str) else value for value in values.tolist()]
    return np.array(shown, dtype=object)


def _check_cap(reader: Reader, request: ReadingsRequest, planned: Planned, cap: int) -> None:
    count = _bound(reader, request, planned) if request.every else _count(reader, planned, cap)
    if count > cap:
        words = f"holds up to {count} readings" if request.every else "holds too many readings"
        raise Invalid(
            f"{words}; an answer in this format has at most {cap}.",
            parameter="format",
            value=request.format.name,
            remedy="Take format=csv, which has no limit, or a shorter range, fewer series, longer windows (every=1h).",
        )


def _count(reader: Reader, planned: Planned, cap: int) -> int:
    """How many readings there are, counted by the store until there are too many."""
    count = 0
    for part, span in planned:
        window = Window(Every.parse("1d"), UTC, Aggregate.COUNT, Gap.SKIP)
        chunks = reader.aggregate(part.selection, span, window)
        try:
            for chunk in chunks:
                count += int(chunk.value.astype(np.float64).sum())
                if count > cap:
                    return count
        finally:
            _close(chunks)
    return count


def _bound(reader: Reader, request: ReadingsRequest, planned: Planned) -> int:
    """How many windows there are at most."""
    every = request.every or Every.parse("1s")
    return sum(len(reader.latest(part.selection)) * _windows(every, span) for part, span in planned)


def resolved(request: ReadingsRequest, directories: Sequence[Directory], planned: Planned) -> dict[str, object]:
    """What was asked for, with every default and relative time filled in."""
    spans = {part.zone: span for part, span in planned}
    if not spans and (span := _span(request, request.tz or UTC, None)):
        spans = {request.tz or UTC: span}
    window = request.window(UTC)
    zone = request.tz or (next(iter(spans)) if len(spans) == 1 else UTC)

    def moment(time: int, zone: ZoneInfo) -> int | str:
        return iso(time, zone) if request.style is TimeStyle.ISO else time

    return {
        "project": [directory.id for directory in directories],
        "house": list(request.filters.house),
        "room": list(request.filters.room),
        "device": list(request.filters.device),
        "quantity": list(request.filters.quantity),
        "start": moment(min(span.start for span in spans.values()), zone) if spans else None,
        "stop": moment(max(span.stop for span in spans.values()), zone) if spans else None,
        "every": window and window.every.text,
        "aggregate": window and window.aggregate.value,
        "gap": window and window.gap.value,
        "tz": request.tz and request.tz.key,
        "time": request.style.value,
        "zones": [
            {"zone": zone.key, "start": moment(span.start, zone), "stop": moment(span.stop, zone)}
            for zone, span in spans.items()
        ],
    }
