"""Readings from a request: resolve it, ask the store, hand out blocks under the names that may be shown."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from zoneinfo import ZoneInfo

import numpy as np

from api.access import View
from api.answers import Answer, Block, Head, TimeStyle, Values
from api.directory import Directory
from api.formats import Format
from api.iterators import close
from api.permits import Permit, Permits
from api.planning import UTC, Extent, Planned, plan, windows_in
from api.resolved import resolved
from api.selections import Part
from api.units import unit_of
from hdh.errors import Invalid
from hdh.model import TEXT_SUFFIX
from hdh.store.interface import Chunk, Reader
from hdh.windows import Aggregate, Every, Gap, Window

_OF_TEXT = frozenset({Aggregate.COUNT, Aggregate.FIRST, Aggregate.LAST})
# What is read before the answer begins: a store that is away is a clean error till then, and small answers are not
# counted before they are sent.
_AHEAD = 20_000


@dataclass(frozen=True, slots=True)
class ReadingsRequest:
    """What was asked for, before it is resolved.

    Attributes:
        extent: which series in which range; without windows, raw readings.
    """

    extent: Extent
    aggregate: Aggregate | None
    gap: Gap | None
    style: TimeStyle
    format: Format

    def window(self, zone: ZoneInfo) -> Window | None:
        """The windows by a zone's clock."""
        if self.extent.every is None:
            return None
        return Window(self.extent.every, zone, self.aggregate or Aggregate.MEAN, self.gap or Gap.NULL)


def check(request: ReadingsRequest) -> None:
    """Refuse what contradicts itself.

    Raises:
        Invalid: names the parameter, its value and the remedy.
    """
    if request.extent.every is None:
        for parameter, given in (("aggregate", request.aggregate), ("gap", request.gap)):
            if given is not None:
                remedy = "Add a window, such as every=1h, or leave it out to get raw readings."
                raise Invalid("needs every.", parameter=parameter, value=str(given), remedy=remedy)
        return
    text = next((quantity for quantity in request.extent.filters.quantity if quantity.endswith(TEXT_SUFFIX)), None)
    aggregate = request.aggregate or Aggregate.MEAN
    if text and aggregate not in _OF_TEXT:
        remedy = "Text knows aggregate=count, first and last."
        raise Invalid(
            f"cannot be computed from text ({text}).", parameter="aggregate", value=aggregate.value, remedy=remedy
        )
    if text and request.gap in {Gap.PREVIOUS, Gap.LINEAR} and aggregate is not Aggregate.COUNT:
        remedy = "Text knows gap=null and skip."
        raise Invalid(f"cannot be filled with text ({text}).", parameter="gap", value=str(request.gap), remedy=remedy)


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
    return Answer(query, _Rest(ahead, blocks, permit), request.style)


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
        window = request.window(part.zone)
        chunks = reader.aggregate(part.selection, span, window) if window else reader.read(part.selection, span)
        try:
            for chunk in chunks:
                yield _block(part, chunk, window)
        finally:
            close(chunks)


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
    count = _bound(reader, request, planned) if request.extent.every else _count(reader, planned, cap)
    if count > cap:
        words = f"holds up to {count} readings" if request.extent.every else "holds too many readings"
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
            close(chunks)
    return count


def _bound(reader: Reader, request: ReadingsRequest, planned: Planned) -> int:
    """How many windows there are at most."""
    every = request.extent.every or Every.parse("1s")
    return sum(len(reader.latest(part.selection)) * windows_in(every, span) for part, span in planned)


def _resolved(request: ReadingsRequest, directories: Sequence[Directory], planned: Planned) -> dict[str, object]:
    """What was asked for, with every default and relative time filled in."""
    window = request.window(UTC)
    return resolved(request.extent, directories, planned, request.style) | {
        "every": window and window.every.text,
        "aggregate": window and window.aggregate.value,
        "gap": window and window.gap.value,
    }
