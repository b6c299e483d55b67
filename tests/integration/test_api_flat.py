"""Three months of a real flat through the api, value for value, and its days against pandas."""

import io
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest

from hdh.model import Place
from tests.common.api import Api
from tests.common.flat import READINGS, ZONE, FlatSeries, load
from tests.common.stores import points, put


@pytest.fixture(scope="module")
def flat() -> list[FlatSeries]:
    """The flat's series."""
    return load()


@pytest.fixture(scope="module")
def api(flat: list[FlatSeries], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """The real process over a store that holds the flat."""
    folder = tmp_path_factory.mktemp("api")
    url = f"sqlite:///{folder}/store.db"
    for series in flat:
        readings: dict[int, float | str] = dict(zip(series.times, series.values, strict=True))
        put(url, {"toe": points(Place("flat", series.room, series.device), series.quantity, readings)})
    with Api(folder, url) as server:
        yield server


def expected_frame(flat: list[FlatSeries]) -> pd.DataFrame:
    """What was put in, the last of several readings of one time counting."""
    frames = [
        pd.DataFrame({"room": s.room, "device": s.device, "quantity": s.quantity, "time": s.times, "value": s.values})  # noqa: PD011 (a list)
        for s in flat
    ]
    whole = pd.concat(frames).drop_duplicates(["room", "device", "quantity", "time"], keep="last")
    return whole.sort_values(["room", "device", "quantity", "time"]).reset_index(drop=True)


def test_the_flat_comes_back_value_for_value(api: Api, flat: list[FlatSeries]) -> None:
    """As CSV, read by pandas in one line; times exact, values bit for bit."""
    answer = api.get("readings", project="toe", format="csv")

    frame = pd.read_csv(io.StringIO(answer.text))
    expected = expected_frame(flat)

    times = pd.to_datetime(frame["time"], utc=True)
    assert sum(len(series.times) for series in flat) == READINGS
    assert len(expected) == len(frame)
    assert np.array_equal(expected["value"], frame["value"])
    assert np.array_equal(pd.to_datetime(expected["time"], unit="ms", utc=True), times)
    assert list(expected["device"]) == list(frame["device"])


@pytest.mark.parametrize("aggregate", ["mean", "min", "max", "count"])
def test_days_are_those_of_pandas(api: Api, flat: list[FlatSeries], aggregate: str) -> None:
    """Every series' days by Berlin's clock, among them 26 March 2017, which has 23 hours."""
    found = api.get("readings", project="toe", every="1d", aggregate=aggregate, tz=ZONE, gap="skip", time="iso").json()

    frame = expected_frame(flat)
    frame["day"] = pd.to_datetime(frame["time"], unit="ms", utc=True).dt.tz_convert(ZONE).dt.normalize()
    days = frame.groupby(["room", "device", "quantity", "day"])["value"].agg(aggregate)
    assert {day.date().isoformat() for day in days.index.get_level_values("day")} >= {"2017-03-26", "2017-03-27"}
    keys = [(s["room"], s["device"], s["quantity"]) for s in found["series"]]
    assert keys == [(s.room, s.device, s.quantity) for s in flat]
    for series, key in zip(found["series"], keys, strict=True):
        expected = days.loc[key]
        assert [day.isoformat() for day in expected.index] == series["time"]
        assert np.allclose(expected.to_numpy(dtype=float), np.array(series["value"]), rtol=1e-12, atol=0)
