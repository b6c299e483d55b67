"""Times as tables spell them, to epoch nanoseconds, a column at once."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from hdh.arrow import numpy_of

FORMATS = ("seconds", "milliseconds", "microseconds", "nanoseconds", "iso", "day-first", "month-first")
"""How times may be written: epoch numbers, ISO 8601 (also with other marks in the date), 31.12.2025 12:00."""

_EPOCHS = {"seconds": 1_000_000_000, "milliseconds": 1_000_000, "microseconds": 1_000, "nanoseconds": 1}
_DIGITS = {"seconds": (9, 11), "milliseconds": (12, 14), "microseconds": (15, 17), "nanoseconds": (18, 19)}
_EPOCH = re.compile(r"(\d{9,19})(\.\d+)?")
_ISO = re.compile(r"\d{4}[-./]\d{2}[-./]\d{2}[T ]\d{2}:\d{2}(:\d{2}([.,]\d+)?)? ?(Z|[+-]\d{2}:?\d{2})?")
_OFFSET = re.compile(r"(Z|[+-]\d{2}:?\d{2})$")
_PARTS = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4}),? +\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?")
_QUARTER = 900 * 1_000_000_000
_MOST = 0.75
_LARGEST = 2**63
_MONTHS = 12


def guess_format(cells: Sequence[str]) -> str | None:
    """The format of most of these texts; `month-first?` where day and month cannot be told apart."""
    if sum(bool(_ISO.fullmatch(cell)) for cell in cells) >= _MOST * len(cells):
        return "iso"
    epochs = [match for cell in cells if (match := _EPOCH.fullmatch(cell))]
    if len(epochs) >= _MOST * len(cells):
        digits = len(epochs[len(epochs) // 2][1])
        return next((name for name, (low, high) in _DIGITS.items() if low <= digits <= high), None)
    parts = [match for cell in cells if (match := _PARTS.fullmatch(cell))]
    if len(parts) < _MOST * len(cells):
        return None
    if any(int(match[1]) > _MONTHS for match in parts):
        return "day-first"
    if any(int(match[2]) > _MONTHS for match in parts):
        return "month-first"
    # A dot is how those write who put the day first.
    return "day-first" if "." in parts[0][0].split()[0] else "month-first?"


def needs_zone(time_format: str, example: str) -> bool:
    """Whether times of this format say no offset from UTC."""
    return time_format not in _EPOCHS and not _OFFSET.search(example.strip())


def parse_times(
    texts: Any,  # noqa: ANN401 (pyarrow ships no types)
    time_format: str,
    zone: ZoneInfo | None,
    doubled_hour: str,
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Epoch nanoseconds of a pyarrow array of texts, and which of them could be read.

    Args:
        texts: the times.
        time_format: one of FORMATS.
        zone: of those without offset; without one they are unreadable.
        doubled_hour: `first` or `second`.
    """

    def parse(some: Any) -> NDArray[np.int64] | None:  # noqa: ANN401 (as above)
        if time_format in _EPOCHS:
            return _epochs(some, time_format)
        return _calendar(_as_iso(some, time_format), zone, doubled_hour)

    if not texts.null_count and (found := parse(texts)) is not None:
        return found, np.ones(len(texts), np.bool_)
    times = np.zeros(len(texts), np.int64)
    good = np.zeros(len(texts), np.bool_)
    there = np.flatnonzero(numpy_of(texts.is_valid()))
    given = texts.drop_null() if len(there) < len(texts) else texts
    # Where one cannot be read, none of a column is: halves are tried until it stands alone.
    left = [(0, len(given))]
    while left:
        begin, end = left.pop()
        found = parse(given.slice(begin, end - begin))
        if found is not None:
            times[there[begin:end]], good[there[begin:end]] = found, True
        elif end - begin > 1:
            middle = (begin + end) // 2
            left += [(begin, middle), (middle, end)]
    return times, good


def _epochs(texts: Any, time_format: str) -> NDArray[np.int64] | None:  # noqa: ANN401 (as above)
    unit = _EPOCHS[time_format]
    trimmed = pc.utf8_trim_whitespace(texts)
    try:
        whole: NDArray[np.int64] = numpy_of(trimmed.cast(pa.int64()))
        return whole * unit if len(whole) == 0 or np.abs(whole).max() < _LARGEST // unit else None
    except ValueError:  # not whole, or null
        pass
    try:
        parts = numpy_of(trimmed.cast(pa.float64()))
    except ValueError:
        return None
    if not np.isfinite(parts).all() or (np.abs(parts) * unit >= _LARGEST).any():
        return None
    # A float holds microseconds of today, not nanoseconds.
    step = max(unit // 1_000_000, 1)
    rounded: NDArray[np.int64] = np.round(parts * step).astype(np.int64) * (unit // step)
    return rounded


def _as_iso(texts: Any, time_format: str) -> Any:  # noqa: ANN401 (as above)
    """Texts of any calendar's format as ISO 8601 with `-` and a space."""
    tidy = pc.replace_substring(pc.utf8_trim_whitespace(texts), ",", ".")
    if time_format == "iso":
        tidy = pc.replace_substring_regex(tidy, r"^(\d{4})[./](\d{2})[./](\d{2})", r"\1-\2-\3")
    else:
        order = r"\3-0\2-0\1 0\4" if time_format == "day-first" else r"\3-0\1-0\2 0\4"
        tidy = pc.replace_substring_regex(tidy, r"^(\d{1,2})[./-](\d{1,2})[./-](\d{4})\.? +(\d{1,2}:)", order)
        tidy = pc.replace_substring_regex(tidy, r"([- ])0(\d{2})", r"\1\2")
    tidy = pc.replace_substring_regex(tidy, r" ?([+-]\d{2}):?(\d{2})$", r"\1:\2")
    return pc.replace_substring_regex(tidy, r" Z$", "Z")


def _calendar(texts: Any, zone: ZoneInfo | None, doubled_hour: str) -> NDArray[np.int64] | None:  # noqa: ANN401
    # A date alone has `-` and two digits at its end, as an offset has; a time has a colon before it.
    with_offset = pc.match_substring_regex(texts, r":\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$")
    try:
        if pc.all(with_offset).as_py():
            return _int64(texts.cast(pa.timestamp("ns", "UTC")))
        if zone is None or pc.any(with_offset).as_py():
            return None
        return _to_utc(_int64(texts.cast(pa.timestamp("ns"))), zone, doubled_hour)
    except pa.ArrowInvalid:
        return None


def _to_utc(local: NDArray[np.int64], zone: ZoneInfo, doubled_hour: str) -> NDArray[np.int64]:
    """Local nanoseconds to UTC. Offsets change on quarters of an hour only."""
    quarters, inverse = np.unique(local // _QUARTER, return_inverse=True)
    fold = 1 if doubled_hour == "second" else 0
    offsets = np.array([_offset(int(quarter), zone, fold) for quarter in quarters], np.int64)
    return local - offsets[inverse]


def _offset(quarter: int, zone: ZoneInfo, fold: int) -> int:
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=quarter * 900)
    first, second = (moment.replace(tzinfo=zone, fold=each).utcoffset() or timedelta() for each in (0, 1))
    # In the hour that spring leaves out the second meaning is nobody's: as live data is read, it is the first.
    offset = second if fold and second < first else first
    return int(offset / timedelta(microseconds=1)) * 1_000


def _int64(array: Any) -> NDArray[np.int64]:  # noqa: ANN401 (as above)
    return numpy_of(array.cast(pa.int64()))
