"""Reading ahead gives what reading gives, in whatever order it is asked; what goes wrong is told where it stands."""

import gzip
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path
from threading import Event

import pytest

from hdh.errors import Misconfigured
from migrate.ahead import Ahead
from migrate.batch import Batch, Chunk
from migrate.destination import Stopped
from migrate.sources.files import Files
from migrate.sources.line_protocol import LineProtocolSource

LINES = "".join(f"m,device=d{n % 5} v={n} {n}\n" for n in range(5_000))
CHUNK_BYTES = 20_000


def source(path: Path) -> LineProtocolSource:
    """A file of several chunks."""
    return LineProtocolSource(Files([path], path, chunk_bytes=CHUNK_BYTES), "ns")


@contextmanager
def ahead(path: Path, stop: Event | None = None) -> Iterator[tuple[Ahead, list[Chunk]]]:
    """The same, read ahead in the order of its chunks."""
    with closing(Ahead(source(path), stop or Event())) as made:
        chunks = made.chunks()
        made.expect(chunks)
        yield made, chunks


def times(reader: Ahead | LineProtocolSource, chunk: Chunk) -> tuple[list[int], str]:
    """The times of a chunk, and its checksum."""
    batches = [item for item in reader.read(chunk) if isinstance(item, Batch)]
    return sorted(time for batch in batches for time in batch.time.tolist()), reader.checksum()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The file."""
    path = tmp_path / "history.lp"
    path.write_text(LINES)
    return path


def test_all_chunks_come_as_without(path: Path) -> None:
    """One after the other, nothing twice and nothing missing."""
    with ahead(path) as (reader, chunks):
        found = [times(reader, chunk) for chunk in chunks]
    with closing(source(path)) as plain:
        assert found == [times(plain, chunk) for chunk in plain.chunks()]
    assert [time for some, _ in found for time in some] == list(range(5_000))


def test_chunks_come_in_an_order_that_nobody_expected(path: Path) -> None:
    """What was read ahead in vain is forgotten."""
    with ahead(path) as (reader, chunks):
        expected = {chunk.name: times(reader, chunk) for chunk in chunks}
        for chunk in (chunks[3], chunks[1], chunks[1], chunks[0], chunks[4]):
            assert times(reader, chunk) == expected[chunk.name]


def test_a_chunk_that_is_given_up_comes_whole_the_next_time(path: Path) -> None:
    """With and without reading ahead."""
    with ahead(path) as (reader, chunks), closing(source(path)) as plain:
        whole = times(reader, chunks[0])
        for each in (reader, plain):
            plain.chunks()
            with closing(each.read(chunks[0])) as read:  # type: ignore[type-var]
                assert len(list(islice(read, 2))) == 2
            assert times(each, chunks[0]) == whole


def test_what_goes_wrong_is_raised_after_what_came_before(tmp_path: Path) -> None:
    """A file that is cut after it was looked at: its first chunk is whole."""
    path = tmp_path / "cut.lp.gz"
    path.write_bytes(gzip.compress(LINES.encode(), 0))
    with ahead(path) as (reader, chunks):
        path.write_bytes(path.read_bytes()[:-5_000])
        assert times(reader, chunks[0])[0][0] == 0
        with pytest.raises(Misconfigured, match="Is it whole"):
            all(times(reader, chunk) for chunk in chunks[1:])


def test_it_stops_where_it_waits(path: Path) -> None:
    """Nothing is waited for once it was stopped."""
    stop = Event()
    with ahead(path, stop) as (reader, chunks):
        times(reader, chunks[0])
        stop.set()
        with pytest.raises(Stopped):
            all(times(reader, chunks[0]) for _ in range(100))
