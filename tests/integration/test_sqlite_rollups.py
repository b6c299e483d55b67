"""Rollups on SQLite: whatever is written, late or again, deleted or expired, by whom ever, no answer is of before."""

import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hdh.aggregates import aggregate_series
from hdh.model import ALL_TIME, Place, Point, Span
from hdh.store.interface import Selection
from hdh.store.sqlite import builder, rollups
from hdh.store.sqlite.admin import SqliteAdmin
from hdh.store.sqlite.days import DAY_MS
from hdh.store.sqlite.reader import SqliteReader
from hdh.store.sqlite.writer import SqliteWriter
from hdh.store.url import SqliteUrl
from hdh.store.windowed import Grid
from hdh.windows import Aggregate, Every, Side, Window

PROJECT = "toe"
SELECTION = Selection(PROJECT)
MINUTE = 60_000
HELSINKI = ZoneInfo("Europe/Helsinki")
START = 19_000 * DAY_MS
"""A midnight in 2022 (UTC)."""

EXACT = {Aggregate.MIN, Aggregate.MAX, Aggregate.FIRST, Aggregate.LAST, Aggregate.COUNT, Aggregate.MEDIAN}


def points(times: range, value: Callable[[int], float] = float, device: str = "d1") -> list[Point]:
    """Temperatures at some times."""
    return [Point("climate", Place("house", "room", device), time, {"temperature": value(time)}) for time in times]


def wave(height: float, time: int) -> float:
    """A value that differs from time to time."""
    return float(height * np.sin(time) + 3)


def day(number: int, step: int = MINUTE) -> range:
    """The times of a whole day."""
    return range(START + number * DAY_MS, START + (number + 1) * DAY_MS, step)


@pytest.fixture
def path(tmp_path: Path) -> Iterator[Path]:
    """A store with one project."""
    path = tmp_path / "store.db"
    with closing(SqliteAdmin(SqliteUrl(path))) as admin:
        admin.create_project(PROJECT)
        yield path


@pytest.fixture
def writer(path: Path) -> Iterator[SqliteWriter]:
    """Writes to it."""
    with closing(SqliteWriter(SqliteUrl(path))) as writer:
        yield writer


@pytest.fixture
def reader(path: Path) -> Iterator[SqliteReader]:
    """Reads it, and keeps what it sums up."""
    with closing(SqliteReader(SqliteUrl(path))) as reader:
        yield reader


def kept(path: Path) -> list[int]:
    """The days that are kept, of all series, counted from START; those that are only claimed are left out."""
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT id FROM rollup WHERE claim IS NULL ORDER BY id").fetchall()
    return [(row & 0xFFFFF) - 0x80000 - START // DAY_MS for (row,) in rows]


def total(reader: SqliteReader, aggregate: Aggregate = Aggregate.SUM, days: int = 10) -> list[float]:
    """One value a day."""
    window = Window(Every("1d"), ZoneInfo("UTC"), aggregate)
    chunks = list(reader.aggregate(SELECTION, Span(START, START + days * DAY_MS), window))
    return [value for chunk in chunks for value in chunk.value.tolist() if value == value]  # noqa: PLR0124 (NaN)


def assert_as_raw(reader: SqliteReader, span: Span, window: Window) -> None:
    """Every series' answer is the one computed from all its readings."""
    grid = Grid.of(span, window)
    raw: dict[str, list[tuple[np.ndarray, np.ndarray]]] = {}
    for chunk in reader.read(SELECTION, ALL_TIME):
        raw.setdefault(chunk.series.device, []).append((chunk.time, chunk.value))
    answers = {chunk.series.device: chunk for chunk in reader.aggregate(SELECTION, span, window)}
    for device, chunks in raw.items():
        time, value = (np.concatenate(each) for each in zip(*chunks, strict=True))
        if not ((time >= span.start) & (time < span.stop)).any():
            assert device not in answers
            continue
        expected = aggregate_series(time, value, grid.edges, window.aggregate, limits=grid.limits)
        np.testing.assert_array_equal(answers[device].time, grid.labels)
        if window.aggregate in EXACT:
            np.testing.assert_array_equal(answers[device].value, expected)
        else:
            atol = 1e-9 if window.aggregate is Aggregate.STDDEV else 1e-12
            np.testing.assert_allclose(answers[device].value, expected, rtol=1e-12, atol=atol * len(time))
    assert set(answers) <= set(raw)
    counts = {info.series.device: (info.first, info.last, info.count) for info in reader.series(SELECTION)}
    assert counts == {
        device: (int(chunks[0][0][0]), int(chunks[-1][0][-1]), sum(len(time) for time, _ in chunks))
        for device, chunks in raw.items()
    }


DAYS = st.integers(0, 5)
SPANS = st.tuples(st.integers(-1, 6 * 24 * 60), st.integers(1, 6 * 24 * 60)).map(
    lambda pair: Span(START + pair[0] * MINUTE, START + (pair[0] + pair[1]) * MINUTE)
)
WRITES = st.tuples(
    st.just("write"),
    st.sampled_from(["d1", "d2"]),
    SPANS,
    st.sampled_from([MINUTE, 7 * MINUTE, 60 * MINUTE, 500 * MINUTE]),
    st.integers(-5, 5),
)
DELETES = st.tuples(st.just("delete"), SPANS)
PASSES = st.tuples(st.just("time passes"), st.integers(1, 36))
QUERIES = st.tuples(
    st.just("query"),
    SPANS,
    st.sampled_from(["15m", "1h", "6h", "1d", "1w", "10m"]),
    st.sampled_from(list(Aggregate)),
    st.sampled_from(list(Side)),
)


@pytest.mark.parametrize("fewest", [5, 672])
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(operations=st.lists(WRITES | DELETES | PASSES | QUERIES | QUERIES, max_size=14))
def test_whatever_happens(tmp_path_factory: pytest.TempPathFactory, fewest: int, operations: list[tuple]) -> None:
    """Writes, overwrites, late data, deletions and expiry, with queries between: always as from the raw readings."""
    url = SqliteUrl(tmp_path_factory.mktemp("rollups") / "store.db")
    now = [START + 2 * DAY_MS]
    with (
        pytest.MonkeyPatch.context() as patch,
        closing(SqliteAdmin(url)) as admin,
        closing(SqliteWriter(url, lambda: now[0])) as writer,
        closing(SqliteReader(url, lambda: now[0])) as reader,
    ):
        patch.setattr(rollups, "_FEWEST", fewest)
        patch.setattr("hdh.store.sqlite.rolled._DAYS_A_PIECE", 2)
        admin.create_project(PROJECT, 4 * DAY_MS)
        everything = Span(START - DAY_MS, START + 14 * DAY_MS)
        for operation in operations:
            match operation:
                case "write", device, span, step, value:
                    times = range(span.start, span.stop, step)
                    writer.write(PROJECT, points(times, partial(wave, value), device))
                case "delete", span:
                    writer.delete(PROJECT, span)
                case "time passes", hours:
                    now[0] += hours * 60 * MINUTE
                    writer.write(PROJECT, points(range(now[0], now[0] + 1)))
                case "query", span, every, aggregate, closed:
                    assert_as_raw(reader, span, Window(Every(every), HELSINKI, aggregate, closed=closed))
        for aggregate in Aggregate:
            assert_as_raw(reader, everything, Window(Every("1h"), HELSINKI, aggregate))


def test_days_are_kept_once_and_forgotten_by_themselves(path: Path, writer: SqliteWriter, reader: SqliteReader) -> None:
    """A late reading, an overwritten one and a deleted one each take back their own day, in their own series."""
    for device in ("d1", "d2"):
        writer.write(PROJECT, [point for number in range(6) for point in points(day(number), lambda _: 1.0, device)])
    assert total(reader) == [1440.0] * 12
    assert kept(path) == [0, 1, 2, 3, 4, 5] * 2
    writer.write(PROJECT, points(range(day(1).start + 7, day(1).start + 8), lambda _: 10.0))
    writer.write(PROJECT, points(day(3)[5:6], lambda _: 10.0))
    assert kept(path) == [0, 2, 4, 5, 0, 1, 2, 3, 4, 5]
    writer.delete(PROJECT, Span(day(5).start, day(5).start + 1), Selection(PROJECT, devices=("d2",)))
    assert kept(path) == [0, 2, 4, 5, 0, 1, 2, 3, 4]
    expected = [1440.0, 1450.0, 1440.0, 1449.0, 1440.0, 1440.0, 1440.0, 1440.0, 1440.0, 1440.0, 1440.0, 1439.0]
    assert total(reader) == expected
    assert kept(path) == [0, 1, 2, 3, 4, 5] * 2
    assert total(reader) == expected
    writer.delete(PROJECT, ALL_TIME)
    assert kept(path) == []


def test_a_day_that_is_not_over_is_not_kept(path: Path, writer: SqliteWriter) -> None:
    """What is measured now costs its writer nothing: today is read as it is."""
    writer.write(PROJECT, [point for number in range(3) for point in points(day(number))])
    with closing(SqliteReader(SqliteUrl(path), lambda: day(2).start + 1)) as reader:
        total(reader)
        assert kept(path) == [0]
    with closing(SqliteReader(SqliteUrl(path), lambda: day(2).start + 3_600_000)) as reader:
        total(reader)
        assert kept(path) == [0, 1]
        with closing(sqlite3.connect(path)) as connection:
            assert connection.execute("SELECT until FROM rollup_end").fetchall() == [(day(2).start,)]


def test_a_dropped_project_leaves_nothing(path: Path, writer: SqliteWriter, reader: SqliteReader) -> None:
    """What was summed up goes with the readings."""
    writer.write(PROJECT, points(day(0)))
    total(reader)
    assert kept(path) == [0]
    with closing(SqliteAdmin(SqliteUrl(path))) as admin:
        admin.drop_project(PROJECT)
    assert kept(path) == []


@pytest.mark.parametrize("change", ["late", "again", "deleted"])
def test_a_change_while_a_day_is_summed_up(
    path: Path, writer: SqliteWriter, reader: SqliteReader, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the reading and the keeping of a day its readings change: it is not kept, and the next answer is true."""
    writer.write(PROJECT, points(day(0), lambda _: 1.0))
    expected = {"late": 1442.0, "again": 1441.0, "deleted": 1439.0}[change]

    def changing(number: int, *readings: np.ndarray) -> rollups.Blobs:
        if change == "deleted":
            writer.delete(PROJECT, Span(START, START + 1))
        else:
            time = START + (1 if change == "late" else 0)
            writer.write(PROJECT, points(range(time, time + 1), lambda _: 2.0))
        return rollups.pack(number, *readings)

    monkeypatch.setattr(builder, "pack", changing)
    assert total(reader) == [1440.0]
    assert kept(path) == []
    monkeypatch.setattr(builder, "pack", rollups.pack)
    assert total(reader) == [expected]
    assert kept(path) == [0]
    assert total(reader) == [expected]


def test_two_that_sum_up_the_same_day(
    path: Path, writer: SqliteWriter, reader: SqliteReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one whose claim another took over, after a change that it did not see, keeps nothing."""
    writer.write(PROJECT, points(day(0), lambda _: 1.0))
    other = SqliteReader(SqliteUrl(path))

    def overtaken(number: int, *readings: np.ndarray) -> rollups.Blobs:
        monkeypatch.setattr(builder, "pack", rollups.pack)
        writer.write(PROJECT, points(range(START, START + 1), lambda _: 2.0))
        assert total(other) == [1441.0]
        return rollups.pack(number, *readings)

    monkeypatch.setattr(builder, "pack", overtaken)
    assert total(reader) == [1440.0]
    assert total(reader) == [1441.0]
    assert kept(path) == [0]
    other.close()


BUILDER_PROGRAM = """
import os, signal, sys
from pathlib import Path
from hdh.store.sqlite import builder, rollups
from hdh.store.sqlite.reader import SqliteReader
from hdh.store.url import SqliteUrl
from hdh.windows import Aggregate, Every, Window
from hdh.model import Span
from hdh.store.interface import Selection
from zoneinfo import ZoneInfo

def killed(day, *readings):
    os.kill(os.getpid(), signal.SIGKILL)

builder.pack = killed
start = int(sys.argv[2])
window = Window(Every("1d"), ZoneInfo("UTC"), Aggregate.SUM)
list(SqliteReader(SqliteUrl(Path(sys.argv[1]))).aggregate(Selection("toe"), Span(start, start + 864_000_000), window))
"""


def test_one_who_is_killed_leaves_claims_that_mean_nothing(
    path: Path, writer: SqliteWriter, reader: SqliteReader
) -> None:
    """What was claimed and not kept is read raw, and kept by the next."""
    writer.write(PROJECT, [point for number in range(3) for point in points(day(number), lambda _: 1.0)])
    done = subprocess.run([sys.executable, "-c", BUILDER_PROGRAM, str(path), str(START)], check=False)
    assert done.returncode == -signal.SIGKILL
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM rollup WHERE claim IS NOT NULL").fetchone() == (3,)
    with closing(SqliteReader(SqliteUrl(path, read_only=True))) as other:
        assert total(other) == [1440.0] * 3
    assert kept(path) == []
    assert total(reader) == [1440.0] * 3
    assert kept(path) == [0, 1, 2]


WRITER_PROGRAM = """
import sys
from pathlib import Path
from hdh.model import Place, Point
from hdh.store.sqlite.writer import SqliteWriter
from hdh.store.url import SqliteUrl

start = int(sys.argv[2])
writer = SqliteWriter(SqliteUrl(Path(sys.argv[1])))
place = Place("house", "room", "d1")
for n in range(1, 31):
    times = range(start + n % 3 * 86_400_000, start + n % 3 * 86_400_000 + 86_400_000, 60_000)
    writer.write("toe", [Point("climate", place, time, {"temperature": float(n)}) for time in times])
    print(n, flush=True)
"""


def test_another_process_writes_old_days_again_and_again(
    path: Path, writer: SqliteWriter, reader: SqliteReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A query that begins after a write was confirmed shows it, while days are kept and forgotten all the time."""
    monkeypatch.setattr(builder, "_PAUSE_SECONDS", 0.0)
    writer.write(PROJECT, [point for number in range(3) for point in points(day(number), lambda _: 0.0)])
    command = [sys.executable, "-c", WRITER_PROGRAM, str(path), str(START)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            number = int(line)
            least, greatest = total(reader, Aggregate.MIN), total(reader, Aggregate.MAX)
            assert least[number % 3] >= number
            assert greatest[number % 3] >= least[number % 3]
    assert process.returncode == 0
    assert total(reader, Aggregate.MIN) == total(reader, Aggregate.MAX) == [30.0, 28.0, 29.0]
    assert kept(path) == [0, 1, 2]


def test_reading_only_uses_what_is_kept(path: Path, writer: SqliteWriter, reader: SqliteReader) -> None:
    """`mode=ro` keeps nothing itself."""
    writer.write(PROJECT, [point for number in range(2) for point in points(day(number), lambda _: 1.0)])
    with closing(SqliteReader(SqliteUrl(path, read_only=True))) as other:
        assert total(other) == [1440.0, 1440.0]
        assert kept(path) == []
        total(reader, days=1)
        assert kept(path) == [0]
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("UPDATE reading SET value = 2 WHERE time < ?", (START + DAY_MS,))
            connection.commit()
        assert total(other) == [1440.0, 1440.0]


def test_a_busy_store_answers_all_the_same(path: Path, writer: SqliteWriter, reader: SqliteReader) -> None:
    """While another process holds the right to write, nothing is kept, and no query waits long for it."""
    writer.write(PROJECT, points(day(0), lambda _: 1.0))
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert total(reader) == [1440.0]
        other.execute("ROLLBACK")
    assert kept(path) == []


def test_a_store_of_the_first_version(path: Path, writer: SqliteWriter) -> None:
    """It is read as it is; whoever writes to it next gives it the new tables, and nothing is lost."""
    writer.write(PROJECT, [point for number in range(2) for point in points(day(number), lambda _: 1.0)])
    writer.close()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("DROP TABLE rollup")
        connection.execute("DROP TABLE rollup_end")
        connection.execute("PRAGMA user_version = 1")
    with closing(SqliteReader(SqliteUrl(path))) as reader:
        assert total(reader) == [1440.0, 1440.0]
        assert len(next(reader.outline(SELECTION, ALL_TIME, 10)).time) > 10
        writer.check(PROJECT)
        assert kept(path) == []
        assert total(reader) == [1440.0, 1440.0]
    assert kept(path) == [0, 1]


def test_a_series_that_moved_to_another_measurement(path: Path, writer: SqliteWriter, reader: SqliteReader) -> None:
    """Two places of one series are summed up by themselves where their days are apart, and read raw where not."""
    place = Place("house", "room", "d1")
    for number, measurement in enumerate(["other", "climate"]):
        writer.write(PROJECT, [Point(measurement, place, time, {"temperature": 1.0}) for time in day(2 * number)])
    assert total(reader) == [1440.0, 1440.0]
    assert kept(path) == [0, 2]
    writer.write(PROJECT, [Point("climate", place, time, {"temperature": 5.0}) for time in day(0)[:2]])
    assert total(reader) == [1448.0, 1440.0]
    for aggregate in Aggregate:
        assert_as_raw(reader, Span(START, START + 5 * DAY_MS), Window(Every("1h"), HELSINKI, aggregate))
