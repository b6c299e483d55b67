"""Readings from a request: resolve it, ask the store, hand out blocks under the names that may be shown."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from zoneinfo import ZoneInfo

import numpy as np

from api.access import View
from api.answers import UTC, Answer, Block, Head, Values
from api.checks import check
from api.conversion import conversion
from api.directory import Directory
from api.iterators import close
from api.permits import Permit, Permits
from api.planning import MOST_WINDOWS, Planned, plan, windows_in
from api.points import downsampled
from api.requests import ReadingsRequest
from api.resolved import resolved
from api.selections import Part
from api.units import unit_of
from hdh.errors import Invalid
from hdh.model import TEXT_SUFFIX, Span
from hdh.store.interface import Chunk, Reader
from hdh.windows import Aggregate, Every, Gap, Window

# What is read before the answer begins: a store that is away is a clean error till then, and small answers are not
# counted before they are sent.
_AHEAD = 20_000


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
    check(request, directories)
    planned = plan(reader, request.extent, directories)
    query = _resolved(request, directories, planned)
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
        close(blocks)
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
    return request.extent.tz or (zones.pop() if len(zones) == 1 else UTC)


def _may_have_text(request: ReadingsRequest) -> bool:
    asked = request.extent.filters.named_quantities
    is_kept = request.points is None and request.computed in {None, Aggregate.FIRST, Aggregate.LAST}
    return is_kept and (not asked or any(quantity.endswith(TEXT_SUFFIX) for quantity in asked))


def _has_long_series(request: ReadingsRequest, planned: Planned) -> bool:
    return request.extent.every is not None and any(
        windows_in(request.extent.every, span) > _AHEAD for _, span in planned
    )


class _Rest(Iterator[Block]):
    """Blocks that were read ahead, then the others; closing it ends the reading and gives its permit back."""

    def __init__(self, ahead: Iterable[Block], blocks: "Iterator[Block]", permit: Permit) -> None:
        self._blocks = blocks
        self._permit = permit
        self._all = chain(ahead, blocks)

    def __next__(self) -> Block:
        return next(self._all)

    def close(self) -> None:
        """End it."""
        try:
            close(self._blocks)
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
        chunks = _chunks(reader, request, part, span)
        try:
            for chunk in downsampled(chunks, request.points) if request.points else chunks:
                yield _block(part, chunk, request)
        finally:
            close(chunks)


def _chunks(reader: Reader, request: ReadingsRequest, part: Part, span: Span) -> Iterator[Chunk]:
    if window := request.window(part.zone):
        return reader.aggregate(part.selection, span, window)
    if request.points:
        return reader.outline(part.selection, span, request.points)
    return reader.read(part.selection, span)


def _block(part: Part, chunk: Chunk, request: ReadingsRequest) -> Block:
    shown = part.directory.names.series(chunk.series)
    unit, values = unit_of(chunk.series.quantity, request.computed), _shown_values(part.directory, chunk.value)
    if request.unit is not None:
        converted = conversion(shown.quantity, request.computed, request.unit)
        unit, values = converted.code, converted(values)
    head = Head(shown.project, shown.house, shown.room, shown.device, shown.quantity, unit, part.zone)
    return Block(head, chunk.time, values)


def _shown_values(directory: Directory, values: Values) -> Values:
    """Text as it may be shown: what a person typed may hold a house's name."""
    if directory.view is View.FULL or values.dtype != object:
        return values
    shown = [directory.names.text(value) if isinstance(value, str) else value for value in values.tolist()]
    return np.array(shown, dtype=object)


def _check_cap(reader: Reader, request: ReadingsRequest, planned: Planned, cap: int) -> None:
    is_bound = request.extent.every or request.points
    count = _bound(reader, request, planned) if is_bound else _count(reader, planned, cap)
    if count > cap:
        words = f"holds up to {count} readings" if is_bound else "holds too many readings"
        raise Invalid(
            f"{words}; an answer in this format has at most {cap}.",
            parameter="format",
            value=request.format.name,
            remedy="Take format=csv, parquet or arrow, which have no limit, or a shorter range, fewer series, "
            "longer windows (every=1h).",
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
            close(chunks)
    return count


def _bound(reader: Reader, request: ReadingsRequest, planned: Planned) -> int:
    """How many windows or points there are at most."""

    def most(span: Span) -> int:
        every, points = request.extent.every, request.points
        return min(windows_in(every, span) if every else MOST_WINDOWS, points or MOST_WINDOWS)

    return sum(len(reader.latest(part.selection)) * most(span) for part, span in planned)


def _resolved(request: ReadingsRequest, directories: Sequence[Directory], planned: Planned) -> dict[str, object]:
    """What was asked for, with every default and relative time filled in."""
    window = request.window(UTC)
    return resolved(request.extent, directories, planned, request.style) | {
        "every": window and window.every.text,
        "aggregate": window and window.aggregate.value,
        "gap": window and window.gap.value,
        "gap_limit": request.gap_limit,
        "closed": window and window.closed.value,
        "label": window and window.label.value,
        "unit": request.unit,
        "points": request.points,
    }
