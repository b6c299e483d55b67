"""An InfluxDB of odd shapes moves whole into both stores, and everything that changes is counted."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from hdh.errors import Misconfigured, Retryable
from hdh.model import ALL_TIME, Span
from hdh.store import open_reader, open_writer
from hdh.store.interface import Selection
from migrate.sources.influxql import Server
from migrate.sources.opening import server_url
from tests.common import odd
from tests.common.answering import Reply, Request, answering
from tests.common.migrate import (
    ask,
    create_bucket,
    move,
    opened,
    post,
    post_bucket,
    rejected,
    verified,
    write_mapping,
)
from tests.common.servers import Influxd, Influxd2, unique

pytestmark = pytest.mark.influxdb1

POINTS = 6_000


@pytest.fixture(scope="module")
def source(influxd: Influxd) -> tuple[Influxd, str, Any]:
    """The odd database, and what a migration must count."""
    database = unique("odd db")
    return influxd, database, odd.fill(influxd, database, POINTS)


@dataclass(frozen=True)
class Store:
    """An empty store, as HDH_STORE_URL and HDH_STORE_TOKEN."""

    url: str
    token: str | None = None


@pytest.fixture(params=["sqlite", "influxdb1", pytest.param("influxdb2", marks=pytest.mark.influxdb2)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A store of each kind."""
    if request.param == "influxdb1":
        with Influxd(tmp_path / "destination") as server:
            yield Store(server.url)
    elif request.param == "influxdb2":
        with Influxd2(tmp_path / "destination") as second:
            yield Store(second.url, second.token)
    else:
        yield Store(f"sqlite:///{tmp_path}/store.db")


def mapping_of(folder: Path, server: Influxd | Influxd2, database: str, store: str, **more: Any) -> Path:
    """A mapping file for the odd database."""
    return write_mapping(
        folder / "odd.yaml",
        source={"kind": "influxdb", "url": server.url, "databases": [database], "window": "1d", **more},
        destination={"store": store},
        place=odd.PLACE,
        series=odd.MAPPING,
    )


def assert_moves_whole(mapping: Path, counts: Any, **settings: Any) -> None:
    """It moves, counts what it must, moves nothing again, and is equal."""
    move(mapping, **settings)
    job = opened(mapping, **settings)
    try:
        report = job.report()
    finally:
        job.close()
    assert {key: report.counts.get(key, 0) for key in counts} == dict(counts)
    assert report.rejected == {"duplicate": counts["rejected"]}
    assert "the first one stays" in rejected(mapping)
    assert "; 0 of" in move(mapping, **settings)
    checked = verified(mapping, **settings)
    assert (checked.verdict, [s for s in checked.series if not s.is_equal]) == ("equal", [])
    assert sum(series.source.count for series in checked.series if series.source) == counts["written"]


def test_all_of_it_arrives_and_is_equal(source: tuple[Influxd, str, Any], store: Store, tmp_path: Path) -> None:
    """Every reading is written or named, every conversion counted; a second run is a no-op; both sides are equal."""
    server, database, counts = source
    assert_moves_whole(mapping_of(tmp_path, server, database, store.url), counts, store_token=store.token)
    reader = open_reader(store.url, store.token)
    try:
        found = reader.series(Selection("toe", houses=("House, the=second",)))
        assert {(s.series.room, s.series.device) for s in found} == {
            (f"Küche {room}", f"sensor {n}.{policy}") for room in range(2) for n in range(3) for policy in odd.POLICIES
        }
        texts = reader.read(Selection("toe", quantities=("note_text",)), ALL_TIME)
        assert 'ä, "0" = x' in {value for chunk in texts for value in chunk.value}
    finally:
        reader.close()


@pytest.mark.influxdb2
def test_buckets_of_generation_2_arrive_and_are_equal(tmp_path: Path) -> None:
    """The same readings in buckets called `database/policy` move as they do from generation 1."""
    with Influxd2(tmp_path / "source") as server:
        counts = odd.fill_buckets(server, "odd db", POINTS)
        mapping = mapping_of(tmp_path, server, "odd db", f"sqlite:///{tmp_path}/store.db")
        assert_moves_whole(mapping, counts, migrate_source_token=server.token)


@pytest.mark.influxdb2
def test_what_only_generation_2_holds(tmp_path: Path) -> None:
    """Whole numbers without sign beyond 2^63, a plain bucket, times before 1970; the server's own buckets stay."""
    lines = [
        "n=18446744073709551615u,temperature=1.5 1500000000000000001",
        "n=7u 1500000001000000000",
        "temperature=2 -9",
    ]
    with Influxd2(tmp_path / "source") as server:
        create_bucket(server, "plain bücket")
        post_bucket(server, "plain bücket", "\n".join(f"climate,dev=a {line}" for line in lines))
        mapping = write_mapping(
            tmp_path / "plain.yaml",
            source={"kind": "influxdb", "url": server.url},
            destination={"store": f"sqlite:///{tmp_path}/store.db"},
            place={"project": "toe", "house": "{database}", "device": "{tag.dev}.{policy}"},
            series=[
                {"match": {"field": "n"}, "quantity": "energy_total"},
                {"match": {"field": "*"}, "quantity": "{field}"},
            ],
        )
        sentence = move(mapping, migrate_source_token=server.token)
        assert verified(mapping, migrate_source_token=server.token).verdict == "equal"
    assert "3 readings written, 1 rejected" in sentence
    assert "2 integers written as floats; 1 integers beyond 2^53 rounded" in sentence
    assert "1969-12-31T23:59:59.999Z" in rejected(mapping)
    reader = open_reader(f"sqlite:///{tmp_path}/store.db")
    try:
        chunks = list(reader.read(Selection("toe", devices=("a.autogen",)), ALL_TIME))
    finally:
        reader.close()
    assert {chunk.series.quantity: chunk.value.tolist() for chunk in chunks} == {
        "energy_total": [2.0**64, 7.0],
        "temperature": [1.5],
    }


def test_a_changed_source_is_noticed_and_moved(influxd: Influxd, tmp_path: Path) -> None:
    """Late data in a part that was moved, and in a new one: both come with the next run; the others stay."""
    database = unique("late")
    ask(influxd, f'CREATE DATABASE "{database}"')
    for day in range(3):
        post(influxd, database, f"climate,room=a temperature={day} {(1_500_000_000 + day * 86_400) * 10**9}")
    mapping = write_mapping(
        tmp_path / "late.yaml",
        source={"kind": "influxdb", "url": influxd.url, "databases": [database], "window": "1d"},
        destination={"store": f"sqlite:///{tmp_path}/store.db"},
        place={"project": "toe", "room": "{tag.room}"},
        series=[{"match": {"field": "temperature"}, "quantity": "temperature"}],
    )
    assert "3 of 3 parts" in move(mapping)
    post(influxd, database, f"climate,room=a temperature=9 {(1_500_000_000 + 60) * 10**9}")
    post(influxd, database, f"climate,room=a temperature=9 {1_600_000_000 * 10**9}")
    sentence = move(mapping)
    assert "2 of 4 parts were moved now" in sentence
    assert "1 parts had changed" in sentence
    assert verified(mapping).verdict == "equal"


def test_what_was_deleted_at_the_destination_is_found(influxd: Influxd, tmp_path: Path) -> None:
    """Verify reads the destination again: a reading that is gone makes the verdict, its series and its day."""
    database, store = unique("lost"), f"sqlite:///{tmp_path}/store.db"
    ask(influxd, f'CREATE DATABASE "{database}"')
    lines = [f"climate,room=a temperature={n} {(1_500_000_000 + n * 3600) * 10**9}" for n in range(100)]
    post(influxd, database, "\n".join(lines))
    mapping = write_mapping(
        tmp_path / "lost.yaml",
        source={"kind": "influxdb", "url": influxd.url, "databases": [database], "window": "7d"},
        destination={"store": store},
        place={"project": "toe", "room": "{tag.room}"},
        series=[{"match": {"field": "temperature"}, "quantity": "temperature"}],
    )
    move(mapping)
    writer = open_writer(store)
    writer.delete("toe", Span(1_500_090_000_000, 1_500_090_000_001))
    writer.close()
    report = verified(mapping)
    assert (report.verdict, report.series[0].different_days) == ("different", ["2017-07-15"])
    assert "did not hold all" in report.sentence


def test_an_unmapped_series_is_named_and_the_rest_goes_on(source: tuple[Influxd, str, Any], tmp_path: Path) -> None:
    """A series that no entry matches stands in the reject file with the remedy, once a part, with its count."""
    server, database, counts = source
    mapping = write_mapping(
        tmp_path / "part.yaml",
        source={"kind": "influxdb", "url": server.url, "databases": [f"{database}/hours"], "window": "28d"},
        destination={"store": f"sqlite:///{tmp_path}/store.db"},
        place=odd.PLACE,
        series=[each for each in odd.MAPPING if each.get("quantity") != "contact"],
    )
    move(mapping)
    assert "no entry under `series` matches it" in rejected(mapping)
    report = verified(mapping)
    assert report.verdict == "equal"
    assert report.rejected["mapping"] == counts["booleans"] // 3


def test_an_answer_without_its_end_is_never_taken_for_whole() -> None:
    """Rows that came are followed by an error where the second statement was not answered; an error keeps its words."""
    rows = b'{"results":[{"statement_id":0,"series":[{"name":"m","columns":["time","c0"],"values":[[1,2]]}]}]}\n'
    bodies = {
        "cut": rows,
        "limit": rows + b'{"results":[{"statement_id":0,"error":"max-select-point limit exceeed"}]}\n',
    }

    def reply(request: Request) -> Reply:
        return Reply(200, bodies["limit" if b"limit" in request.body else "cut"])

    with answering(reply) as server:
        source = Server(server_url(f"influxdb://127.0.0.1:{server.port}?generation=1"), None)
        came: list[Any] = []
        with pytest.raises(Retryable, match="ended an answer early"):
            came.extend(source.series("db", "SELECT cut"))
        with pytest.raises(Misconfigured, match="max-select-point"):
            came.extend(source.series("db", "SELECT limit"))
        assert [series["values"] for series, _ in came] == [[[1, 2]], [[1, 2]]]
        source.close()


def test_a_database_that_is_not_there_is_named(influxd: Influxd, tmp_path: Path) -> None:
    """With those that are: an empty answer would look like an empty database."""
    ask(influxd, 'CREATE DATABASE "known"')
    mapping = mapping_of(tmp_path, influxd, "unknown", f"sqlite:///{tmp_path}/store.db")
    with pytest.raises(Misconfigured, match=r"there is no 'unknown' that this user may read; there are .*known"):
        move(mapping)


def test_a_server_that_is_not_there_is_named_by_the_mapping() -> None:
    """In words of the mapping file, not of the store's settings or of the library that connects."""
    server = Server(server_url("influxdb://127.0.0.1:9?generation=1"), None)
    with pytest.raises(Retryable) as error:
        server.databases()
    assert str(error.value).endswith("Connection refused. Does it run, and is source.url right?")
    assert "Connection(" not in str(error.value)
