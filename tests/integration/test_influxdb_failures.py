"""A real InfluxDB that is away, hangs, dies in the middle of an answer or ends it by a limit of its own."""

import json
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hdh.errors import Misconfigured, Retryable
from hdh.line_protocol import decode, encode
from hdh.model import ALL_TIME, Place, Point, Span
from hdh.store import open_admin, open_reader, open_writer
from hdh.store.influxdb.reader import InfluxReader
from hdh.store.influxdb.writer import InfluxWriter
from hdh.store.interface import Selection
from hdh.store.url import InfluxUrl
from hdh.windows import Aggregate, Every, Window
from tests.common.eventually import eventually
from tests.common.servers import Influxd, unique

pytestmark = pytest.mark.influxdb1

_KITCHEN = Place("house-1", "kitchen", "sensor-1")
_START = 1_700_000_000_000
_DAY = 86_400_000
_LIMIT = 5_000


def _project(server: Influxd, retention: int | None = None) -> str:
    project = unique("influxdb")
    admin = open_admin(server.url)
    admin.create_project(project, retention)
    admin.close()
    return project


def _write(server: Influxd, project: str, points: list[Point]) -> None:
    writer = open_writer(server.url)
    assert writer.write(project, points) == []
    writer.close()


@pytest.fixture(scope="module")
def limited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Influxd]:
    """A server that ends what reads more than some points, and cuts what is not asked for in chunks."""
    with Influxd(
        tmp_path_factory.mktemp("influxd-limited"),
        INFLUXDB_COORDINATOR_MAX_SELECT_POINT=str(_LIMIT),
        INFLUXDB_HTTP_MAX_ROW_LIMIT="10",
    ) as server:
        yield server


def _is_ended(server: Influxd) -> bool:
    """Whether the server has ended a query that still stands in its list."""
    with urllib.request.urlopen(f"http://127.0.0.1:{server.port}/query?q=SHOW+QUERIES") as answer:
        (series,) = json.load(answer)["results"][0]["series"]
    status = series["columns"].index("status")
    return any(row[status] == "killed" for row in series["values"])


def test_an_answer_ended_by_a_limit_is_an_error(limited: Influxd) -> None:
    """The rows that came are followed by an error that names the limit: the read never ends quietly."""
    project = _project(limited)
    text = "x" * 4_000
    _write(limited, project, [Point("device", _KITCHEN, _START + n, {"state_text": text}) for n in range(10_000)])
    reader = open_reader(limited.url)
    chunks = reader.read(Selection(project), ALL_TIME)
    came = len(next(chunks).time)
    # The server looks at its limit once a second; it waits for us meanwhile, as the answer is larger than any buffer.
    eventually(lambda: _is_ended(limited))
    # Asked again for its words it may just get through, as it is faster when nobody keeps it waiting.
    with pytest.raises((Misconfigured, Retryable), match="max-select-point"):
        came += sum(len(chunk.time) for chunk in chunks)
    assert 0 < came < 10_000
    part = list(reader.read(Selection(project), Span(_START, _START + 100)))
    assert sum(len(chunk.time) for chunk in part) == 100
    reader.close()


def test_a_row_limit_cuts_nothing(limited: Influxd) -> None:
    """`max-row-limit` is for answers that are not chunked, as ours always are: series lists come whole as well."""
    project = _project(limited)
    places = [Place("house-1", "kitchen", f"sensor-{n:02}") for n in range(40)]
    _write(limited, project, [Point("climate", place, _START, {f"q{n}": 1.0}) for n, place in enumerate(places)])
    reader = open_reader(limited.url)
    assert len(reader.series(Selection(project))) == 40
    assert len(list(reader.read(Selection(project), ALL_TIME))) == 40
    assert len(reader.latest(Selection(project))) == 40
    reader.close()


def test_a_server_that_hangs_is_retryable(tmp_path: Path) -> None:
    """It accepts and never answers: writer and reader give up after their time, and go on when it wakes up."""
    with Influxd(tmp_path) as server:
        project = _project(server)
        url = InfluxUrl("127.0.0.1", server.port, 1)
        writer, reader = InfluxWriter(url, read_seconds=2), InfluxReader(url, read_seconds=2)
        point = Point("climate", _KITCHEN, _START, {"co2": 1.0})
        _write(server, project, [point])
        server.freeze()
        begun = time.monotonic()
        with pytest.raises(Retryable, match="does not answer"):
            writer.write(project, [point])
        with pytest.raises(Retryable, match="does not answer"):
            reader.latest(Selection(project))
        with pytest.raises(Retryable, match="does not answer"):
            reader.health()
        assert time.monotonic() - begun < 30
        server.thaw()
        eventually(lambda: writer.write(project, [point]) == [])
        assert [latest.value for latest in reader.latest(Selection(project))] == [1.0]
        reader.health()
        writer.close()
        reader.close()


def test_a_server_killed_in_the_middle_of_an_answer(tmp_path: Path) -> None:
    """What came is followed by an error; afterwards nobody answers, and when it is back all is well."""
    with Influxd(tmp_path) as server:
        project = _project(server)
        text = "x" * 4_000
        _write(
            server,
            project,
            [Point("device", _KITCHEN, _START + n, {"state_text": f"{n}{text}"}) for n in range(10_000)],
        )
        reader, writer = open_reader(server.url), open_writer(server.url)
        chunks = reader.read(Selection(project), ALL_TIME)
        assert len(next(chunks).time) > 0
        server.kill()
        with pytest.raises(Retryable, match="does not answer"):
            list(chunks)
        with pytest.raises(Retryable, match="does not answer"):
            writer.write(project, [Point("climate", _KITCHEN, _START, {"co2": 1.0})])
        server.start()
        assert sum(len(chunk.time) for chunk in reader.read(Selection(project), ALL_TIME)) == 10_000
        assert writer.write(project, [Point("climate", _KITCHEN, _START, {"co2": 1.0})]) == []
        reader.close()
        writer.close()


def _strangers(server: Influxd, project: str, lines: str) -> None:
    """Lines as another client writes them."""
    url = f"http://127.0.0.1:{server.port}/write?db={project}&precision=ms"
    with urllib.request.urlopen(url, lines.encode()) as answer:
        assert answer.status == 204


def _write_requests(server: Influxd) -> int:
    """How many writes the server has been asked for."""
    with urllib.request.urlopen(f"http://127.0.0.1:{server.port}/debug/vars") as answer:
        counters = json.load(answer)
    return next(int(each["values"]["writeReq"]) for name, each in counters.items() if "httpd" in name)


def test_conflicts_with_a_strangers_type_are_refused_alone(influxd: Influxd) -> None:
    """A field that another client wrote as integer takes no float; all else of the batch is written."""
    project = _project(influxd)
    _strangers(influxd, project, f"climate,device=x,house=h,room=r co2=400i {_START}")
    writer, reader = open_writer(influxd.url), open_reader(influxd.url)
    points = [
        Point("climate", _KITCHEN, _START + n, {"co2": 1.0} if n % 3 == 0 else {"temperature": float(n)})
        for n in range(6_000)
    ]
    refused = writer.write(project, points)
    assert [r.index for r in refused] == list(range(0, 6_000, 3))
    assert {r.reason for r in refused} == {"store"}
    assert "already exists as type integer" in refused[0].detail
    found = list(reader.read(Selection(project, devices=("sensor-1",)), ALL_TIME))
    assert [value for chunk in found for value in chunk.value.tolist()] == [float(n) for n in range(6_000) if n % 3]
    writer.close()
    reader.close()


def test_conflicts_in_a_batch_that_opens_a_new_shard(influxd: Influxd) -> None:
    """There the server writes nothing at all and says neither which nor how many: the good points are found."""
    project = _project(influxd)
    # A stranger's integer in the same shard as the batch, by way of a point that opens it in the batch itself.
    day = _START // _DAY * _DAY
    _strangers(influxd, project, f"climate,device=x,house=h,room=r co2=400i {day}")
    writer, reader = open_writer(influxd.url), open_reader(influxd.url)
    old = day - 400 * _DAY
    points = [
        Point("climate", _KITCHEN, day + 1, {"co2": 1.0}),
        Point("climate", _KITCHEN, old, {"co2": 2.0}),
        Point("climate", _KITCHEN, old + 1, {"temperature": 3.0}),
        Point("climate", _KITCHEN, day + 2, {"temperature": 4.0}),
    ]
    assert [(r.index, r.reason) for r in writer.write(project, points)] == [(0, "store")]
    found = {
        (chunk.series.quantity, chunk.series.device): list(zip(chunk.time.tolist(), chunk.value.tolist(), strict=True))
        for chunk in reader.read(Selection(project), ALL_TIME)
    }
    assert found == {
        ("co2", "sensor-1"): [(old, 2.0)],
        ("co2", "x"): [(day, 400.0)],
        ("temperature", "sensor-1"): [(old + 1, 3.0), (day + 2, 4.0)],
    }
    writer.close()
    reader.close()


def test_points_beyond_the_retention_among_others(influxd: Influxd) -> None:
    """Expired, conflicting and good points in one batch: each ends as what it is, in few requests."""
    project = _project(influxd, retention=7 * _DAY)
    # Yesterday's noon: a field's type is one of a day's files.
    now = time.time_ns() // 1_000_000 // _DAY * _DAY - _DAY // 2
    _strangers(influxd, project, f"climate,device=x,house=h,room=r co2=400i {now}")
    writer, reader = open_writer(influxd.url), open_reader(influxd.url)
    kinds: tuple[dict[str, float | str], ...] = ({"temperature": 1.0}, {"co2": 1.0}, {"temperature": 2.0})
    points = [
        Point("climate", _KITCHEN, now - n - (30 * _DAY if n % 3 == 0 else 0), kinds[n % 3]) for n in range(3_000)
    ]
    before = _write_requests(influxd)
    refused = writer.write(project, points)
    assert _write_requests(influxd) - before < 12
    assert [(r.index, r.reason) for r in refused] == [
        (n, "expired" if n % 3 == 0 else "store") for n in range(3_000) if n % 3 < 2
    ]
    chunks = reader.read(Selection(project, devices=("sensor-1",)), ALL_TIME)
    assert [moment for chunk in chunks for moment in chunk.time.tolist()] == sorted(
        now - n for n in range(3_000) if n % 3 == 2
    )
    writer.close()
    reader.close()


def test_the_later_of_two_points_wins_in_a_batch_that_is_narrowed_down(influxd: Influxd) -> None:
    """Narrowing down sends parts again, and never an earlier version after a later one."""
    project = _project(influxd)
    _strangers(influxd, project, f"climate,device=x,house=h,room=r co2=400i {_START}")
    writer, reader = open_writer(influxd.url), open_reader(influxd.url)
    points = [
        Point("climate", _KITCHEN, _START, {"temperature": 1.0}),
        Point("climate", _KITCHEN, _START, {"temperature": 2.0, "co2": 1.0}),
        Point("climate", _KITCHEN, _START + 1, {"co2": 1.0}),
        Point("climate", _KITCHEN, _START, {"temperature": 3.0}),
    ]
    assert [r.index for r in writer.write(project, points)] == [1, 2]
    (chunk,) = reader.read(Selection(project, quantities=("temperature",)), ALL_TIME)
    assert chunk.value.tolist() == [3.0]
    writer.close()
    reader.close()


def test_a_point_that_is_too_large_for_the_server(influxd: Influxd) -> None:
    """A text beyond the server's 25 MB is refused alone."""
    project = _project(influxd)
    writer, reader = open_writer(influxd.url), open_reader(influxd.url)
    points = [
        Point("device", _KITCHEN, _START, {"state_text": "x"}),
        Point("device", _KITCHEN, _START + 1, {"state_text": "x" * 26_000_000}),
        Point("device", Place("h" * 70_000, "r", "d"), _START + 1, {"state_text": "x"}),
        Point("device", _KITCHEN, _START + 2, {"state_text": "y"}),
    ]
    assert [(r.index, r.reason) for r in writer.write(project, points)] == [(1, "store"), (2, "store")]
    assert [latest.value for latest in reader.latest(Selection(project))] == ["y"]
    writer.close()
    reader.close()


def test_what_a_stranger_wrote_is_read(influxd: Influxd) -> None:
    """Integers and booleans are numbers, a missing tag an empty name; what fits no series is not seen."""
    project = _project(influxd)
    _strangers(
        influxd,
        project,
        f"climate,device=d,house=h co2=400i,window=true {_START}\nclimate,device=d,house=h window=false {_START + 1}\n"
        f'climate,device=d,house=h,room=r state="on",temperature=20 {_START}\nelsewhere temperature=1 {_START}',
    )
    reader = open_reader(influxd.url)
    found = {
        (chunk.series.room, chunk.series.quantity): chunk.value.tolist()
        for chunk in reader.read(Selection(project), ALL_TIME)
    }
    assert found == {("", "co2"): [400.0], ("", "window"): [1.0, 0.0], ("r", "temperature"): [20.0]}
    newest = {latest.series.quantity: latest.value for latest in reader.latest(Selection(project))}
    assert newest == {"co2": 400.0, "window": 0.0, "temperature": 20.0}
    window = Window(Every("1m"), ZoneInfo("UTC"), Aggregate.MEAN)
    means = {
        chunk.series.quantity: chunk.value.tolist()
        for chunk in reader.aggregate(Selection(project), Span(_START, _START + 2), window)
    }
    assert means == {"co2": [400.0], "window": [0.5], "temperature": [20.0]}
    reader.close()


_hostile = st.text(st.sampled_from(list(" ,=\"'\\\n\r\t\0#%_$/0A5Cé😀\x7f\x85\u2028")), min_size=1, max_size=8)
_names = st.one_of(_hostile, st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12))
_numbers = st.tuples(
    _names.filter(lambda name: not name.endswith("_text")), st.floats(allow_nan=False, allow_infinity=False)
)
_texts = st.tuples(
    _names.map(lambda name: f"{name}_text"), st.text(st.characters(exclude_categories=["Cs"]), max_size=9)
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    places=st.lists(st.builds(Place, _names, _names, _names), min_size=1, max_size=4, unique=True),
    fields=st.lists(st.one_of(_numbers, _texts), min_size=1, max_size=4).map(dict),
)
def test_any_names_and_values_come_back(influxd: Influxd, places: list[Place], fields: dict[str, float | str]) -> None:
    """What line protocol says of itself holds for the real server: names, numbers and texts, bit for bit."""
    project = _project(influxd)
    points = [Point("other", place, _START + n, fields) for n, place in enumerate(places)]
    assert decode(encode(points)) == points
    _write(influxd, project, points)
    reader, admin = open_reader(influxd.url), open_admin(influxd.url)
    found: dict[tuple[Place, int], dict[str, float | str]] = {}
    for chunk in reader.read(Selection(project), ALL_TIME):
        for moment, value in zip(chunk.time.tolist(), chunk.value.tolist(), strict=True):
            found.setdefault((chunk.series.place, moment), {})[chunk.series.quantity] = value
    assert found == {(point.place, point.time): point.fields for point in points}
    admin.drop_project(project)
    reader.close()
    admin.close()
