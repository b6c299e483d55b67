"""Time zones by name."""

from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from api.suggestions import suggest
from hdh.errors import Invalid


def parse_zone(name: str) -> ZoneInfo:
    """The time zone of an IANA name.

    Raises:
        Invalid: there is no such zone; the remedy names the nearest.
    """
    if name in _names():
        return ZoneInfo(name)
    remedy = suggest(name, _names(), otherwise="Give an IANA name, such as Europe/Helsinki or UTC.")
    raise Invalid("there is no such time zone.", parameter="tz", value=name, remedy=remedy)


@cache
def _names() -> frozenset[str]:
    return frozenset(available_timezones())
