"""The SQLite store as a file: several processes at once, files that are not there yet, broken, full or another's."""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from hdh.errors import Misconfigured, Retryable
from hdh.model import ALL_TIME, Place, Point, Series, Span
from hdh.store import open_admin, open_reader, open_writer
from hdh.store.interface import Latest, Selection
from hdh.store.sqlite import database, erase, reader, schema
from hdh.store.sqlite.admin import SqliteAdmin
from hdh.store.sqlite.reader import SqliteReader
from hdh.store.sqlite.writer import EXPIRE_EVERY_MS, SqliteWriter
from hdh.store.url import SqliteUrl
from hdh.windows import Aggregate, Every, Window
from tests.common.eventually import eventually

PLACE = Place("house", "room", "device")
PROJECT = "toe"
SELECTION = Selection(PROJECT)
SERIES = Series(PROJECT, "house", "room", "device", "temperature")
DAY = 86_400_000


def points(*times: int) -> list[Point]:
    """Temperatures that equal their times."""
    return [Point("climate", PLACE, time, {"temperature": float(time)}) for time in times]


def times_in(url: str) -> list[int]:
    """The times of all readings."""
    with closing(open_reader(url)) as store:
        return [int(time) for chunk in store.read(SELECTION, ALL_TIME) for time in chunk.time]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the store is to be."""
    return tmp_path / "store.db"


@pytest.fixture
def url(path: Path) -> Iterator[str]:
    """A store with one project."""
    admin = SqliteAdmin(SqliteUrl(path))
    admin.create_project(PROJECT)
    yield f"sqlite:///{path}"
    admin.close()


def test_a_reader_opened_before_the_file_works_once_it_is_there(path: Path) -> None:
    """The api may start before ingest has made the store."""
    store = SqliteReader(SqliteUrl(path))
    for ask in (store.health, store.projects, lambda: store.latest(SELECTION)):
        with pytest.raises(Retryable, match=r"not there yet.*ingest"):
            ask()
    path.touch()
    with pytest.raises(Retryable, match="still empty"):
        store.health()
    admin = SqliteAdmin(SqliteUrl(path))
    admin.create_project(PROJECT)
    store.health()
    assert store.projects() == [PROJECT]
    store.close()
    admin.close()


def test_a_file_that_was_replaced_is_opened_anew(url: str, path: Path) -> None:
    """Nothing is written into a file that was removed, nothing is read from it."""
    writer, store = open_writer(url), open_reader(url)
    writer.write(PROJECT, points(1))
    assert store.projects() == [PROJECT]
    for file in path.parent.iterdir():
        file.unlink()
    with pytest.raises(Retryable):
        store.projects()
    with pytest.raises(Misconfigured, match=PROJECT):
        writer.write(PROJECT, points(2))
    admin = open_admin(url)
    admin.create_project(PROJECT)
    writer.write(PROJECT, points(3))
    assert times_in(url) == [3]
    assert store.projects() == [PROJECT]
    for part in (writer, store, admin):
        part.close()


@pytest.mark.parametrize("part", [open_writer, open_admin, open_reader])
def test_a_missing_folder_is_named(part: type, tmp_path: Path) -> None:
    """The sentence names the variable and the folder."""
    store = part(f"sqlite:///{tmp_path}/nowhere/store.db")
    with pytest.raises(Misconfigured, match=r"HDH_STORE_URL.*nowhere"):
        _use(store)


def _use(store: object) -> None:
    if isinstance(store, SqliteWriter):
        store.write(PROJECT, points(1))
    elif isinstance(store, SqliteAdmin):
        store.projects()
    elif isinstance(store, SqliteReader):
        store.health()


@pytest.mark.parametrize("part", [open_writer, open_admin, open_reader])
@pytest.mark.parametrize("kind", ["text", "another", "newer"])
def test_a_file_that_is_no_store_of_ours(part: type, kind: str, path: Path) -> None:
    """Neither a text, nor another program's database, nor a newer version's store is touched."""
    if kind == "text":
        path.write_text("not a database, but long enough to look at\n" * 100)
    else:
        with sqlite3.connect(path) as connection:
            connection.execute("CREATE TABLE theirs (a)")
            if kind == "newer":
                connection.execute("PRAGMA application_id = 0x48444853")
                connection.execute(f"PRAGMA user_version = {schema.VERSION + 1}")
        connection.close()
    before = path.read_bytes()
    store = part(f"sqlite:///{path}")
    words = {"text": "no SQLite database", "another": "another program's", "newer": f"version {schema.VERSION + 1}"}
    with pytest.raises(Misconfigured, match=f"HDH_STORE_URL.*{words[kind]}"):
        _use(store)
    store.close()
    assert path.read_bytes() == before


def test_a_damaged_file_is_named(url: str, path: Path) -> None:
    """Pages that were overwritten are an error that asks for the backup, never a short answer."""
    writer = open_writer(url)
    writer.write(PROJECT, points(*range(50_000)))
    writer.close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    content = bytearray(path.read_bytes())
    content[200_000:300_000] = b"\x55" * 100_000
    path.write_bytes(content)
    store = open_reader(url)
    with pytest.raises(Misconfigured, match="damaged"):
        list(store.read(SELECTION, ALL_TIME))
    store.close()


def test_reading_only_does_not_write(url: str) -> None:
    """`mode=ro` reads, and refuses to write with the remedy."""
    writer = open_writer(url)
    writer.write(PROJECT, points(1))
    assert times_in(f"{url}?mode=ro") == [1]
    for part in (open_writer(f"{url}?mode=ro"), open_admin(f"{url}?mode=ro")):
        with pytest.raises(Misconfigured, match="mode=ro"):
            _use(part)
    writer.close()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_file_that_may_not_be_written_is_named(url: str, path: Path) -> None:
    """The sentence names the variable and the path."""
    path.chmod(0o444)
    writer = open_writer(url)
    with pytest.raises(Misconfigured, match="HDH_STORE_URL"):
        writer.write(PROJECT, points(1))
    writer.close()


def test_a_full_disk_can_heal(url: str, path: Path) -> None:
    """A batch that did not fit is retried whole once there is room; readings go on meanwhile."""
    writer = SqliteWriter(SqliteUrl(path))
    writer.write(PROJECT, points(0))
    connection = writer._database.open()  # noqa: SLF001 (only SQLite itself can be told that the disk is full)
    connection.execute("PRAGMA max_page_count = 20")
    batch = points(*range(1, 20_000))
    with pytest.raises(Retryable, match="full"):
        writer.write(PROJECT, batch)
    assert times_in(url) == [0]
    assert writer.write(PROJECT, batch) == []  # the new connection knows nothing of the limit: there is room again
    assert times_in(url) == list(range(20_000))
    writer.close()


def test_a_store_that_another_process_writes_is_busy(url: str, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Readers read on, writers wait a while and then say so; afterwards all goes on."""
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.1)
    writer = open_writer(url)
    writer.write(PROJECT, points(1))
    writer.close()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Retryable, match="another process"):
        writer.write(PROJECT, points(2))
    assert times_in(url) == [1]
    other.execute("ROLLBACK")
    assert writer.write(PROJECT, points(2)) == []
    assert times_in(url) == [1, 2]
    writer.close()
    other.close()


WRITER_PROGRAM = """
import sys
from hdh.model import Place, Point
from hdh.store import open_writer
url, number = sys.argv[1], int(sys.argv[2])
writer = open_writer(url)
place = Place("house", "room", f"device-{number}")
for n in range(int(sys.argv[3])):
    writer.write("toe", [Point("climate", place, 100 * n + i, {"temperature": float(i)}) for i in range(100)])
    print(n, flush=True)
"""


def test_several_processes_write_while_others_read(url: str) -> None:
    """Three processes write 50 batches each into one file: nothing is lost, and readers see whole batches."""
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER_PROGRAM, url, str(n), "50"], stdout=subprocess.DEVNULL)
        for n in range(3)
    ]
    store = open_reader(url)
    while any(process.poll() is None for process in writers):
        for info in store.series(SELECTION):
            assert info.count % 100 == 0
    assert [process.wait(60) for process in writers] == [0, 0, 0]
    assert [(info.series.device, info.count) for info in store.series(SELECTION)] == [
        (f"device-{n}", 5_000) for n in range(3)
    ]
    store.close()


def test_what_was_confirmed_outlives_the_writer(url: str) -> None:
    """A writer killed in the middle leaves every confirmed batch, whole, and perhaps the one it was writing."""
    command = [sys.executable, "-c", WRITER_PROGRAM, url, "0", "100000"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        while int(process.stdout.readline()) < 20:
            pass
        process.send_signal(signal.SIGKILL)
        confirmed = 1 + max([20, *(int(line) for line in process.stdout)])
    found = times_in(url)
    assert found == list(range(len(found)))
    assert len(found) in {100 * confirmed, 100 * (confirmed + 1)}


def test_many_threads_read_at_once(url: str) -> None:
    """A reader is one for all threads of a service."""
    writer, store = open_writer(url), open_reader(url)
    writer.write(PROJECT, points(*range(20_000)))
    counts: list[int] = []

    def work() -> None:
        for _ in range(5):
            counts.append(sum(len(chunk.time) for chunk in store.read(SELECTION, ALL_TIME)))
            store.latest(SELECTION)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    writer.write(PROJECT, points(*range(100)))
    for thread in threads:
        thread.join(60)
    assert counts == [20_000] * 40
    writer.close()
    store.close()


def test_an_open_read_does_not_let_the_log_grow(url: str, path: Path) -> None:
    """A client that stops reading half-way pins no old state of the file."""
    writer, store = open_writer(url), open_reader(url)
    writer.write(PROJECT, points(*range(100_000)))
    chunks = store.read(SELECTION, ALL_TIME)
    next(chunks)
    connection = sqlite3.connect(path)
    writer.write(PROJECT, points(*range(100_000, 110_000)))
    busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    assert busy == 0
    assert sum(len(chunk.time) for chunk in chunks) == 110_000 - reader.CHUNK_READINGS
    connection.close()
    writer.close()
    store.close()


def test_chunks_are_bounded_and_windows_cross_them(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """However small the pieces are that are read, the answer is the same."""
    writer, store = open_writer(url), open_reader(url)
    writer.write(PROJECT, points(*range(0, 5_000_000, 1_000)))
    writer.write(PROJECT, [Point("other", PLACE, t, {"temperature": -1.0}) for t in range(500, 5_000_000, 10_000)])
    utc, span = ZoneInfo("UTC"), Span(1_234_567, 4_321_000)

    def answers() -> list[object]:
        windows = [Window(Every(every), utc, aggregate) for every in ("1s", "1m", "1d") for aggregate in Aggregate]
        return [
            [(chunk.time.tolist(), repr(chunk.value.tolist())) for chunk in store.aggregate(SELECTION, span, window)]
            for window in windows
        ]

    whole, raw = answers(), [chunk.time.tolist() for chunk in store.read(SELECTION, span)]
    monkeypatch.setattr(reader, "CHUNK_READINGS", 7)
    small = [chunk.time.tolist() for chunk in store.read(SELECTION, span)]
    assert max(len(chunk) for chunk in small) <= 14
    assert [time for chunk in small for time in chunk] == [time for chunk in raw for time in chunk]
    assert answers() == whole
    writer.close()
    store.close()


def test_expired_readings_are_removed_in_pieces(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As time passes old readings go, a bounded number at a write; the newest go with them, other projects stay."""
    monkeypatch.setattr(erase, "PIECE_READINGS", 10)
    clock = [100 * DAY]
    admin, writer = SqliteAdmin(SqliteUrl(path)), SqliteWriter(SqliteUrl(path), clock=lambda: clock[0])
    store = SqliteReader(SqliteUrl(path))
    admin.create_project(PROJECT, 10 * DAY)
    admin.create_project("kept")
    old = [91 * DAY + n for n in range(25)]
    writer.write(PROJECT, points(*old))
    writer.write("kept", points(*old))
    clock[0] = 110 * DAY
    left = []
    for n in range(5):
        writer.write("kept", points(200 * DAY + n))
        left.append(sum(len(chunk.time) for chunk in store.read(SELECTION, ALL_TIME)))
        clock[0] += EXPIRE_EVERY_MS
    assert left == [15, 5, 0, 0, 0]
    assert store.latest(SELECTION) == []
    assert sum(info.count for info in store.series(Selection("kept"))) == 30
    for part in (admin, writer, store):
        part.close()


def test_what_a_broken_off_drop_left_is_removed(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A project is gone at once; its readings go even if the one who dropped it was killed."""
    admin, writer = SqliteAdmin(SqliteUrl(path)), SqliteWriter(SqliteUrl(path))
    admin.create_project(PROJECT)
    admin.create_project("kept")
    writer.write(PROJECT, points(*range(100)))

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("hdh.store.sqlite.admin.erase", killed)
    with pytest.raises(KeyboardInterrupt):
        admin.drop_project(PROJECT)
    assert list(admin.projects()) == ["kept"]
    later = SqliteWriter(SqliteUrl(path))
    later.write("kept", points(1))
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT count(*) FROM reading").fetchone() == (1,)
        assert connection.execute("SELECT count(*) FROM latest").fetchone() == (1,)
        assert connection.execute("SELECT count(*) FROM series").fetchone() == (1,)
    connection.close()
    for part in (admin, writer, later):
        part.close()


def test_deletes_in_pieces_keep_the_newest_right(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The newest reading is mended in the transaction that deletes it, whatever the pieces are."""
    monkeypatch.setattr(erase, "PIECE_READINGS", 7)
    monkeypatch.setattr(erase, "PIECE_SERIES", 2)
    writer, store = open_writer(url), open_reader(url)
    writer.write(PROJECT, points(*range(100)))
    for n in range(10):
        writer.write(PROJECT, [Point("climate", Place("house", "room", f"d{n}"), 50, {"humidity": 1.0})])
    writer.delete(PROJECT, Span(40, 1000))
    assert store.latest(SELECTION) == [Latest(SERIES, 39, 39.0)]
    assert times_in(url) == list(range(40))
    writer.close()
    store.close()


def test_two_that_make_the_file_at_once(path: Path) -> None:
    """Services that start together set the store up once."""
    admins = [SqliteAdmin(SqliteUrl(path)) for _ in range(6)]
    threads = [
        threading.Thread(target=lambda n=n, admin=admin: eventually(lambda: admin.create_project(f"p{n}") is None))
        for n, admin in enumerate(admins)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert list(admins[0].projects()) == [f"p{n}" for n in range(6)]
    for admin in admins:
        admin.close()


def test_odd_paths_are_only_paths(tmp_path: Path) -> None:
    """Characters that mean something in a URL or to SQLite are part of the name."""
    path = tmp_path / "my store?mode=ro#1 100%41.db"
    admin = SqliteAdmin(SqliteUrl(path))
    admin.create_project(PROJECT)
    assert path.exists()
    admin.close()
