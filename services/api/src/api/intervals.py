"""How far apart the readings of a series should be: asked for, configured, or learned from what is there."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from api.directory import Directory
from hdh.errors import Invalid
from hdh.model import Series, Span
from hdh.site.values import parse_length
from hdh.store.interface import Reader, Selection, SeriesInfo

FEW = 10
"""Fewer distances than these are not enough to learn from where there are more before the span."""

_LEAST = 3
_MOST = 65_536
_SECOND = 1000
_WIDER = 8


class Source(StrEnum):
    """Where an interval comes from."""

    ASKED = "asked"
    CONFIGURED = "configured"
    LEARNED = "learned"


@dataclass(frozen=True, slots=True)
class Interval:
    """How far apart readings should be, in milliseconds."""

    ms: int
    source: Source


def parse_interval(text: str) -> int:
    """Milliseconds of an interval as it is asked for, `30s`, `5m`, `1h`.

    Raises:
        Invalid: it is none.
    """
    try:
        return parse_length(text)
    except ValueError:
        remedy = "Give a number and a unit: 30s, 5m, 1h or 1d."
        raise Invalid("is no length of time.", parameter="interval", value=text, remedy=remedy) from None


class Distances:
    """Distances between neighbouring readings of one series; of many every second, fourth … one, evenly spread."""

    def __init__(self) -> None:
        self._kept: NDArray[np.int64] = np.empty(0, np.int64)
        self._stride = 1
        self._seen = 0

    def __len__(self) -> int:
        return self._seen

    def add(self, distances: NDArray[np.int64]) -> None:
        """Take more, in their order."""
        ahead = -self._seen % self._stride
        self._kept = np.concatenate((self._kept, distances[ahead :: self._stride]))
        self._seen += len(distances)
        while len(self._kept) > _MOST:
            self._kept = self._kept[::2]
            self._stride *= 2

    def learned(self) -> Interval | None:
        """Their median, where most of them are like it.

        None where there are fewer than three, or where less than half lie between half and twice the median: such a
        series reports when something happens, and nothing can be said of what is missing.
        """
        if self._seen < _LEAST:
            return None
        median = float(np.median(self._kept))
        if 2 * np.count_nonzero((self._kept >= median / 2) & (self._kept <= 2 * median)) < len(self._kept):
            return None
        # A clock that trembles by milliseconds does not make an interval of 60.004 seconds.
        whole = round(median / _SECOND) * _SECOND if median >= FEW * _SECOND else round(median)
        return Interval(max(1, whole), Source.LEARNED)


def given_interval(directory: Directory, series: Series, asked: int | None) -> Interval | None:
    """The interval that was asked for, else the one that the site file gives the series' device."""
    if asked is not None:
        return Interval(asked, Source.ASKED)
    device = directory.device_of(series)
    configured = device.interval_of(series.quantity) if device else None
    return None if configured is None else Interval(configured, Source.CONFIGURED)


def learn_before(reader: Reader, info: SeriesInfo, stop: int) -> Interval | None:
    """The interval of the newest readings before a time: that of a series which is silent since."""
    series = info.series
    selection = Selection(series.project, (series.house,), (series.room,), (series.device,), (series.quantity,))
    stop = min(stop, info.last + 1)
    # On average so long holds FEW distances many times over; where it does not, look further back.
    reach = FEW * FEW * max(1, (info.last - info.first) // max(1, info.count - 1))
    distances = Distances()
    while len(distances) < FEW and stop > info.first:
        distances = Distances()
        for chunk in reader.read(selection, Span(max(info.first, stop - reach), stop)):
            distances.add(np.diff(chunk.time))
        if stop - reach <= info.first:
            break
        reach *= _WIDER
    return distances.learned()
