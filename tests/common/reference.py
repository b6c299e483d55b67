"""Windows and aggregates computed by pandas, slowly and in its own way, to compare ours with."""

import math
from collections.abc import Callable
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from hdh.model import Span
from hdh.windows import Aggregate, Every

Readings = list[tuple[int, float]]

_CALENDAR = {"1d": "D", "1w": "W", "1mo": "M", "1y": "Y"}


def window_edges(every: Every, span: Span, zone: ZoneInfo) -> list[int]:
    """Starts of all windows that overlap the span, and the end of the last, read off a clock of quarters of an hour.

    Right for zones whose clock only ever jumps at a quarter, by quarters: all of them after 1972 but Newfoundland's.
    """
    reach = pd.Timedelta("370D" if every.text == "1y" else "33D" if every.text == "1mo" else "9D")
    utc = pd.date_range(
        (pd.Timestamp(span.start, unit="ms") - reach).floor("1D"),
        (pd.Timestamp(span.stop, unit="ms") + reach).ceil("1D"),
        freq="15min",
        unit="ms",
    )
    shown = utc.tz_localize("UTC").tz_convert(str(zone)).tz_localize(None)
    if every.fixed_ms:
        now = int(np.searchsorted(utc.asi8, span.start, "right")) - 1
        offset = int(shown.asi8[now] - utc.asi8[now])
        first = (span.start + offset) // every.fixed_ms * every.fixed_ms - offset
        return [first, *range(first + every.fixed_ms, span.stop + every.fixed_ms, every.fixed_ms)]
    if every.clock_hours:
        local = pd.date_range(shown[0].normalize(), shown[-1], freq=every.text, unit="ms")
    else:
        local = shown.to_period(_CALENDAR[every.text]).unique().start_time.as_unit("ms")
    # A window begins when the clock first shows its start, or jumps past it.
    begun = np.searchsorted(np.maximum.accumulate(shown.asi8), local.asi8)
    edges = [int(edge) for edge in np.unique(utc.asi8[begun[(begun > 0) & (begun < len(utc))]])]
    first, last = max(e for e in edges if e <= span.start), min(e for e in edges if e >= span.stop)
    return [edge for edge in edges if first <= edge <= last]


def windows_of(
    readings: Readings, span: Span, every: Every, zone: ZoneInfo, aggregate: Aggregate
) -> list[tuple[int, float]]:
    """One value for every window that overlaps the span, NaN where there is none, of all of a series' readings."""
    edges = window_edges(every, span, zone)
    values = aggregate_of(readings, [max(span.start, edges[0]), *edges[1:-1], min(span.stop, edges[-1])], aggregate)
    return list(zip(edges[:-1], values, strict=True))


def aggregate_of(readings: Readings, edges: list[int], aggregate: Aggregate) -> list[float]:
    """One value a window; readings before the first edge are looked back to."""
    series = pd.Series([value for _, value in readings], [time for time, _ in readings], dtype=float)
    return [_of_window(series, low, high, aggregate) for low, high in pairwise(edges)]


def _of_window(series: pd.Series, low: int, high: int, aggregate: Aggregate) -> float:
    index = series.index.to_numpy()
    own = series[(index >= low) & (index < high)]
    if own.empty:
        return math.nan
    until = series[index < high]
    special: dict[Aggregate, Callable[[], float]] = {
        Aggregate.FIRST: lambda: own.iloc[0],
        Aggregate.LAST: lambda: own.iloc[-1],
        Aggregate.DELTA: lambda: _increase(until, own, per_second=False),
        Aggregate.RATE: lambda: _increase(until, own, per_second=True),
        Aggregate.TIME_WEIGHTED_MEAN: lambda: _time_weighted_mean(until, low, high),
        Aggregate.STDDEV: lambda: own.std(ddof=1),
    }
    return float(special[aggregate]() if aggregate in special else getattr(own, aggregate.value)())


def _increase(until: pd.Series, own: pd.Series, *, per_second: bool) -> float:
    gained = until.diff().where(until.diff() >= 0, until).loc[own.index]
    elapsed = pd.Series(until.index, until.index).diff().loc[own.index]
    if elapsed.isna().all():
        return math.nan
    total = float(gained[elapsed.notna()].sum())
    return total / (elapsed.sum() / 1000) if per_second else total


def _time_weighted_mean(until: pd.Series, low: int, high: int) -> float:
    starts = [max(low, time) for time in until.index]
    held = np.clip(np.diff([*starts, high]), 0, None)
    return float(np.average(until.to_numpy(), weights=held))
