"""Long answers: streamed in constant memory, broken off where the store fails, ended where the client leaves."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event
from typing import Any

import httpx
import psutil
import pytest

from api.directory import Directories
from api.formats import FORMATS
from api.services import Services
from api.settings import ApiSettings
from hdh.errors import Retryable
from hdh.model import Place, Span
from hdh.store.interface import Chunk, Reader, Selection
from hdh.windows import Window
from tests.common.api import CLIENT, Api, serving
from tests.common.eventually import eventually
from tests.common.servers import Influxd, free_port
from tests.common.stores import points, put

START = 1_490_486_400_000
SECOND = 1000
DEVICES = 4
READINGS = 150_000


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A SQLite store with 600,000 readings."""
    url = f"sqlite:///{tmp_path_factory.mktemp('store')}/store.db"
    fill(url, DEVICES)
    return url


def fill(url: str, devices: int) -> None:
    """Put long series into a store."""
    for device in range(devices):
        place = Place("villa", "kitchen", f"air-{device}")
        for start in range(0, READINGS, 50_000):
            readings: dict[int, float | str] = {START + n * SECOND: n / 10 for n in range(start, start + 50_000)}
            put(url, {"toe": points(place, "temperature", readings)})


@dataclass
class DyingReader:
    """A real reader whose store goes away after some chunks of an answer.

    Attributes:
        chunks: how many come before.
        closed: set when the reading was ended.
    """

    reader: Reader
    chunks: int
    closed: Event = field(default_factory=Event)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.reader, name)

    def read(self, selection: Selection, span: Span) -> Iterator[Chunk]:
        """As many chunks as the store lives."""
        return self._until_death(self.reader.read(selection, span))

    def aggregate(self, selection: Selection, span: Span, window: Window) -> Iterator[Chunk]:
        """The same for windows."""
        return self._until_death(self.reader.aggregate(selection, span, window))

    def _until_death(self, chunks: Iterator[Chunk]) -> Iterator[Chunk]:
        try:
            for number, chunk in enumerate(chunks):
                if number >= self.chunks:
                    raise Retryable("the store went away")
                yield chunk
        finally:
            self.closed.set()


@contextmanager
def served(store_url: str, folder: Path, chunks: int) -> Iterator[tuple[str, DyingReader]]:
    """The api in a thread, over a reader that dies."""
    readers: list[DyingReader] = []

    def dying(services: Services) -> Services:
        readers.append(DyingReader(services.reader, chunks))
        return replace(services, reader=readers[0], directories=Directories(services.reader, b"secret", lambda: 0.0))

    settings = ApiSettings(store_url=store_url, api_data_dir=folder, api_listen=f"127.0.0.1:{free_port()}")
    with serving(settings, dying) as url:
        yield url, readers[0]


def drain(pieces: Iterator[bytes], received: bytearray) -> None:
    """Take all that comes."""
    for piece in pieces:
        received += piece


@pytest.mark.parametrize("form", FORMATS)
def test_a_failure_on_the_way_breaks_the_answer_off(store: str, tmp_path: Path, form: str) -> None:
    """Status 200 was sent; the body has no end, so that no client takes it for the whole."""
    with served(store, tmp_path, chunks=6) as (url, reader):
        received = bytearray()
        with CLIENT.stream("GET", f"{url}/v1/readings", params={"format": form}) as answer:
            assert answer.status_code == 200
            with pytest.raises(httpx.RemoteProtocolError, match="incomplete"):
                drain(answer.iter_bytes(), received)
        metrics = CLIENT.get(f"{url}/metrics").text

    assert received
    assert not any(end in received for end in (b'"complete"', b"hdh.complete"))
    assert reader.closed.is_set()
    assert "hdh_api_streams_aborted_total 1.0" in metrics


@pytest.mark.parametrize("asked", [{}, {"every": "1h"}])
def test_a_failure_at_once_is_a_problem(store: str, tmp_path: Path, asked: dict[str, str]) -> None:
    """Before the first reading is sent the answer can still be a clean 503."""
    with served(store, tmp_path, chunks=0) as (url, reader):
        answer = CLIENT.get(f"{url}/v1/readings", params=asked)

    assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
    assert reader.closed.is_set()


@pytest.mark.parametrize("form", FORMATS)
def test_a_failure_on_the_way_to_a_wide_answer_is_a_problem(store: str, tmp_path: Path, form: str) -> None:
    """All readings are joined before the first row is sent."""
    with served(store, tmp_path, chunks=6) as (url, reader):
        asked = {"format": form, "layout": "wide", "stop": str(START + 100_000 * SECOND)}
        answer = CLIENT.get(f"{url}/v1/readings", params=asked)

    assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
    assert reader.closed.is_set()


def test_a_client_that_leaves_ends_the_reading(store: str, tmp_path: Path) -> None:
    """What the reading holds open is given back, though nobody read to the end."""
    with served(store, tmp_path, chunks=100) as (url, reader):
        with CLIENT.stream("GET", f"{url}/v1/readings", params={"format": "csv"}) as answer:
            next(answer.iter_bytes())

        assert reader.closed.wait(60)
        assert CLIENT.get(f"{url}/health/live").status_code == 200


def test_a_client_that_takes_nothing_counts_as_gone(
    store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would hold for ever what others wait for."""
    monkeypatch.setattr("api.streams.STALL_SECONDS", 0.5)
    with (
        served(store, tmp_path, chunks=100) as (url, reader),
        CLIENT.stream("GET", f"{url}/v1/readings", params={"format": "csv"}),
    ):
        assert reader.closed.wait(60)


def test_so_many_long_answers_are_sent_at_a_time(store: str, tmp_path: Path) -> None:
    """One more waits a little and is told to come again; short answers need no permit; a permit comes back."""
    hour, day = str(START + 3600 * SECOND), str(START + 86_400 * SECOND)
    with Api(tmp_path, store, HDH_API_STREAMS="1") as api:
        # Compressed, the whole answer would wait in the buffers of the connection, and be sent for the server.
        plain = {"Accept-Encoding": "identity"}
        with CLIENT.stream("GET", f"{api.url}/v1/readings", params={"format": "csv"}, headers=plain):
            refused = [api.get("readings", format="csv"), api.get("readings", every="1s", stop=day, format="csv")]
            short = api.get("readings", every="1m", stop=hour)
        eventually(lambda: api.get("readings", device="air-1").status_code == 200)

    assert [(a.status_code, a.json()["title"], a.headers["retry-after"]) for a in refused] == [(503, "Busy", "10")] * 2
    assert short.status_code == 200


@pytest.mark.influxdb1
def test_a_store_killed_on_the_way_breaks_the_answer_off(tmp_path: Path) -> None:
    """The real thing: InfluxDB dies while the answer is read."""
    with Influxd(tmp_path / "influxd") as influxd:
        fill(influxd.url, 2)
        with Api(tmp_path / "api", influxd.url) as api:
            received = bytearray()
            plain = {"Accept-Encoding": "identity"}
            with CLIENT.stream("GET", f"{api.url}/v1/readings", params={"format": "csv"}, headers=plain) as answer:
                pieces = answer.iter_bytes()
                received += next(pieces)
                influxd.kill()
                with pytest.raises(httpx.RemoteProtocolError, match="incomplete"):
                    drain(pieces, received)

    assert 0 < len(received.splitlines()) < 2 * READINGS


def test_a_long_answer_takes_constant_memory(store: str, tmp_path: Path) -> None:
    """All readings come, and from some way on the process grows no more."""
    lines, memory = 0, []
    with Api(tmp_path, store) as api:
        assert api.process is not None
        process = psutil.Process(api.process.pid)
        with CLIENT.stream("GET", f"{api.url}/v1/readings", params={"format": "csv"}) as answer:
            for piece in answer.iter_bytes():
                lines += piece.count(b"\n")
                memory.append(process.memory_info().rss)

    assert lines == 1 + DEVICES * READINGS
    third = len(memory) // 3
    assert max(memory[2 * third :]) < max(memory[: 2 * third]) + 5_000_000


def test_raw_json_is_capped_by_counting_first(store: str, tmp_path: Path) -> None:
    """One reading above the cap is an error before anything is sent; at the cap all come."""
    selection = {"device": "air-1"}
    with Api(tmp_path, store, HDH_API_JSON_READINGS=str(READINGS - 1)) as api:
        refused = api.get("readings", **selection)
        whole = api.get("readings", **selection, stop=str(START + (READINGS - 1) * SECOND))

    assert (refused.status_code, refused.json()["parameter"]) == (422, "format")
    assert "format=csv" in refused.json()["remedy"]
    assert len(whole.json()["series"][0]["value"]) == READINGS - 1
