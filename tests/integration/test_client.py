"""The Python client over a real api and real stores: whole answers as frames, errors that say what to do."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from pyarrow import ipc, parquet

from hdh.client import (
    ApiError,
    AsyncClient,
    BrokenOff,
    Client,
    InvalidQuery,
    NotFound,
    ReadingsQuery,
    Unauthorized,
    Unreachable,
)
from hdh.client.retries import Retries
from hdh.errors import Invalid, Misconfigured
from hdh.model import Place
from tests.common.api import Api
from tests.common.eventually import eventually
from tests.common.proxy import Proxy, Wire
from tests.common.servers import Influxd, free_port, unique
from tests.common.stores import points, put

ZONE = "Europe/Helsinki"
START = 1_490_400_000_000
START_TEXT = "2017-03-25T02:00:00+02:00"
HOUR = 3_600_000
AIR = Place("villa", "kitchen", "air-1")
HALL = Place("villa", "hall", "air-2")
TEMPERATURES: dict[int, float | str] = {START + n * HOUR: 20 + n / 8 for n in range(48)}
HUMIDITIES: dict[int, float | str] = {START + n * HOUR: 40.0 + n for n in range(0, 48, 2)}
NOTES: dict[int, float | str] = {START: "open", START + HOUR: ""}
LONG = 300_000


@dataclass(frozen=True)
class World:
    """An api over a store that holds one project, and a key to it."""

    api: Api
    project: str
    key: str

    def client(self, **options: Any) -> Client:
        """A client with the key."""
        return Client(self.api.url, self.key, **options)


def _world(folder: Path, store: str) -> Iterator[World]:
    project = unique("toe")
    site = folder / "site.yaml"
    site.write_text(f"projects: [{{id: {project}, timezone: {ZONE}}}]\n")
    found = [*points(AIR, "temperature", TEMPERATURES), *points(AIR, "note_text", NOTES)]
    put(store, {project: [*found, *points(HALL, "humidity", HUMIDITIES)]})
    with Api(folder, store, HDH_SITE_FILE=str(site)) as api:
        yield World(api, project, api.key("researcher", project))


@pytest.fixture(scope="module", params=["sqlite", pytest.param("influxdb", marks=pytest.mark.influxdb1)])
def both(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A world on each store."""
    folder = tmp_path_factory.mktemp("client")
    store = f"sqlite:///{folder}/store.db"
    if request.param == "influxdb":
        influxd: Influxd = request.getfixturevalue("influxd")
        store = influxd.url
    yield from _world(folder, store)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A world on SQLite."""
    folder = tmp_path_factory.mktemp("client")
    yield from _world(folder, f"sqlite:///{folder}/store.db")


@pytest.fixture(scope="module")
def client(world: World) -> Iterator[Client]:
    """One for all."""
    with world.client() as made:
        yield made


def _index(times: list[int]) -> pd.DatetimeIndex:
    return pd.to_datetime(times, unit="ms", utc=True).tz_convert(ZONE).rename("time").as_unit("ms")


def test_readings_are_a_frame(both: World) -> None:
    """Zone-aware index, names as categories, numbers as float64, units and the resolved query in `attrs`."""
    with both.client() as client:
        frame = client.readings(quantity=["temperature", "humidity"])

    times = [*HUMIDITIES, *TEMPERATURES]
    assert list(frame.columns[:7]) == ["project", "house", "room", "device", "quantity", "unit", "value"]
    pd.testing.assert_index_equal(frame.index, _index(times))
    assert frame["value"].tolist() == [*HUMIDITIES.values(), *TEMPERATURES.values()]
    assert frame["room"].tolist() == ["hall"] * len(HUMIDITIES) + ["kitchen"] * len(TEMPERATURES)
    assert frame["quantity"].dtype == "category"
    assert frame.attrs["units"] == {"humidity": "%", "temperature": "Cel"}
    assert frame.attrs["query"]["quantity"] == ["temperature", "humidity"]


def test_wide_is_a_column_a_series(client: Client) -> None:
    """Named by what tells the series apart; a time that one of them lacks is NaN there."""
    frame = client.readings(quantity=["temperature", "humidity"], layout="wide")

    assert list(frame.columns) == ["hall/air-2/humidity [%]", "kitchen/air-1/temperature [Cel]"]
    pd.testing.assert_index_equal(frame.index, _index(list(TEMPERATURES)))
    assert frame.iloc[:, 1].tolist() == list(TEMPERATURES.values())
    assert frame.iloc[:, 0].dropna().tolist() == list(HUMIDITIES.values())
    assert frame.attrs["units"] == {"hall/air-2/humidity [%]": "%", "kitchen/air-1/temperature [Cel]": "Cel"}


def test_text_has_a_column_of_its_own(client: Client) -> None:
    """What is no number is NaN in `value`."""
    frame = client.readings(device="air-1", stop="2017-03-25T04:00:00+02:00", start=START_TEXT)

    notes = frame[frame["quantity"] == "note_text"]
    assert notes["text"].tolist() == ["open", ""]
    assert notes["value"].isna().all()
    assert frame["text"].notna().sum() == 2


def test_windows_in_the_zone_that_was_asked_for(client: Client) -> None:
    """Every parameter of the API is a keyword; times may be dates and datetimes."""
    frame = client.readings(
        quantity="temperature", start=date(2017, 3, 25), stop=datetime(2017, 3, 26, 21, tzinfo=UTC), tz=ZONE, every="1d"
    )

    assert [moment.isoformat() for moment in frame.index] == ["2017-03-25T00:00:00+02:00", "2017-03-26T00:00:00+02:00"]
    values = [20 + n / 8 for n in range(48)]
    assert frame["value"].tolist() == [pytest.approx(sum(values[:22]) / 22), pytest.approx(sum(values[22:45]) / 23)]


def test_arrow_and_polars(client: Client) -> None:
    """The same readings for other libraries."""
    table = client.arrow(quantity="temperature")
    frame = client.polars(quantity="temperature")

    assert table.schema.field("time").type == pa.timestamp("ms", ZONE)
    assert table["value"].to_pylist() == list(TEMPERATURES.values())
    assert frame["value"].to_list() == list(TEMPERATURES.values())
    assert frame.schema["time"] == pl.Datetime("ms", ZONE)


def test_nothing_is_an_empty_frame(client: Client) -> None:
    """With the columns and types of a full one, tidy and wide."""
    none: ReadingsQuery = {"start": "2001-01-01", "stop": "2001-01-02"}
    none_wide: ReadingsQuery = {**none, "layout": "wide"}

    frame, wide = client.readings(**none), client.readings(**none_wide)

    assert (len(frame), str(frame["value"].dtype), str(frame.index.dtype)) == (0, "float64", f"datetime64[ms, {ZONE}]")
    assert (wide.shape, wide.attrs["units"]) == ((0, 0), {})


def test_discovery_is_frames(client: Client, world: World) -> None:
    """A row an entry, times in UTC."""
    assert client.projects()["id"].tolist() == [world.project]
    assert client.houses()["id"].tolist() == ["villa"]
    assert client.rooms()["id"].tolist() == ["hall", "kitchen"]
    assert client.devices(room="hall")["device"].tolist() == ["air-2"]
    assert "temperature" in client.quantities()["quantity"].tolist()
    series = client.series(quantity="temperature")
    assert (series["count"][0], series["unit"][0]) == (48, "Cel")
    assert series.loc[0, "first"] == pd.Timestamp(START, unit="ms", tz="UTC")
    latest = client.latest(quantity=["temperature", "humidity"])
    assert latest["value"].tolist() == [86.0, 25.875]
    assert latest.loc[1, "time"] == pd.Timestamp(max(TEMPERATURES), unit="ms", tz="UTC")
    assert client.status()["counters"] is None, "no ingest runs here"


@pytest.mark.parametrize("suffix", ["csv", "ndjson", "parquet", "arrow", "json"])
def test_exports_hold_all_readings(client: Client, tmp_path: Path, suffix: str) -> None:
    """Each form, by the file's suffix; nothing but the file is left."""
    path = client.export(tmp_path / f"readings.{suffix}", quantity="temperature")

    assert list(tmp_path.iterdir()) == [path]
    match suffix:
        case "csv":
            found = pd.read_csv(path)["value"].tolist()
        case "ndjson":
            found = pd.read_json(path, lines=True)["value"].dropna().tolist()
        case "parquet":
            found = parquet.read_table(path)["value"].to_pylist()
        case "arrow":
            found = ipc.open_stream(path).read_all()["value"].to_pylist()
        case _:
            found = pd.read_json(path, typ="series")["series"][0]["value"]
    assert found[:48] == list(TEMPERATURES.values())


def test_errors_say_what_to_do(client: Client, world: World, tmp_path: Path) -> None:
    """Typed, with parameter, value and remedy; none is tried again, as time would not heal it."""
    with pytest.raises(NotFound, match=r"room='kitchn': There is no such room here\. Did you mean kitchen\?") as lost:
        client.readings(room="kitchn")
    with pytest.raises(InvalidQuery, match="every='7m'") as wrong:
        client.readings(every="7m")
    with pytest.raises(Unauthorized, match="The key is wrong"), Client(world.api.url, "hdh_wrong") as stranger:
        stranger.series()
    with pytest.raises(TypeError, match="start"):
        client.readings(start=7.5)  # type: ignore[arg-type]
    with pytest.raises(Invalid, match="suffix"):
        client.export(tmp_path / "readings.xlsx")
    with pytest.raises(Misconfigured, match="HDH_API_URL=localhost is no address"):
        Client("localhost")
    with pytest.raises(NotFound):
        client.export(tmp_path / "readings.csv", room="kitchn")

    assert (lost.value.status, lost.value.parameter, lost.value.value) == (404, "room", "kitchn")
    assert isinstance(wrong.value, ApiError)
    assert list(tmp_path.iterdir()) == [], "no file is left where there is no answer"


def test_the_environment_tells_address_and_key(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """As every command reads it; a proxy for the world outside is not asked for this machine."""
    monkeypatch.setenv("HDH_API_URL", world.api.url)
    monkeypatch.setenv("HDH_API_KEY", world.key)
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{free_port()}")
    with Client() as client:
        assert client.projects()["id"].tolist() == [world.project]


def test_an_api_that_is_away_is_waited_for(tmp_path: Path) -> None:
    """A few times, then the error names the address."""
    store = f"sqlite:///{tmp_path}/store.db"
    put(store, {"toe": points(AIR, "temperature", TEMPERATURES)})
    api = Api(tmp_path, store)
    with Client(api.url, retries=Retries(tries=1)) as impatient, pytest.raises(Unreachable, match=f":{api.port}/"):
        impatient.latest()
    with ThreadPoolExecutor(1) as threads, Client(api.url, retries=Retries(tries=50)) as client:
        waiting = threads.submit(client.latest)
        with api:
            assert waiting.result(60)["value"].tolist() == [25.875]


def test_an_answer_that_breaks_off_is_whole_or_an_error(tmp_path: Path) -> None:
    """Killed on the way: tried again it comes whole; without another try it is an error, and no file is left."""
    store = f"sqlite:///{tmp_path}/store.db"
    long: dict[int, float | str] = {START + n * 1000: n / 10 for n in range(LONG)}
    put(store, {"toe": points(AIR, "temperature", long)})
    with Api(tmp_path, store) as api, ThreadPoolExecutor(1) as threads:
        with Proxy(api.port) as way, Client(f"http://127.0.0.1:{way.port}", retries=Retries(tries=1)) as impatient:
            # Slow enough that the answer is under way when the api is killed.
            way.set(Wire(rate=1_000_000))
            target = tmp_path / "out" / "readings.csv"
            target.parent.mkdir()
            saving = threads.submit(impatient.export, target)
            eventually(lambda: (target.parent / "readings.csv.part").stat().st_size > 0, every=0.001)
            api.kill()
            with pytest.raises(BrokenOff):
                saving.result(60)
            assert list(target.parent.iterdir()) == []
        api.start()
        with Client(api.url, retries=Retries(tries=50)) as client:
            saving = threads.submit(client.export, target)
            eventually(lambda: (target.parent / "readings.csv.part").stat().st_size > 0, every=0.001)
            api.kill()
            api.start()
            assert len(pd.read_csv(saving.result(120))) == LONG
            assert len(client.readings()) == LONG


def test_the_client_for_asyncio(world: World) -> None:
    """Side by side, with the same answers and errors."""

    async def ask() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
        async with AsyncClient(world.api.url, world.key) as client:
            with pytest.raises(NotFound):
                await client.readings(room="kitchn")
            return await asyncio.gather(
                client.readings(quantity="temperature"), client.series(), client.latest(quantity="humidity")
            )

    readings, series, latest = asyncio.run(ask())

    assert readings["value"].tolist() == list(TEMPERATURES.values())
    assert series["quantity"].tolist() == ["humidity", "note_text", "temperature"]
    assert latest["value"].tolist() == [86.0]
    assert datetime.now(UTC) > latest["time"][0]
