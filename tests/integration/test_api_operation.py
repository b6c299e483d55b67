"""Status and rejected messages, asked from ingest over HTTP, slot by slot."""

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.common.api import CLIENT, Api
from tests.common.servers import Influxd, free_port
from tests.common.stores import put

SITE = "projects: [{id: toe, timezone: Europe/Helsinki}, {id: other, timezone: Europe/Helsinki}]\n"


def status(received: int, **projects: tuple[int, int, int]) -> dict[str, Any]:
    """A slot's answer: one pending message, the others by project."""
    written, rejected, ignored = (sum(counts[i] for counts in projects.values()) for i in range(3))
    return {
        "received": received,
        "written": written,
        "rejected": rejected,
        "ignored": ignored,
        "pending": 1,
        "points_written": written * 2,
        "journal_bytes": 1000,
        "oldest_pending_seconds": float(received),
        "rejected_reasons": {"payload": rejected},
        "ignored_reasons": {"retained": ignored},
        "projects": {
            name.replace("unlisted", ""): dict(zip(("written", "rejected", "ignored"), counts, strict=True))
            for name, counts in projects.items()
        },
        "store": "ok",
        "broker": "connected",
    }


def message(number: int, time: int, project: str) -> dict[str, Any]:
    """A rejected message."""
    return {
        "id": number,
        "time": time,
        "project": project,
        "topic": f"{project}/villa/kitchen/air-1",
        "payload": "{",
        "encoding": "utf-8",
        "payload_bytes": 1,
        "reason": "payload",
        "detail": "is no JSON",
    }


@contextmanager
def slot(counters: dict[str, Any], messages: list[dict[str, Any]]) -> Iterator[str]:
    """An HTTP server that answers as ingest does; its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            url = urlsplit(self.path)
            asked = {name: values[0] for name, values in parse_qs(url.query).items()}
            body = json.dumps(counters if url.path == "/status" else page(messages, asked)).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def page(messages: list[dict[str, Any]], asked: dict[str, str]) -> dict[str, Any]:
    """What `/rejected` answers."""
    found = [
        m
        for m in sorted(messages, key=lambda m: -m["id"])
        if asked.get("project") in {None, m["project"]}
        and asked.get("reason") in {None, m["reason"]}
        and m["id"] < int(asked.get("before", 1 << 60))
    ]
    limit = int(asked["limit"])
    return {"rejected": found[:limit], "next": found[limit - 1]["id"] if len(found) > limit else None}


ONE = [message(1, 10, "toe"), message(2, 20, ""), message(3, 30, "toe"), message(4, 40, "other")]
TWO = [message(1, 15, "toe"), message(2, 35, "toe")]


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """An api with two slots of ingest that answer."""
    folder = tmp_path_factory.mktemp("api")
    (folder / "site.yaml").write_text(SITE)
    url = f"sqlite:///{folder}/store.db"
    put(url, {"toe": []})
    first = slot(status(21, toe=(10, 2, 3), other=(2, 1, 0), unlisted=(0, 1, 1)), ONE)
    second = slot(status(6, toe=(3, 2, 0)), TWO)
    with (
        first as one,
        second as two,
        Api(folder, url, HDH_SITE_FILE=str(folder / "site.yaml"), HDH_INGEST_URLS=f"{one}, {two}/") as server,
    ):
        yield server


@pytest.fixture(scope="module")
def toe(api: Api) -> str:
    """A key for one project."""
    return api.key("toe-only", "toe")


@pytest.fixture(scope="module")
def everything(api: Api) -> str:
    """A key for every project."""
    return api.key("everything")


def test_counters_are_summed_and_reconcile(api: Api, everything: str) -> None:
    """In total and slot by slot, with reasons and projects."""
    found = api.get("status", key=everything).json()

    total = {
        "received": 27,
        "written": 15,
        "rejected": 6,
        "ignored": 4,
        "pending": 2,
        "points_written": 30,
        "journal_bytes": 2000,
        "oldest_pending_seconds": 21.0,
        "reconciles": True,
    }
    assert (total, True) == (found["counters"], found["complete"])
    assert [(s["counters"]["received"], s["counters"]["reconciles"]) for s in found["ingests"]] == [
        (21, True),
        (6, True),
    ]
    assert found["projects"] == {
        "": {"written": 0, "rejected": 1, "ignored": 1},
        "other": {"written": 2, "rejected": 1, "ignored": 0},
        "toe": {"written": 13, "rejected": 4, "ignored": 3},
    }
    assert (found["rejected_reasons"], found["ignored_reasons"]) == ({"payload": 6}, {"retained": 4})


def test_a_key_sees_its_projects_counters(api: Api, toe: str) -> None:
    """Totals, and its own project alone."""
    found = api.get("status", key=toe).json()

    assert (found["counters"]["received"], list(found["projects"])) == (27, ["toe"])


def test_the_public_sees_totals_only(api: Api, toe: str) -> None:
    """No projects, no addresses."""
    del toe  # a key must be there, else everything is open
    found = api.get("status").json()

    assert (
        found["counters"]["received"],
        found["projects"],
        found["rejected_reasons"],
        found["site"],
    ) == (27, None, None, None)
    nothing = {"url": None, "error": None, "counters": None, "store": None, "broker": None}
    assert [{"slot": number, **nothing} for number in (0, 1)] == found["ingests"]


def test_rejected_messages_are_merged_newest_first(api: Api, everything: str) -> None:
    """Of every slot and every project, with what ingest tells."""
    found = api.get("rejected", key=everything).json()

    expected = [(0, 4), (1, 2), (0, 3), (0, 2), (1, 1), (0, 1)]
    assert expected == [(m["slot"], m["id"]) for m in found["rejected"]]
    assert {"slot": 0, **message(4, 40, "other")} == found["rejected"][0]
    assert (found["next"], found["complete"]) == (None, True)


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 6])
def test_rejected_messages_are_paged(api: Api, everything: str, toe: str, limit: int) -> None:
    """Page by page comes each message once, in order."""
    for key, expected in (
        (everything, [(0, 4), (1, 2), (0, 3), (0, 2), (1, 1), (0, 1)]),
        (toe, [(1, 2), (0, 3), (1, 1), (0, 1)]),
    ):
        found: list[tuple[int, int]] = []
        more: dict[str, str] = {}
        while True:
            answer = api.get("rejected", key=key, limit=limit, **more).json()
            found += [(m["slot"], m["id"]) for m in answer["rejected"]]
            if answer["next"] is None:
                break
            more = {"cursor": answer["next"]}
        assert expected == found


def test_a_key_sees_its_projects_rejected_messages_alone(api: Api, toe: str) -> None:
    """Those of no listed project are for keys of every project."""
    found = api.get("rejected", key=toe).json()["rejected"]

    assert {"toe"} == {m["project"] for m in found}
    assert api.get("rejected", key=toe, project="other").status_code == 404


def test_rejected_messages_can_be_chosen(api: Api, everything: str) -> None:
    """By project and reason."""
    found = api.get("rejected", key=everything, project="other", reason="payload").json()["rejected"]

    assert [(m["slot"], m["id"]) for m in found] == [(0, 4)]
    assert api.get("rejected", key=everything, reason="clock").json()["rejected"] == []


@pytest.mark.parametrize(
    "cursor", ["", "x", "eyI5IjogMX0=", "W10=", "eyIwIjogIngifQ==", "eyIwIjogMTAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwfQ=="]
)
def test_a_strange_cursor_is_told(api: Api, everything: str, cursor: str) -> None:
    """It is no cursor, never an error of ours."""
    answer = api.get("rejected", key=everything, cursor=cursor)

    assert (answer.status_code, answer.json()["parameter"]) == (422, "cursor")


def test_an_ingest_that_is_away_is_named(tmp_path: Path) -> None:
    """Never a silent zero: what answers is summed, and the answer says that it is not the whole."""
    url = f"sqlite:///{tmp_path}/store.db"
    put(url, {})
    away = f"http://127.0.0.1:{free_port()}"
    with (
        slot(status(6, toe=(3, 2, 0)), TWO) as one,
        slot({"received": "many"}, []) as strange,
        Api(tmp_path / "api", url, HDH_INGEST_URLS=f"{one},{away},{strange}") as api,
    ):
        found = api.get("status").json()
        rejected = api.get("rejected").json()

    assert (found["counters"]["received"], found["complete"]) == (6, False)
    errors = [[slot["error"] for slot in answer["ingests"]] for answer in (found, rejected)]
    assert [error[0] for error in errors] == [None, None]
    assert "does not answer (ConnectError" in errors[0][1]
    assert "does not answer (ConnectError" in errors[1][1]
    assert "does not answer as ingest does" in errors[0][2]
    assert (len(rejected["rejected"]), rejected["complete"]) == (2, False)


def test_without_any_ingest_there_are_no_counters(tmp_path: Path) -> None:
    """null, not zero; also while the store is away."""
    away = f"http://127.0.0.1:{free_port()}"
    with Api(tmp_path, f"sqlite:///{tmp_path}/store.db", HDH_INGEST_URLS=away) as api:
        found = api.get("status").json()

    assert (found["counters"], found["complete"]) == (None, False)


@pytest.mark.influxdb1
def test_a_store_that_hangs_is_told_soon(tmp_path: Path) -> None:
    """Also while more requests wait for it than the server has threads: ready names the reason within seconds."""
    with Influxd(tmp_path / "influxd") as influxd, Api(tmp_path / "api", influxd.url) as api:
        assert CLIENT.get(f"{api.url}/health/ready").status_code == 200
        influxd.freeze()
        try:
            with ThreadPoolExecutor(50) as threads:
                start = time.monotonic()
                waiting = [threads.submit(api.get, "latest") for _ in range(50)]
                ready = CLIENT.get(f"{api.url}/health/ready")
                ready_seconds = time.monotonic() - start
                statuses = {answer.result().status_code for answer in waiting}
                all_seconds = time.monotonic() - start
        finally:
            influxd.thaw()

    assert ready.status_code == 503
    assert "does not answer" in ready.json()["reasons"][0]
    assert statuses == {503}
    # A probe ends after five seconds, of the 50 requests after another five for those that waited for a thread.
    assert ready_seconds < 9
    assert all_seconds < 30
