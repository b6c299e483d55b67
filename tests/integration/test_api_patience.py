"""Nobody waits for ever and nobody takes more than their share: queries end with their clients, rates are limited."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from api.settings import ApiSettings
from hdh.model import Place
from tests.common.api import CLIENT, serving
from tests.common.servers import free_port
from tests.common.stores import points, put

START = 1_490_486_400_000
SECOND = 1000


class SilentStore:
    """A server that takes connections and requests and never answers.

    Attributes:
        asked: set when a request came.
        left: set when the one who asked has hung up.
    """

    def __init__(self) -> None:
        self.asked = threading.Event()
        self.left = threading.Event()
        self._sock = socket.create_server(("127.0.0.1", 0))
        self.url = f"influxdb://127.0.0.1:{self._sock.getsockname()[1]}?generation=1"
        self._thread = threading.Thread(target=self._serve)

    def _serve(self) -> None:
        connection, _ = self._sock.accept()
        with connection:
            while connection.recv(65536):
                self.asked.set()
        self.left.set()

    @contextmanager
    def open(self) -> Iterator[None]:
        """Serve until the end of the block, one connection."""
        self._thread.start()
        try:
            yield
        finally:
            self._sock.close()
            self._thread.join()


def settings(store_url: str, folder: Path, **more: Any) -> ApiSettings:
    """The settings of an api in this process."""
    return ApiSettings(store_url=store_url, api_data_dir=folder, api_listen=f"127.0.0.1:{free_port()}", **more)


def test_a_client_that_leaves_before_the_answer_ends_its_query(tmp_path: Path) -> None:
    """The store computes, nothing was answered yet: the connection to it is closed at once, which ends the query."""
    store = SilentStore()
    with store.open(), serving(settings(store.url, tmp_path)) as url:
        with socket.create_connection(("127.0.0.1", httpx.URL(url).port or 0)) as client:
            client.sendall(b"GET /v1/series HTTP/1.1\r\nHost: api\r\n\r\n")
            assert store.asked.wait(20)
            assert not store.left.is_set()

        assert store.left.wait(20)


def test_an_answer_that_does_not_begin_is_told(tmp_path: Path) -> None:
    """504 with the remedy, and the query is ended."""
    store = SilentStore()
    with store.open(), serving(settings(store.url, tmp_path, api_answer_seconds=3)) as url:
        answer = CLIENT.get(f"{url}/v1/series")

        assert (answer.status_code, answer.headers["content-type"]) == (504, "application/problem+json")
        assert "HDH_API_ANSWER_SECONDS" in answer.json()["detail"]
        assert store.asked.wait(20)
        assert store.left.wait(20)


def test_rates_are_limited_and_told(sqlite_url: str, tmp_path: Path) -> None:
    """Every answer says what is left; what is too much is a 429 that says when to ask again; health is not counted."""
    put(sqlite_url, {"toe": []})
    with serving(settings(sqlite_url, tmp_path, api_public_rate=3)) as url:
        answers = [CLIENT.get(f"{url}/v1/projects") for _ in range(4)]
        shown = CLIENT.get(f"{url}/v1/projects", headers={"X-API-Key": "hdh_wrong"})
        health = CLIENT.get(f"{url}/health/live")

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert [answer.headers["ratelimit-remaining"] for answer in answers] == ["2", "1", "0", "0"]
    assert {answer.headers["ratelimit-limit"] for answer in answers} == {"3"}
    assert 1 <= int(answers[3].headers["retry-after"]) <= 20
    assert answers[3].json()["title"] == "Too many requests"
    # A key, right or wrong, counts by itself.
    assert (shown.status_code, shown.headers["ratelimit-limit"]) == (401, "6000")
    assert "ratelimit-limit" not in health.headers


def test_slow_clients_and_many_do_not_starve_the_rest(sqlite_url: str, tmp_path: Path) -> None:
    """While some take a long answer without haste, two hundred at once are answered."""
    for start in range(0, 100_000, 50_000):
        readings: dict[int, float | str] = {START + n * SECOND: n / 10 for n in range(start, start + 50_000)}
        put(sqlite_url, {"toe": points(Place("villa", "kitchen", "air-1"), "temperature", readings)})
    asked = {"stop": str(START + 100 * SECOND)}

    async def everyone(base: str) -> list[httpx.Response]:
        limits = httpx.Limits(max_connections=None)
        async with httpx.AsyncClient(timeout=120, trust_env=False, limits=limits) as client:
            slow = [
                await client.send(client.build_request("GET", f"{base}/v1/readings?format=csv"), stream=True)
                for _ in range(6)
            ]
            found = await asyncio.gather(*(client.get(f"{base}/v1/readings", params=asked) for _ in range(200)))
            for answer in slow:
                assert answer.status_code == 200
                await answer.aclose()
            return found

    with serving(settings(sqlite_url, tmp_path)) as url:
        answers = asyncio.run(everyone(url))

    assert {(answer.status_code, answer.json()["rows"]) for answer in answers} == {(200, 100)}
