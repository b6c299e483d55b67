"""What is written for users runs: the page from question to DataFrame, and every path's examples."""

import contextlib
import io
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from itertools import pairwise
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest

from hdh.model import Place, Point
from tests.common.api import CLIENT, Api
from tests.common.eventually import eventually
from tests.common.ingest import Ingest
from tests.common.servers import Mosquitto
from tests.common.stores import points, put
from tests.integration.test_ingest_session import publish

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "services/api/docs/from-question-to-dataframe.md"
BASE = "http://127.0.0.1:8000"
JULY = 1_782_853_200_000  # 2026-07-01T00:00+03:00
STEP = 600_000
DAY = 144
SITE = """
projects:
  - {id: summer, timezone: Europe/Helsinki}
  - {id: toe, timezone: Europe/Helsinki}
  - {id: healthy-digital-house, timezone: Europe/Helsinki}
"""


def _july() -> Iterator[Point]:
    """Two bedrooms: one of 22 °C, one that is at 28 °C for a week from the 14th, 3 o'clock."""
    for house, device in (("birch", "air-1"), ("rowan", "air-2")):
        heat = range(13 * DAY + 18, 20 * DAY + 18) if house == "rowan" else range(0)
        readings: dict[int, float | str] = {JULY + n * STEP: 28.0 if n in heat else 22.0 for n in range(31 * DAY)}
        yield from points(Place(house, "bedroom", device), "temperature", readings)


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory, broker: Mosquitto) -> Iterator[Api]:
    """An api with an ingest, over a store that holds what page and examples name; without a key all is open."""
    folder = tmp_path_factory.mktemp("documented")
    site, store = folder / "site.yaml", f"sqlite:///{folder}/store.db"
    site.write_text(SITE)
    march: dict[int, float | str] = {1_772_400_000_000 + n * 3_600_000: 20 + n / 10 for n in range(48)}
    kitchen = Place("house-1", "kitchen", "thermometer-1")
    put(store, {"summer": _july(), "toe": points(kitchen, "temperature", march)})
    settings = {"HDH_SITE_FILE": str(site), "HDH_INGEST_TOPICS": "toe/documented/#"}
    with (
        Ingest(folder / "ingest", broker.url, store, **settings) as ingest,
        Api(folder / "api", store, HDH_INGEST_URLS=ingest.url, HDH_SITE_FILE=str(site)) as server,
    ):
        yield server


def _blocks() -> list[tuple[str, str]]:
    return re.findall(r"^```(\w+)\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


@pytest.mark.mosquitto
def test_the_page_runs(api: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Block by block in one go, and each prints what stands below it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HDH_API_URL", api.url)
    monkeypatch.delenv("HDH_API_KEY", raising=False)
    names: dict[str, Any] = {}
    compared = 0
    for (language, source), (following, expected) in pairwise([*_blocks(), ("", "")]):
        if language != "python":
            continue
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(source, str(PAGE), "exec"), names)
        if following == "text":
            assert printed.getvalue() == expected
            compared += 1
    assert compared == 6


def _samples(api: Api, label: str) -> dict[str, str]:
    """The examples of each path, for the address and the key of this api."""
    paths = CLIENT.get(f"{api.url}/openapi.json").json()["paths"]
    return {
        path: sample["source"].replace(BASE, api.url)
        for path, methods in paths.items()
        if path.startswith("/v1/")
        for sample in methods["get"]["x-codeSamples"]
        if sample["label"] == label
    }


@pytest.mark.mosquitto
def test_the_curl_examples_run(api: Api) -> None:
    """Each in a shell, as it stands; what is endless is ended once something came."""
    env = {**os.environ, "HDH_API_KEY": api.key("curl")}
    for path, source in _samples(api, "curl").items():
        endless = path == "/v1/live"
        command = source.replace("curl", f"curl --silent --show-error --fail --max-time {10 if endless else 60}", 1)
        done = subprocess.run(["sh", "-c", command], env=env, capture_output=True, check=False)
        assert done.returncode == (28 if endless else 0), (path, done.stderr)
        assert (b"event: heartbeat" if endless else b"") in done.stdout, path
        assert done.stdout, path


@pytest.mark.mosquitto
def test_the_python_examples_run(api: Api, broker: Mosquitto, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each leaves an answer that holds something; the endless one prints what is published meanwhile."""
    key = api.key("python")
    monkeypatch.setenv("HDH_API_KEY", key)
    monkeypatch.setattr(httpx, "get", partial(httpx.get, timeout=60))
    samples = _samples(api, "Python")
    live = samples.pop("/v1/live")
    for path, source in samples.items():
        names: dict[str, Any] = {}
        exec(compile(source, path, "exec"), names)
        assert len(names["readings" if path == "/v1/readings" else "answer"]) > 0, path
    with subprocess.Popen([sys.executable, "-uc", live], stdout=subprocess.PIPE, text=True) as process:
        try:
            printed: list[str] = []
            assert process.stdout is not None
            thread = Thread(target=lambda lines: printed.append(next(lines, "ended")), args=(process.stdout,))
            thread.start()

            def published() -> list[str]:
                publish(broker, ("toe/documented/kitchen/air-1/temperature", "21.5"))
                return printed

            assert eventually(published, seconds=120, every=0.5)[0].endswith(" kitchen 21.5 Cel\n")
        finally:
            process.kill()
            thread.join()


@pytest.mark.mosquitto
def test_the_r_examples_have_the_form_of_r(api: Api) -> None:
    """R is not everywhere: brackets are closed in order, quotes too, and no line ends in the middle of nothing."""
    pairs = {")": "(", "]": "[", "}": "{"}
    for path, source in _samples(api, "R").items():
        opened: list[str] = []
        for mark in re.sub(r'"[^"\n]*"', '""', source):
            if mark in pairs.values():
                opened.append(mark)
            elif mark in pairs:
                assert opened.pop() == pairs[mark], path
        assert opened == [], path
        assert source.count('"') % 2 == 0, path
        assert source.startswith("library(httr2)\n"), path
        assert not source.rstrip().endswith(("|>", "<-", ",")), path
        assert api.url in source, path


def test_the_page_names_no_shell_command_that_is_none() -> None:
    """Its shell blocks can be taken apart as a shell does."""
    for language, source in _blocks():
        if language == "sh":
            assert all(shlex.split(line)[0] in {"python3", "pip", "export"} for line in source.splitlines() if line)
