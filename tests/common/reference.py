"""Windows and aggregates computed by pandas, slowly and in its own way, to compare ours with."""

from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from hdh.model import Span
from hdh.windows import Aggregate, Every, Gap

Readings = list[tuple[int, float]]

_CALENDAR = {"1d": "D", "1w": "W", "1mo": "M", "1y": "Y"}


def window_edges(every: Every, span: Span, zone: ZoneInfo, closed: str = "left") -> list[int]:
    """Starts of all windows that overlap the span, and the end of the last, read off a clock of quarters of an hour.

    Right for zones whose clock only ever jumps at a quarter, by quarters: all of them after 1972 but Newfoundland's.
    """
    # Windows that hold their end instead of their start begin one earlier where the span begins at an edge.
    begin, end = (span.start, span.stop) if closed == "left" else (span.start - 1, span.stop - 1)
    reach = pd.Timedelta("370D" if every.text == "1y" else "33D" if every.text == "1mo" else "9D")
    utc = pd.date_range(
        (pd.Timestamp(span.start, unit="ms") - reach).floor("1D"),
        (pd.Timestamp(span.stop, unit="ms") + reach).ceil("1D"),
        freq="15min",
        unit="ms",
    )
    shown = utc.tz_localize("UTC").tz_convert(str(zone)).tz_localize(None)
    if every.fixed_ms:
        now = int(np.searchsorted(utc.asi8, begin, "right")) - 1
        offset = int(shown.asi8[now] - utc.asi8[now])
        first = (begin + offset) // every.fixed_ms * every.fixed_ms - offset
        return [first, *range(first + every.fixed_ms, end + every.fixed_ms, every.fixed_ms)]
    if every.clock_hours:
        local = pd.date_range(shown[0].normalize(), shown[-1], freq=every.text, unit="ms")
    else:
        local = shown.to_period(_CALENDAR[every.text]).unique().start_time.as_unit("ms")
    # A window begins when the clock first shows its start, or jumps past it.
    begun = np.searchsorted(np.maximum.accumulate(shown.asi8), local.asi8)
    edges = [int(edge) for edge in np.unique(utc.asi8[begun[(begun > 0) & (begun < len(utc))]])]
    first, last = max(e for e in edges if e <= begin), min(e for e in edges if e >= end)
    return [edge for edge in edges if first <= edge <= last]


def windows_of(
    readings: Readings, span: Span, every: Every, zone: ZoneInfo, aggregate: Aggregate, closed: str = "left"
) -> list[tuple[int, float]]:
    """One value for every window that overlaps the span, NaN where there is none, of all of a series' readings."""
    edges = window_edges(every, span, zone, closed)
    values = aggregate_of(readings, edges, aggregate, closed, span)
    return list(zip(edges[:-1], values, strict=True))


def filled(values: list[tuple[int, float]], gap: Gap, limit: int | None) -> list[tuple[int, float]]:
    """What stands in windows without a value, as pandas fills them."""
    series = pd.Series([value for _, value in values], [time for time, _ in values], dtype=float)
    match gap:
        case Gap.SKIP:
            series = series.dropna()
        case Gap.PREVIOUS:
            series = series.ffill(limit=limit)
        case Gap.LINEAR:
            series = series.interpolate("index", limit=limit, limit_area="inside")
    return list(zip(series.index.tolist(), series.tolist(), strict=True))


def aggregate_of(
    readings: Readings, edges: list[int], aggregate: Aggregate, closed: str = "left", span: Span | None = None
) -> list[float]:
    """One value a window from the readings in the span (None: all); those before are looked back to."""
    span = span or Span(edges[0], edges[-1])
    readings = [reading for reading in readings if reading[0] < span.stop]
    series = pd.Series([value for _, value in readings], [time for time, _ in readings], dtype=float)
    windows = _windows(series, edges, closed).where(series.index >= span.start)
    own = series.groupby(windows)
    match aggregate:
        case Aggregate.STDDEV:
            found = own.std(ddof=1)
        case Aggregate.DELTA | Aggregate.RATE:
            found = _increase(series, windows, per_second=aggregate is Aggregate.RATE)
        case Aggregate.TIME_WEIGHTED_MEAN:
            limits = [min(max(edge, span.start), span.stop) for edge in edges]
            numbers = sorted({int(number) for number in windows.dropna()})
            means = [_time_weighted_mean(series, limits[number], limits[number + 1]) for number in numbers]
            found = pd.Series(means, numbers, dtype=float)
        case _:
            found = own.agg(aggregate.value)
    return found.astype(float).reindex(range(len(edges) - 1)).to_list()


def _windows(series: pd.Series, edges: list[int], closed: str = "left") -> pd.Series:
    """The number of each reading's window, NaN where it is in none."""
    number = pd.cut(series.index.to_series(), edges, right=closed == "right", labels=False)
    return number.set_axis(series.index)


def _increase(series: pd.Series, windows: pd.Series, *, per_second: bool) -> pd.Series:
    gained = series.diff().where(series.diff() >= 0, series)
    elapsed = series.index.to_series().diff()
    known = elapsed.notna()
    total = gained[known].groupby(windows[known]).sum()
    return total / (elapsed[known].groupby(windows[known]).sum() / 1000) if per_second else total


def _time_weighted_mean(series: pd.Series, low: int, high: int) -> float:
    """The area under the steps from reading to reading, by the time in which something is known."""
    inside = series[(series.index > low) & (series.index < high)]
    known = series[series.index <= low].iloc[-1:]
    steps = pd.concat([known.set_axis([low] * len(known)), inside])
    if steps.empty or low == high:
        return float(series[high])  # it came as the window ended
    return float(np.average(steps, weights=np.diff([*steps.index, high])))
