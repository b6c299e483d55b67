"""What a request for a range comes to: the store is asked part by part, each in the span of its zone's clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias
from zoneinfo import ZoneInfo

from api.answers import UTC
from api.directory import Directory
from api.selections import Filters, Part, parts, series_of
from api.timerange import EmptyRange, TimeRange
from hdh.errors import Invalid
from hdh.model import Span
from hdh.store.interface import Reader
from hdh.windows import Every

# A week of seconds for each of eight houses, and 32 MB for one series of null.
MOST_WINDOWS = 5_000_000

Planned: TypeAlias = tuple[tuple[Part, Span], ...]


@dataclass(frozen=True, slots=True)
class Extent:
    """Which series in which range, cut how.

    Attributes:
        tz: the zone for all houses; None: each house's own.
        every: the windows; None: none.
        most_windows: more in a series are refused.
    """

    filters: Filters
    range: TimeRange
    tz: ZoneInfo | None
    every: Every | None
    most_windows: int = MOST_WINDOWS

    def span(self, zone: ZoneInfo, first: int | None = None) -> Span | None:
        """The range by a zone's clock; see `TimeRange.resolve`.

        Raises:
            Invalid: it is empty, or has more windows than anyone can use.
        """
        span = self.range.resolve(zone, first)
        if span and self.every and (windows := windows_in(self.every, span)) > self.most_windows:
            remedy = "Take longer windows or a shorter range."
            raise Invalid(
                f"gives {windows} windows a series, more than {self.most_windows}.",
                parameter="every",
                value=self.every.text,
                remedy=remedy,
            )
        return span


def plan(reader: Reader, extent: Extent, directories: Sequence[Directory]) -> Planned:
    """What to ask the store for, and in which span.

    Raises:
        Invalid: see `Extent.span`.
    """
    first = None
    if extent.range.start is None:
        found = (info.first for directory in directories for info in series_of(reader, directory, extent.filters))
        first = min(found, default=None)
    selected = [part for directory in directories for part in parts(directory, extent.filters, extent.tz)]
    planned = tuple((part, span) for part in selected if (span := _begun(extent, part.zone, first)))
    if not planned:
        # Nothing is to be read, but a bad range is an error all the same.
        extent.span(selected[0].zone if selected else home(extent, directories), first)
    return planned


def _begun(extent: Extent, zone: ZoneInfo, first: int | None) -> Span | None:
    """The span in a zone; None where it is empty, as a day that has begun for some houses begins later further west."""
    try:
        return extent.span(zone, first)
    except EmptyRange:
        return None


def home(extent: Extent, directories: Sequence[Directory]) -> ZoneInfo:
    """The zone by whose clock a range is told where no series is read.

    In another one a house's day would begin later than in its own, perhaps after now.
    """
    return extent.tz or next((directory.zone for directory in directories), UTC)


def windows_in(every: Every, span: Span) -> int:
    """How many windows there are, about; calendar windows are never too many."""
    length = every.fixed_ms or (every.clock_hours or 24) * 3_600_000
    return (span.stop - span.start) // length + 2
