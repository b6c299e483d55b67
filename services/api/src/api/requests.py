"""A request for readings, before it is resolved: data only."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from api.answers import TimeStyle
from api.formats import Format
from api.planning import Extent
from hdh.windows import Aggregate, Gap, Side, Window


@dataclass(frozen=True, slots=True)
class ReadingsRequest:
    """What was asked for; None is what was not.

    Attributes:
        extent: which series in which range; without windows, raw readings.
        gap_limit: at most so many windows in a row are filled.
        closed: the end that belongs to a window.
        label: the end that names it.
        unit: for all series, as it was written.
        points: at most so many readings of each series, those that a plot needs.
        style: how times are written.
    """

    extent: Extent
    aggregate: Aggregate | None
    gap: Gap | None
    gap_limit: int | None
    closed: Side | None
    label: Side | None
    unit: str | None
    points: int | None
    style: TimeStyle
    format: Format

    @property
    def computed(self) -> Aggregate | None:
        """What is computed, with its default; None of raw readings."""
        return (self.aggregate or Aggregate.MEAN) if self.extent.every else None

    def window(self, zone: ZoneInfo) -> Window | None:
        """The windows by a zone's clock."""
        if self.extent.every is None:
            return None
        return Window(
            self.extent.every,
            zone,
            self.aggregate or Aggregate.MEAN,
            self.gap or (Gap.SKIP if self.points else Gap.NULL),
            closed=self.closed or Side.LEFT,
            label=self.label or Side.LEFT,
            gap_limit=self.gap_limit,
        )
