"""What can be asked for, as keyword arguments, and as the API's parameters."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Literal, TypeAlias, TypedDict

Name: TypeAlias = str | Sequence[str]
"""One name or several, which are alternatives."""

Time: TypeAlias = str | date
"""ISO 8601 text, relative text (`-7d`, `-12h`, `now`), a date, or a datetime (also of pandas); without offset in the
zone of `tz`, else of the house."""

Parameters: TypeAlias = dict[str, str | list[str]]


class Filters(TypedDict, total=False):
    """Which series; what is not given takes all.

    Attributes:
        project: of these projects.
        house: of these houses; the public knows pseudonyms.
        room: of these rooms.
        device: of these devices, with their component.
        quantity: of these quantities, as `quantities()` names them.
        series: these series, `project/house/room/device/quantity` each, for mixes that the names alone do not give.
    """

    project: Name
    house: Name
    room: Name
    device: Name
    quantity: Name
    series: Name


class ReadingsQuery(Filters, total=False):
    """Which readings, and in what form.

    Attributes:
        start: the first time, inclusive; without it the first reading.
        stop: the end, exclusive; without it now.
        tz: the time zone (IANA) of windows and of the times in the answer; without it each house's own.
        every: windows of this length (`10m`, `1h`, `1d`, `1mo`); without it raw readings.
        aggregate: what is computed in each window; `mean` without it.
        gap: what stands in a window without a value; `null` without it.
        gap_limit: how many windows in a row are filled at most.
        label: the end of a window that names it; `left` without it.
        closed: the end of a window that belongs to it; `left` without it.
        unit: the unit (UCUM code or a common name) that values are converted to.
        points: so many readings a series at most, chosen so that a curve keeps its looks.
        layout: `tidy`, a row a reading, or `wide`, a row a time and a column a series; `tidy` without it.
    """

    start: Time
    stop: Time
    tz: str
    every: str
    aggregate: Literal[
        "mean",
        "min",
        "max",
        "median",
        "count",
        "first",
        "last",
        "sum",
        "stddev",
        "delta",
        "rate",
        "time_weighted_mean",
    ]
    gap: Literal["null", "skip", "previous", "linear"]
    gap_limit: int
    label: Literal["left", "right"]
    closed: Literal["left", "right"]
    unit: str
    points: int
    layout: Literal["tidy", "wide"]


class CompletenessQuery(Filters, total=False):
    """Whose completeness, and how it is counted.

    Attributes:
        start: the first time, inclusive; without it the first reading.
        stop: the end, exclusive; without it now.
        tz: the time zone (IANA) of the windows; without it each house's own.
        every: the windows' length; a day without it.
        interval: the expected interval between readings (`1m`); without it the configured or learned one.
        gaps: how many of the longest gaps of each series are told; 10 without it.
    """

    start: Time
    stop: Time
    tz: str
    every: str
    interval: str
    gaps: int


def parameters(query: Mapping[str, object], **more: str) -> Parameters:
    """Keyword arguments as parameters of a URL; None is left away.

    Raises:
        TypeError: a value that no parameter can have.
    """
    given = {name: value for name, value in query.items() if value is not None}
    return {name: _spelled(name, value) for name, value in given.items()} | more


def _spelled(name: str, value: object) -> str | list[str]:
    match value:
        case str():
            return value
        case bool():
            pass
        case int():
            return str(value)
        case date():  # a datetime and a Timestamp of pandas are dates, too
            return value.isoformat()
        case Sequence() if all(isinstance(one, str) for one in value):
            return list(value)
    raise TypeError(f"{name}={value!r}: give text, a number, a date, a datetime, or a list of texts.")
