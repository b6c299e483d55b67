"""A request as it was understood: every default and relative time filled in."""

from collections.abc import Sequence

from pydantic import BaseModel, Field

from api.answers import UTC, TimeStyle
from api.deps import Moment
from api.directory import Directory
from api.moments import written
from api.planning import Extent, Planned, home
from api.selections import spell_series


class ZoneOut(BaseModel):
    """The range as the clock of one zone reads it."""

    zone: str
    start: Moment
    stop: Moment


class ResolvedOut(BaseModel):
    """What was asked for, with every default and relative time filled in."""

    project: list[str]
    house: list[str] = Field(description="As asked for; empty: all.")
    room: list[str]
    device: list[str]
    quantity: list[str]
    series: list[str] = Field(description="project/house/room/device/quantity each; empty: all.")
    start: Moment | None = Field(description="Inclusive; null where there is nothing to read.")
    stop: Moment | None = Field(description="Exclusive.")
    tz: str | None = Field(description="As asked for; null: each house's own.")
    time: TimeStyle
    zones: list[ZoneOut] = Field(description="The zones that were used.")


def resolved(extent: Extent, directories: Sequence[Directory], planned: Planned, style: TimeStyle) -> dict[str, object]:
    """What was asked for, with every default and relative time filled in."""
    spans = {part.zone: span for part, span in planned}
    if not spans and (span := extent.span(home(extent, directories))):
        spans = {home(extent, directories): span}
    zone = extent.tz or (next(iter(spans)) if len(spans) == 1 else UTC)
    filters = extent.filters
    return {
        "project": [directory.id for directory in directories],
        "house": list(filters.house),
        "room": list(filters.room),
        "device": list(filters.device),
        "quantity": list(filters.quantity),
        "series": sorted(map(spell_series, filters.series)),
        "start": written(min(span.start for span in spans.values()), style, zone) if spans else None,
        "stop": written(max(span.stop for span in spans.values()), style, zone) if spans else None,
        "tz": extent.tz and extent.tz.key,
        "time": style.value,
        "zones": [
            {"zone": zone.key, "start": written(span.start, style, zone), "stop": written(span.stop, style, zone)}
            for zone, span in spans.items()
        ],
    }
