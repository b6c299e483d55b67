"""The range of time that was asked for: absolute or relative texts to epoch milliseconds."""

import re
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from hdh.errors import Invalid
from hdh.model import Span
from hdh.times import UNIT_MS, from_epoch, from_iso

_RELATIVE = re.compile(r"(?:now)?-(\d{1,6})(s|m|h|d|w)")
# A shorter number is rather a year or a date than a second of 1970.
_EPOCH = re.compile(r"\d{9,19}(?:\.\d{1,9})?|0")
_YEAR = re.compile(r"\d{1,7}(?:\.\d*)?")
# A plus sign that was not encoded arrives as a space.
_LOST_PLUS = re.compile(r"(.*T\d{2}:?\d{2}[\d:.]*) (\d{2}:?\d{2})")
# What every store and every clock of the calendar can hold, with room for a zone on either side.
EARLIEST = from_iso("1700-01-01T00:00:00Z")
LATEST = from_iso("2262-01-01T00:00:00Z")

_REMEDY = (
    "Give ISO 8601 (2026-01-31, 2026-01-31T12:00:00+02:00), epoch seconds or milliseconds, "
    "or a relative time (-7d, -12h, -30m, now)."
)


def parse_moment(text: str, *, parameter: str, now: int, zone: ZoneInfo) -> int:
    """Epoch milliseconds of a time as people write it.

    Args:
        text: ISO 8601, epoch seconds or milliseconds, or relative to `now`.
        parameter: its name, for the error.
        now: epoch milliseconds.
        zone: where a time without offset is read.

    Raises:
        Invalid: it is no such time, or beyond the years 1700 to 2261.
    """
    text = text.strip()
    if match := _RELATIVE.fullmatch(text):
        moment = now - int(match[1]) * UNIT_MS[match[2]]
    elif text == "now":
        moment = now
    elif _EPOCH.fullmatch(text):
        moment = from_epoch(float(text) if "." in text else int(text))
    else:
        moment = _from_iso(text, parameter, zone)
    if EARLIEST <= moment < LATEST:
        return moment
    raise Invalid(
        "is beyond the years 1700 to 2261.",
        parameter=parameter,
        value=text,
        remedy="Leave it out to take all there is.",
    )


def _from_iso(text: str, parameter: str, zone: ZoneInfo) -> int:
    if _YEAR.fullmatch(text):
        raise Invalid("is too short for a time.", parameter=parameter, value=text, remedy=_REMEDY)
    try:
        return from_iso(_LOST_PLUS.sub(r"\1+\2", text), zone)
    except (ValueError, OverflowError):
        raise Invalid("is no time.", parameter=parameter, value=text, remedy=_REMEDY) from None


class EmptyRange(Invalid):
    """A range that is empty by the clock of one zone; by another's it may hold something."""


@dataclass(frozen=True, slots=True)
class TimeRange:
    """A half-open range as it was asked for.

    Attributes:
        start: as written; None: from the first reading.
        stop: as written; None: until now.
        now: when it was asked, epoch milliseconds.
    """

    start: str | None
    stop: str | None
    now: int

    def resolve(self, zone: ZoneInfo, first: int | None = None) -> Span | None:
        """The span in a zone.

        Args:
            zone: where times without offset are read.
            first: the first reading of the selection, None where there is none; used where no start is given.

        Returns:
            The span, or None where no start is given and nothing stands before the stop.

        Raises:
            EmptyRange: it holds nothing in this zone.
            Invalid: a text is no time.
        """
        start, stop = self._ends(zone)
        if start is None:
            return None if first is None or first >= stop else Span(first, stop)
        if start >= stop:
            named = "start" if self.stop is None else "stop"
            raise EmptyRange(
                "leaves an empty range: start must come before stop.",
                parameter=named,
                value=self.start if named == "start" else self.stop,
                remedy="The range is half-open, start <= time < stop; stop is now where it is not given.",
            )
        return Span(start, stop)

    def _ends(self, zone: ZoneInfo) -> tuple[int | None, int]:
        stop = self.now if self.stop is None else parse_moment(self.stop, parameter="stop", now=self.now, zone=zone)
        if self.start is None:
            return None, stop
        return parse_moment(self.start, parameter="start", now=self.now, zone=zone), stop
