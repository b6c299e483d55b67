"""Windows, units and points over HTTP, from both stores, against pandas: the real flat and a synthetic year."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

from hdh.model import Place, Span
from hdh.times import from_iso, from_ms
from hdh.windows import Aggregate, Every, Gap, Side
from tests.common.api import Api
from tests.common.flat import ZONE, load
from tests.common.reference import Readings, filled, window_edges, windows_of
from tests.common.servers import unique
from tests.common.stores import points, put

HOUR = 3_600_000
BERLIN = ZoneInfo(ZONE)
HELSINKI = ZoneInfo("Europe/Helsinki")
FLAT_SPAN = Span(from_iso("2017-03-24T22:30:00Z"), from_iso("2017-03-28T09:00:00Z"))
METER = Place("house-1", "hall", "meter")
KITCHEN = Place("flat", "kitchen", "air")


def year() -> Readings:
    """A counter of 2026 that is read each half hour, exactly, but for some holes, and reset each month."""
    rng = np.random.default_rng(5)
    start, stop = from_iso("2026-01-01T00:00:00+02:00"), from_iso("2027-01-01T00:00:00+02:00")
    times = np.arange(start, stop, HOUR // 2)
    times = times[rng.random(len(times)) < 0.9]
    times = times[(times // (7 * HOUR)) % 5 > 0]
    months = np.array([from_ms(time, HELSINKI).month for time in times.tolist()])
    steps = np.where(np.diff(months, prepend=1) > 0, 0.0, rng.random(len(times)))
    total = np.cumsum(steps)
    values = np.round(total - np.maximum.accumulate(np.where(steps == 0, total, 0.0)) + 0.01, 3)
    return list(zip(times.tolist(), values.tolist(), strict=True))


CASES = (("10m", Gap.LINEAR, 2), ("1h", Gap.PREVIOUS, 1), ("3h", Gap.SKIP, None), ("1d", Gap.NULL, None))


@dataclass(frozen=True)
class Asked:
    """An api over a project with the flat's kitchen and the meter's year, and what was put in."""

    api: Api
    project: str
    kitchen: Readings
    meter: Readings

    def series(self, **parameters: Any) -> dict[str, Any]:
        """The one series of an answer."""
        answer = self.api.get("readings", project=self.project, **parameters)
        assert answer.status_code == 200, answer.text
        (series,) = answer.json()["series"]
        return {**series, "query": answer.json()["query"]}

    def rows(self, **parameters: Any) -> tuple[list[int], list[float]]:
        """Times and values of the one series, null as NaN."""
        found = self.series(**parameters)
        return found["time"], [np.nan if value is None else value for value in found["value"]]


@pytest.fixture(scope="module", params=["sqlite", pytest.param("influxdb1", marks=pytest.mark.influxdb1)])
def asked(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    """The same readings in each store."""
    folder = tmp_path_factory.mktemp("api")
    url = f"sqlite:///{folder}/store.db" if request.param == "sqlite" else request.getfixturevalue("influxd").url
    project = unique("pandas")
    flat = next(series for series in load() if (series.room, series.quantity) == ("kitchen", "temperature"))
    kitchen, meter = list(zip(flat.times, flat.values, strict=True)), year()
    put(
        url,
        {
            project: [
                *points(KITCHEN, "temperature", dict(kitchen)),
                *points(METER, "energy_total", dict(meter)),
                *points(KITCHEN, "note_text", {flat.times[0]: "open"}),
            ]
        },
    )
    with Api(folder, url) as api:
        yield Asked(api, project, kitchen, meter)


@pytest.mark.parametrize(
    ("aggregate", "closed"), list(product(Aggregate, Side)), ids=lambda each: each.value if each else ""
)
def test_the_flat(asked: Asked, aggregate: Aggregate, closed: Side) -> None:
    """Every aggregate and side around the day of 23 hours, with each gap policy at one of the windows."""
    for text, gap, limit in CASES:
        label = Side.RIGHT if text == "3h" else Side.LEFT
        every = Every(text)
        values = windows_of(asked.kitchen, FLAT_SPAN, every, BERLIN, aggregate, closed)
        edges = window_edges(every, FLAT_SPAN, BERLIN, closed)
        named = [(edges[n + (label is Side.RIGHT)], value) for n, (_, value) in enumerate(values)]
        expected = filled(named, gap, limit)

        more: dict[str, Any] = {} if limit is None else {"gap_limit": limit}
        found = asked.rows(
            quantity="temperature",
            start=FLAT_SPAN.start,
            stop=FLAT_SPAN.stop,
            tz=ZONE,
            every=text,
            aggregate=aggregate.value,
            gap=gap.value,
            closed=closed.value,
            label=label.value,
            **more,
        )

        assert [time for time, _ in expected] == found[0], text
        np.testing.assert_allclose(found[1], [value for _, value in expected], rtol=1e-9, atol=1e-9, err_msg=text)


@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25"])
@pytest.mark.parametrize("zone", ["Europe/Helsinki", "America/New_York"])
@pytest.mark.parametrize("closed", Side)
def test_the_year_around_its_changes_of_the_clock(asked: Asked, day: str, zone: str, closed: Side) -> None:
    """A counter's gain, rate and mean over time by hours and days, by the clock of two zones."""
    midnight = pd.Timestamp(day, tz=zone)
    ends = midnight - pd.Timedelta("2D"), midnight + pd.Timedelta("3D")
    span = Span(*(int(end.timestamp() * 1000) for end in ends))
    asked_for: dict[str, Any] = {"quantity": "energy_total", "start": span.start, "stop": span.stop, "tz": zone}
    for aggregate, text in product(("delta", "rate", "time_weighted_mean", "count", "last"), ("1h", "6h", "1d")):
        expected = windows_of(asked.meter, span, Every(text), ZoneInfo(zone), Aggregate(aggregate), closed)

        found = asked.rows(**asked_for, every=text, aggregate=aggregate, closed=closed.value)

        assert [time for time, _ in expected] == found[0], (aggregate, text)
        wanted = [value for _, value in expected]
        np.testing.assert_allclose(found[1], wanted, rtol=1e-9, atol=1e-9, err_msg=f"{aggregate} {text}")


def test_the_whole_year_by_months(asked: Asked) -> None:
    """What the meter gained in each month, though it is reset in each; by pandas' own months."""
    series = pd.Series(dict(asked.meter))
    gained = series.diff().where(series.diff() >= 0, series).iloc[1:]
    local = pd.to_datetime(gained.index, unit="ms", utc=True).tz_convert("Europe/Helsinki")
    expected = gained.groupby(local.month).sum()

    times, values = asked.rows(
        quantity="energy_total",
        start="2026-01-01",
        stop="2027-01-01",
        every="1mo",
        aggregate="delta",
        tz="Europe/Helsinki",
    )

    assert [from_ms(time, HELSINKI).month for time in times] == list(range(1, 13))
    np.testing.assert_allclose(values, expected, rtol=1e-9)


def test_the_resolved_query_states_everything(asked: Asked) -> None:
    """Defaults and what was asked for."""
    stated = ("every", "aggregate", "gap", "gap_limit", "closed", "label", "unit", "points")
    day: dict[str, Any] = {"quantity": "temperature", "start": "2017-03-25", "stop": "2017-03-26"}

    raw = asked.series(**day)["query"]
    windows = asked.series(**day, every="1h")["query"]
    all_asked = asked.series(
        **day, every="1h", aggregate="max", gap="linear", gap_limit=3, closed="right", label="right", unit="°F"
    )["query"]

    assert [raw[key] for key in stated] == [None] * 8
    assert [windows[key] for key in stated] == ["1h", "mean", "null", None, "left", "left", None, None]
    assert [all_asked[key] for key in stated] == ["1h", "max", "linear", 3, "right", "right", "°F", None]


QUANTITIES = ("energy_total", "temperature")


@pytest.mark.parametrize("count", [5, 100, 1000])
def test_points_are_real_and_keep_what_the_eye_sees(asked: Asked, count: int) -> None:
    """At most so many readings of the flat, each of which was measured; ends and extremes among them."""
    kitchen = pd.Series(dict(asked.kitchen))

    times, values = asked.rows(quantity="temperature", start="2017-01-01", stop="2018-01-01", points=count)

    assert count // 2 < len(times) <= count
    np.testing.assert_array_equal(kitchen[times], values)
    assert (times[0], times[-1]) == (kitchen.index[0], kitchen.index[-1])
    assert (min(values), max(values)) == (kitchen.min(), kitchen.max())


def test_points_of_windows(asked: Asked) -> None:
    """Windows without a value are left out, and fewer windows than points stay as they are."""
    span: dict[str, Any] = {"quantity": "energy_total", "start": "2026-01-01", "stop": "2027-01-01", "tz": "UTC"}
    hours = pd.Series(dict(zip(*asked.rows(**span, every="1h", aggregate="max", gap="skip"), strict=True)))
    days = asked.rows(**span, every="1d", aggregate="max", gap="skip")

    times, values = asked.rows(**span, every="1h", aggregate="max", points=300)

    assert 150 < len(times) <= 300
    np.testing.assert_array_equal(hours[times], values)
    assert max(values) == hours.max()
    assert asked.rows(**span, every="1d", aggregate="max", points=400) == days


def test_all_of_few_points(asked: Asked) -> None:
    """A series with fewer readings comes whole; text is left out."""
    day: dict[str, Any] = {"start": "2017-03-25", "stop": "2017-03-26"}

    whole = asked.rows(**day, quantity="temperature")

    assert asked.rows(**day, points=1000) == whole


def test_points_side_by_side(asked: Asked) -> None:
    """In the wide layout each series has its own points, and nothing at those of the others."""
    span: dict[str, Any] = {"start": "2017-01-01", "stop": "2027-01-01", "points": 50}
    frame = {name: pd.Series(dict(zip(*asked.rows(**span, quantity=name), strict=True))) for name in QUANTITIES}
    expected = pd.DataFrame(frame)

    answer = asked.api.get("readings", project=asked.project, **span, layout="wide", quantity=list(QUANTITIES)).json()

    assert answer["time"] == expected.index.tolist()
    for series in answer["series"]:
        values = np.array(series["value"], float)
        np.testing.assert_array_equal(values, expected[series["quantity"]])


def test_units(asked: Asked) -> None:
    """Of raw readings, of windows and of a rate; the answer says the UCUM code."""
    day: dict[str, Any] = {"quantity": "temperature", "start": "2017-03-25", "stop": "2017-03-26"}
    own, other = asked.series(**day), asked.series(**day, unit="°F")
    spread, wide = (asked.series(**day, every="1h", aggregate="stddev", **more) for more in ({}, {"unit": "[degF]"}))
    energy: dict[str, Any] = {"quantity": "energy_total", "start": "2026-03-01", "stop": "2026-04-01"}
    slow, power = (asked.series(**energy, every="1d", aggregate="rate", **more) for more in ({}, {"unit": "W"}))

    assert [series["unit"] for series in (own, other, spread, wide, slow, power)] == [
        "Cel",
        "[degF]",
        "Cel",
        "[degF]",
        "kW.h/s",
        "W",
    ]
    np.testing.assert_allclose(other["value"], np.array(own["value"]) * 1.8 + 32, rtol=1e-12)
    for given, converted, factor in ((spread, wide, 1.8), (slow, power, 3_600_000)):
        wanted = np.array(given["value"], float) * factor
        np.testing.assert_allclose(np.array(converted["value"], float), wanted, rtol=1e-12)


@pytest.mark.parametrize(
    ("parameters", "parameter", "value", "remedy"),
    [
        ({"unit": "Cel"}, "unit", "Cel", "These fit: kW.h"),
        ({"unit": "K", "quantity": "energy_total"}, "unit", "K", "These fit: kW.h"),
        ({"unit": "celsuis", "quantity": "temperature"}, "unit", "celsuis", "Did you mean Cel?"),
        ({"unit": "Cel", "room": "kitchen"}, "unit", "Cel", "Select other quantities"),
        ({"unit": "Cel", "quantity": "note_text"}, "unit", "Cel", "Select other quantities"),
        ({"unit": "", "quantity": "temperature"}, "unit", "", "There are: Cel, K, [degF]."),
        ({"points": "4"}, "points", "4", "/docs"),
        ({"points": "1e9"}, "points", "1e9", "/docs"),
        ({"points": "10", "quantity": "note_text"}, "points", "10", "numbers"),
        ({"points": "10", "every": "1h", "gap": "null"}, "gap", "null", "gap=skip"),
        ({"points": "10", "gap": "skip"}, "gap", "skip", "every=1h"),
        ({"every": "1h", "gap_limit": "2"}, "gap_limit", "2", "gap=previous"),
        ({"every": "1h", "gap": "skip", "gap_limit": "2"}, "gap_limit", "2", "gap=previous"),
        ({"every": "1h", "gap": "linear", "gap_limit": "0"}, "gap_limit", "0", "/docs"),
        ({"gap_limit": "2"}, "gap_limit", "2", "every=1h"),
        ({"closed": "right"}, "closed", "right", "every=1h"),
        ({"label": "right"}, "label", "right", "every=1h"),
        ({"closed": "both", "every": "1h"}, "closed", "both", "/docs"),
    ],
)
def test_what_contradicts_itself(
    asked: Asked, parameters: dict[str, str], parameter: str, value: str, remedy: str
) -> None:
    """Names the parameter, its value and the remedy."""
    answer = asked.api.get("readings", project=asked.project, **parameters)

    problem = answer.json()
    assert (answer.status_code, problem["parameter"], problem["value"]) == (422, parameter, value), problem
    assert remedy in problem["remedy"]
