"""A single time as an answer writes it."""

from zoneinfo import ZoneInfo

from api.answers import TimeStyle
from hdh.times import iso


def written(time: int, style: TimeStyle, zone: ZoneInfo) -> int | str:
    """Epoch milliseconds, or ISO 8601 with the zone's offset."""
    return iso(time, zone) if style is TimeStyle.ISO else time


def written_or_none(time: int | None, style: TimeStyle, zone: ZoneInfo) -> int | str | None:
    """The same for an end that may be open."""
    return None if time is None else written(time, style, zone)
