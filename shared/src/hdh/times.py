"""Times as people and devices write them, to epoch milliseconds and back."""

import re
from datetime import UTC, datetime, timedelta
from time import time_ns
from zoneinfo import ZoneInfo

UNIT_MS = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}
"""Milliseconds of the units in which people write lengths of time; a day is one of 24 hours."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LOCAL_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 (local on purpose)
_MILLISECOND = timedelta(milliseconds=1)
_DAY = timedelta(days=1)
_UNITS_BY_SIZE = ((1e11, 1000.0), (1e14, 1.0), (1e17, 1e-3), (float("inf"), 1e-6))
_LARGEST = 1e21  # nanoseconds of the year 33,000; an integer of hundreds of digits does not even fit into a float
_LOOSE = re.compile(r"^(\d{4})[.\-/](\d{2})[.\-/](\d{2})[T ](.+)$")


def now_ms() -> int:
    """The time in whole epoch milliseconds."""
    return time_ns() // 1_000_000


def from_epoch(number: float) -> int:
    """Epoch milliseconds from epoch seconds, milliseconds, micro- or nanoseconds, told apart by size.

    Seconds are below 1e11 (the year 5138), milliseconds below 1e14, microseconds below 1e17.

    Raises:
        ValueError: it is not a finite number, or too large in any unit.
    """
    size = abs(number)
    if not size < _LARGEST:
        raise ValueError(f"{number} is not a time")
    factor = next(factor for limit, factor in _UNITS_BY_SIZE if size < limit)
    return number if isinstance(number, int) and factor == 1.0 else round(number * factor)


def from_iso(text: str, zone: ZoneInfo | None = None) -> int:
    """Epoch milliseconds from ISO 8601 (also with `.` or `/` in the date, as old firmware writes).

    A time without offset is read in `zone`; the doubled hour in autumn is taken as the first.

    Raises:
        ValueError: it is no such time, or has no offset and `zone` is None.
    """
    moment = _parse(text)
    if moment.tzinfo is None:
        if zone is None:
            raise ValueError(f"{text!r} has no offset from UTC; write it as 2026-01-31T12:00:00Z or +02:00")
        moment = moment.replace(tzinfo=zone)
    return to_ms(moment)


def from_local(text: str, zone: ZoneInfo) -> tuple[int, int | None]:
    """As `from_iso`, and beside it what a time in the doubled hour in autumn means if it is the second; else None.

    Raises:
        ValueError: it is no such time.
        OverflowError: it is at the end of the years 1 to 9999.
    """
    moment = _parse(text)
    if moment.tzinfo is not None:
        return to_ms(moment), None
    # Far from a change of the clock (that is, nearly always) one look at the offset says it all.
    offset = zone.utcoffset(moment)
    if offset is not None and zone.utcoffset(moment - _DAY) == zone.utcoffset(moment + _DAY):
        return (moment - _LOCAL_EPOCH - offset) // _MILLISECOND, None
    first, second = (to_ms(moment.replace(tzinfo=zone, fold=fold)) for fold in (0, 1))
    # In the hour that spring leaves out, the second meaning is the earlier: nobody's clock shows it.
    return first, second if second > first else None


def _parse(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        tidy = text.strip()
        if loose := _LOOSE.match(tidy):
            tidy = "{}-{}-{}T{}".format(*loose.groups())
        return datetime.fromisoformat(tidy)


def to_ms(moment: datetime) -> int:
    """Epoch milliseconds of an aware datetime; parts of a millisecond are cut."""
    return (moment - _EPOCH) // _MILLISECOND


def from_ms(time: int, zone: ZoneInfo | None = None) -> datetime:
    """The aware datetime of epoch milliseconds, in UTC or `zone`.

    Raises:
        OverflowError: beyond the years 1 to 9999.
    """
    moment = _EPOCH + timedelta(milliseconds=time)
    return moment if zone is None else moment.astimezone(zone)


def iso(time: int, zone: ZoneInfo | None = None) -> str:
    """ISO 8601 with milliseconds where there are any: `2026-01-31T12:00:00Z`, `2026-01-31T14:00:00.250+02:00`."""
    moment = from_ms(time, zone)
    text = moment.isoformat(timespec="milliseconds" if time % 1000 else "seconds")
    return text.replace("+00:00", "Z") if zone is None else text


def spell(time: int) -> str:
    """The time as a sentence names it: ISO 8601 in UTC, or its milliseconds where no calendar reaches."""
    try:
        return iso(time)
    except OverflowError:
        return f"{time} ms"
