"""The whole way on real input: a real flat's three months through broker, ingest, store and API, value for value."""

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import numpy as np
import pandas as pd
import pytest

from tests.common import flat
from tests.common.api import Api
from tests.common.eventually import eventually
from tests.common.ingest import Ingest
from tests.common.recording import publish_file
from tests.common.servers import Influxd, Mosquitto, Server

pytestmark = [pytest.mark.mosquitto, pytest.mark.influxdb1, pytest.mark.timeout(600)]

_SITE = f"""\
projects:
  - id: flat
    title: A real flat
    timezone: {flat.ZONE}
    public: true
"""
_WHOLE = {"project": "flat", "start": "2017-01-01T00:00:00Z", "stop": "2018-01-01T00:00:00Z"}


@dataclass
class Way:
    """One store with the services around it."""

    ingest: Ingest
    api: Api
    key: str

    def get(self, path: str, **parameters: object) -> httpx.Response:
        """Ask with a key that sees the real names."""
        answer = self.api.get(path, key=self.key, **parameters)
        assert answer.status_code == 200, answer.text
        return answer


@pytest.fixture(scope="module")
def ways(tmp_path_factory: pytest.TempPathFactory, broker: Mosquitto, influxd: Influxd) -> Iterator[dict[str, Way]]:
    """Both stores, filled by one and the same publishing: each ingest has a session of its own."""
    folder = tmp_path_factory.mktemp("flat")
    site = folder / "site.yaml"
    site.write_text(_SITE)
    stores = {"sqlite": f"sqlite:///{folder}/store.db", "influxdb": influxd.url}
    servers: list[Server] = []
    try:
        found = {name: _start(folder / name, name, url, broker, site, servers) for name, url in stores.items()}
        for way in found.values():
            eventually(lambda way=way: httpx.get(f"{way.ingest.url}/health/ready").status_code == 200)  # type: ignore[misc]
        publish_file(broker.url, _messages(folder / "messages.jsonl"))
        for way in found.values():
            eventually(lambda way=way: _written(way) == flat.READINGS, seconds=240, every=0.5)  # type: ignore[misc]
        yield found
    finally:
        for server in reversed(servers):
            server.__exit__()


def _start(folder: Path, name: str, url: str, broker: Mosquitto, site: Path, servers: list[Server]) -> Way:
    settings = {"HDH_SITE_FILE": str(site), "HDH_INGEST_TOPICS": "flat/#", "HDH_INGEST_CLIENT_ID": f"flat-{name}"}
    ingest = Ingest(folder, broker.url, url, **settings)
    ingest.start()
    servers.append(ingest)
    api = Api(folder, url, HDH_SITE_FILE=str(site), HDH_INGEST_URLS=ingest.url)
    key = api.key("researcher", "flat")
    api.start()
    servers.append(api)
    return Way(ingest, api, key)


def _messages(path: Path) -> Path:
    """One message a reading, the value spelled as in its file, all series by turns as in life: ascending in time."""
    rows = [
        (time, f"flat/home/{s.room}/{s.device}", f'{{"time": {time // 1000}, "{s.quantity}": {spelled}}}')
        for s in flat.load()
        for time, spelled in zip(s.times, s.spelled, strict=True)
    ]
    rows.sort()
    path.write_text("".join(json.dumps([topic, payload]) + "\n" for _, topic, payload in rows))
    return path


def _written(way: Way) -> int:
    counters = httpx.get(f"{way.ingest.url}/status", timeout=10).json()
    assert counters["rejected"] == counters["ignored"] == 0, counters
    return int(counters["written"])


@pytest.fixture(params=["sqlite", "influxdb"])
def way(request: pytest.FixtureRequest, ways: dict[str, Way]) -> Way:
    """One of the two."""
    return ways[request.param]


def _expected_series() -> list[dict[str, object]]:
    return [
        {
            "project": "flat",
            "house": "home",
            "room": s.room,
            "device": s.device,
            "quantity": s.quantity,
            "unit": "%" if s.quantity == "humidity" else "lx" if s.quantity == "illuminance" else "Cel",
            "time": s.times,
            "value": s.values,  # noqa: PD011 (a list of ours)
        }
        for s in flat.load()
    ]


def test_all_readings_come_back_as_json(way: Way) -> None:
    """All 285,954 readings of the flat come back value for value and time for time."""
    answer = way.get("readings", **_WHOLE).json()

    assert answer["complete"] is True
    assert answer["series"] == _expected_series()
    assert sum(len(series["time"]) for series in answer["series"]) == flat.READINGS


def test_all_readings_come_back_as_csv(way: Way) -> None:
    """The tidy CSV holds the same readings, its times with their offset in the flat's zone."""
    answer = way.get("readings", **_WHOLE, format="csv")

    frame = pd.read_csv(io.BytesIO(answer.content))
    assert list(frame.columns) == ["time", "project", "house", "room", "device", "quantity", "value", "unit"]
    assert len(frame) == flat.READINGS
    moments = pd.to_datetime(frame["time"], utc=True, format="ISO8601")
    expected = _expected_series()
    assert (
        moments.astype("datetime64[ms, UTC]").astype("int64") == np.concatenate([s["time"] for s in expected])
    ).all()
    assert (frame["value"] == np.concatenate([s["value"] for s in expected])).all()
    assert set(frame["time"].str[-6:]) == {"+01:00", "+02:00"}


def test_daily_means_around_the_23_hour_day_equal_pandas(way: Way) -> None:
    """Daily means in Europe/Berlin around 26 March 2017, a day of 23 hours, equal those of pandas."""
    span = {"start": "2017-03-24T00:00:00+01:00", "stop": "2017-03-29T00:00:00+02:00"}

    answer = way.get("readings", project="flat", every="1d", aggregate="mean", **span).json()

    days = pd.date_range("2017-03-24", "2017-03-29", freq="D", tz=flat.ZONE)
    starts = [int(day.timestamp() * 1000) for day in days[:-1]]
    assert (starts[3] - starts[2]) // 3_600_000 == 23
    expected = {}
    for s in flat.load():
        times = pd.to_datetime(s.times, unit="ms", utc=True).tz_convert(flat.ZONE)
        inside = pd.Series(s.values, index=times)[lambda v: (v.index >= days[0]) & (v.index < days[-1])]
        if len(inside):
            expected[s.room, s.device, s.quantity] = inside.resample("D").mean().reindex(days[:-1])
    found = {(s["room"], s["device"], s["quantity"]): s for s in answer["series"]}
    assert list(found) == list(expected)
    for key, series in found.items():
        assert series["time"] == starts
        values = np.array([np.nan if value is None else value for value in series["value"]])
        np.testing.assert_allclose(values, expected[key].to_numpy(), rtol=1e-12, equal_nan=True)


def test_discovery_names_every_series(way: Way) -> None:
    """The list of series has unit, first and last time and count of each file."""
    answer = way.get("series", project="flat").json()

    found = [(s["room"], s["device"], s["quantity"], s["first"], s["last"], s["count"]) for s in answer["series"]]
    assert found == [(s.room, s.device, s.quantity, s.times[0], s.times[-1], len(s.times)) for s in flat.load()]


def test_counters_reconcile_in_the_api(way: Way) -> None:
    """What was received is written: nothing rejected, ignored or pending."""
    total = way.get("status").json()["counters"]

    counts = {name: total[name] for name in ("received", "written", "rejected", "ignored", "pending")}
    assert counts == {"received": flat.READINGS, "written": flat.READINGS, "rejected": 0, "ignored": 0, "pending": 0}
