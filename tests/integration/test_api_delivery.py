"""How answers travel: rows and query with each, HEAD, revalidation, compression."""

import gzip
import json
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pytest
import zstandard
from pyarrow import ipc, parquet

from api.formats import FORMATS
from hdh.model import Place
from tests.common.api import CLIENT, Api
from tests.common.eventually import eventually
from tests.common.servers import unique
from tests.common.stores import points, put

START = 1_490_486_400_000
SECOND = 1000
MANY = 30_000
AIR = Place("koivula", "kitchen", "air-1")
HALL = Place("koivula", "hall", "air-2")
PROBE = Place("koivula", "hall", "probe")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A store with a short series, and one that is too long to be read ahead."""
    url = f"sqlite:///{tmp_path_factory.mktemp('store')}/store.db"
    short: dict[int, float | str] = {START + n * SECOND: n / 10 for n in range(1000)}
    long: dict[int, float | str] = {START + n * SECOND: n / 10 for n in range(MANY)}
    put(url, {"toe": [*points(AIR, "temperature", short), *points(HALL, "humidity", long)]})
    return url


@pytest.fixture(scope="module")
def api(store: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """An api over it."""
    with Api(tmp_path_factory.mktemp("api"), store) as server:
        yield server


def rows_of(form: str, body: bytes) -> int:
    """How many rows a body says at its end that it has."""
    if form == "json":
        return int(json.loads(body)["rows"])
    if form == "parquet":
        return int(parquet.ParquetFile(pa.BufferReader(body)).metadata.metadata[b"hdh.rows"])
    if form == "arrow":
        reader = ipc.open_stream(body)
        end: Any = None
        while True:
            try:
                end = reader.read_next_batch_with_custom_metadata().custom_metadata
            except StopIteration:
                return int(end[b"hdh.rows"])
    last = body.decode().splitlines()[-1]
    return int(json.loads(last)["rows"] if form == "ndjson" else last.removeprefix("# rows=").partition(" ")[0])


@pytest.mark.parametrize("layout", ["tidy", "wide"])
@pytest.mark.parametrize("form", FORMATS)
def test_each_answer_says_how_many_rows_it_has(api: Api, form: str, layout: str) -> None:
    """A short one before the data and at the end, a long one at the end; the resolved query always before."""
    asked = {"format": form, "layout": layout, "end": "line"}
    short, long = api.get("readings", device="air-1", **asked), api.get("readings", **asked)

    assert short.headers["hdh-rows"] == "1000"
    assert rows_of(form, short.content) == 1000
    assert "hdh-rows" not in long.headers
    assert rows_of(form, long.content) == (MANY + 1000 if layout == "tidy" else MANY)
    assert json.loads(short.headers["hdh-query"])["device"] == ["air-1"]
    if form == "json":
        assert json.loads(short.headers["hdh-query"]) == short.json()["query"]


def test_lines_end_as_they_always_did(api: Api) -> None:
    """Who does not ask for a last line gets readings only."""
    lines = api.get("readings", device="air-1", format="ndjson").text.splitlines()

    assert len(lines) == 1000
    assert "complete" not in lines[-1]


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
@pytest.mark.parametrize("asked", [{"device": "air-1"}, {}])
def test_what_the_client_takes_is_compressed(api: Api, encoding: str, asked: dict[str, str]) -> None:
    """Short and long answers; what comes out is what comes without."""
    url, parameters = f"{api.url}/v1/readings", {"format": "csv", **asked}
    plain = CLIENT.get(url, params=parameters, headers={"Accept-Encoding": "identity"})
    with CLIENT.stream("GET", url, params=parameters, headers={"Accept-Encoding": encoding}) as answer:
        raw = b"".join(answer.iter_raw())

    expand = (
        gzip.decompress
        if encoding == "gzip"
        else lambda data: zstandard.ZstdDecompressor().decompressobj().decompress(data)
    )
    assert "content-encoding" not in plain.headers
    assert answer.headers["content-encoding"] == encoding
    assert "Accept-Encoding" in answer.headers["vary"]
    assert expand(raw) == plain.content
    assert len(raw) < len(plain.content) / 5


def test_parquet_is_compressed_already(api: Api) -> None:
    """Compressing it again would cost and not help."""
    for asked in ({}, {"device": "air-1"}):
        assert "content-encoding" not in api.get("readings", format="parquet", **asked).headers


@pytest.mark.parametrize("path", ["readings?device=air-1", "series", "houses", "quantities"])
def test_an_answer_is_revalidated(api: Api, path: str) -> None:
    """Who has it is told so, without the body; caches are told to ask."""
    first = CLIENT.get(f"{api.url}/v1/{path}")
    tag = first.headers["etag"]
    again = CLIENT.get(f"{api.url}/v1/{path}", headers={"If-None-Match": f'"other", {tag}'})
    other = CLIENT.get(f"{api.url}/v1/{path}", headers={"If-None-Match": 'W/"other"', "Accept-Encoding": "identity"})

    # Without a fixed stop the resolved query holds the time of asking.
    if path.startswith("readings"):
        assert (again.status_code, again.headers["etag"] == tag) == (200, False)
        path += f"&stop={START + MANY * SECOND}"
        tag = CLIENT.get(f"{api.url}/v1/{path}").headers["etag"]
        again = CLIENT.get(f"{api.url}/v1/{path}", headers={"If-None-Match": tag})
        other = CLIENT.get(f"{api.url}/v1/{path}", headers={"Accept-Encoding": "identity"})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert (other.status_code, other.headers["etag"]) == (200, tag)
    assert other.headers["cache-control"] == "private, no-cache"


def test_late_data_changes_the_tag(store: str, api: Api) -> None:
    """Also where number, first and last of the readings stay the same: what is answered is what is compared."""
    asked = {"device": "probe", "start": str(START), "stop": str(START + 10)}

    def write(value: float) -> str:
        put(store, {"toe": points(PROBE, "temperature", {START: value})})
        # A new device may be unknown for a second.
        eventually(lambda: api.get("readings", **asked).status_code == 200)
        return api.get("readings", **asked).headers["etag"]

    assert len({write(1.0), write(2.0)}) == 2
    assert write(1.0) == write(1.0)


@pytest.mark.parametrize("header", ["no-cache", "max-age=0"])
def test_who_asks_for_no_cache_gets_the_newest_as_it_is_now(store: str, api: Api, header: str) -> None:
    """Others may get what was there a second ago."""
    device = unique("device")
    for value in range(5):
        put(store, {"toe": points(Place("koivula", "hall", device), "temperature", {START + value: float(value)})})
        # A new device may be unknown for a second.
        eventually(lambda: api.get("series", device=device).status_code == 200)
        answer = CLIENT.get(f"{api.url}/v1/latest?device={device}", headers={"Cache-Control": header})
        assert [latest["value"] for latest in answer.json()["latest"]] == [value]


@pytest.mark.parametrize("form", ["json", "csv", "parquet"])
def test_head_is_get_without_the_body(api: Api, form: str) -> None:
    """The same headers, of a long answer too, whose reading then ends."""
    for asked in ({"device": "air-1", "stop": str(START + MANY * SECOND)}, {"stop": str(START + MANY * SECOND)}):
        parameters = {"format": form, **asked}
        get = CLIENT.get(f"{api.url}/v1/readings", params=parameters)
        head = CLIENT.head(f"{api.url}/v1/readings", params=parameters)

        assert (head.status_code, head.content) == (200, b"")
        ignored = ("date", "transfer-encoding", "ratelimit-remaining", "ratelimit-reset")
        assert {k: v for k, v in head.headers.items() if k not in ignored} == {
            k: v for k, v in get.headers.items() if k not in ignored
        }
    assert CLIENT.head(f"{api.url}/v1/readings", params={"format": "xml"}).status_code == 422
