"""Single values of a site file: ids, zones, lengths of time, points in time. All errors are sentences with a remedy."""

import re
from difflib import get_close_matches
from zoneinfo import ZoneInfo, available_timezones

from hdh.model import UNASSIGNED
from hdh.quantities import catalogue, snake_case
from hdh.times import UNIT_MS, from_iso

_LENGTH = re.compile(r"(\d+)(ms|s|m|h|d|w|y)")
# A year of retention is a whole one, also where it is a leap year.
_UNIT_MS = UNIT_MS | {"y": 366 * UNIT_MS["d"]}
_LEVEL_BREAKERS = "/+#\0"
_LONGEST_ID = 128
_RESERVED = {"error": "errors are reported on topics that end so", UNASSIGNED: "it stands for what is not known"}


def parse_zone(text: str) -> ZoneInfo:
    """Read a time zone's name.

    Raises:
        ValueError: there is no such zone; names the nearest.
    """
    try:
        return ZoneInfo(text)
    except (OSError, ValueError, LookupError):
        near = did_you_mean(text, available_timezones())
        raise ValueError(f"{text!r} is no time zone. {near or 'Give one as in Europe/Helsinki.'}") from None


def parse_length(text: str) -> int:
    """Read a length of time, `30m`, `24h`, `90d`, `10y` (years of 366 days), as milliseconds.

    Raises:
        ValueError: it is none.
    """
    match = _LENGTH.fullmatch(text)
    if match is None or not 0 < (length := int(match[1]) * _UNIT_MS[match[2]]) < 2**53:
        raise ValueError(f"{text!r} is no length of time. Give one as in 30m, 24h, 90d or 10y.")
    return length


def parse_retention(text: str) -> int | None:
    """Read how long readings are kept: a length of time of an hour or more, or `forever` (None).

    Raises:
        ValueError: it is neither.
    """
    if text == "forever":
        return None
    try:
        length = parse_length(text)
    except ValueError:
        raise ValueError(f"{text!r} is no retention. Give one as in 90d or 10y, or forever.") from None
    if length < _UNIT_MS["h"]:
        raise ValueError(f"{text!r} is too short a retention. Give 1h or more, or forever.")
    return length


def parse_time(text: str, zone: ZoneInfo | None) -> int:
    """Read a date or a time, local in `zone` where it has no offset, as epoch milliseconds.

    Raises:
        ValueError: it is neither.
    """
    try:
        return from_iso(text, zone)
    except ValueError:
        raise ValueError(f"{text!r} is no time. Give one as in 2026-01-31 or 2026-01-31T12:00:00+02:00.") from None


def check_level(text: str) -> str:
    """Return a text that can be a level of a topic.

    Raises:
        ValueError: it cannot.
    """
    if not text or text != text.strip():
        raise ValueError(f"{text!r} cannot be an id: it is empty, or starts or ends with a space. Use a plain word.")
    if wrong := next((c for c in _LEVEL_BREAKERS if c in text), None):
        raise ValueError(f"{text!r} cannot be an id: {wrong!r} cannot stand within a topic's level. Leave it out.")
    if text.startswith("$"):
        raise ValueError(f"{text!r} cannot be an id: the broker keeps names with $ to itself. Leave the $ out.")
    if text in _RESERVED:
        raise ValueError(f"{text!r} cannot be an id: {_RESERVED[text]}. Choose another word.")
    if len(text) > _LONGEST_ID:
        raise ValueError(f"{text[:20]!r}… cannot be an id: it has more than {_LONGEST_ID} characters. Shorten it.")
    return text


def check_device(text: str) -> str:
    """Return a text that can be a device's id: as `check_level`, but gateways put `/` into names of devices.

    Raises:
        ValueError: it cannot.
    """
    for level in text.split("/"):
        check_level(level)
    return text


def check_project(text: str) -> str:
    """Return a text that can be a project's id: as `check_level`, but it is a name in the store, too.

    Raises:
        ValueError: it cannot.
    """
    if text.startswith(("_", ".")):
        raise ValueError(
            f"{text!r} cannot be a project's id: stores keep names with {text[0]!r} in front to themselves."
        )
    return check_level(text)


def check_quantity(text: str) -> str:
    """Return a text that can be a quantity's name in the store.

    Raises:
        ValueError: readings are stored under another name.
    """
    known = catalogue().resolve(text)
    stored = known.name if known else snake_case(text)
    if text != stored:
        raise ValueError(f"{text!r} is no quantity's name. Did you mean {stored}?")
    return text


def did_you_mean(text: str, known: set[str]) -> str:
    """`Did you mean …?` with the known word that is nearest to a text, or nothing."""
    folded = {word.casefold(): word for word in sorted(known)}
    near = get_close_matches(text.casefold(), folded, n=1, cutoff=0.6)
    return f"Did you mean {folded[near[0]]}?" if near else ""
