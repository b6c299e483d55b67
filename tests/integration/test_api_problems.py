"""What is asked wrongly is told by a problem document, and nothing that is asked breaks the api."""

import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hdh.model import Place
from tests.common.api import CLIENT, Api
from tests.common.eventually import eventually
from tests.common.servers import Influxd
from tests.common.stores import points, put

TIME = 1_490_486_400_000


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """One house with ten readings."""
    folder = tmp_path_factory.mktemp("api")
    url = f"sqlite:///{folder}/store.db"
    readings: dict[int, float | str] = {TIME + n * 60_000: float(n) for n in range(10)}
    put(url, {"toe": points(Place("villa", "kitchen", "air-1"), "temperature", readings)})
    with Api(folder, url) as server:
        yield server


@pytest.mark.parametrize(
    ("asked", "status", "parameter", "remedy"),
    [
        ({"project": "teo"}, 404, "project", "Did you mean toe?"),
        ({"house": "vila"}, 404, "house", "Did you mean villa?"),
        ({"room": "x"}, 404, "room", "There is: kitchen."),
        ({"device": "air"}, 404, "device", "Did you mean air-1?"),
        ({"quantity": "tempC"}, 404, "quantity", "Did you mean temperature?"),
        ({"quantity": "temperature,humidity"}, 404, "quantity", "Repeat the parameter"),
        ({"hous": "villa"}, 422, "hous", "Did you mean house?"),
        ({"start": ["-1h", "-2h"]}, 422, "start", "Give it once."),
        ({"start": "2018"}, 422, "start", "ISO 8601"),
        ({"start": "2018-02-30"}, 422, "start", "ISO 8601"),
        ({"stop": "yesterday"}, 422, "stop", "ISO 8601"),
        ({"start": "2018-01-02", "stop": "2018-01-01"}, 422, "stop", "half-open"),
        ({"start": "-1h", "stop": "-1h"}, 422, "stop", "half-open"),
        ({"every": "7m"}, 422, "every", "6m and 10m"),
        ({"every": "soon"}, 422, "every", "10s, 5m"),
        ({"every": "1s", "start": "2000-01-01"}, 422, "every", "longer windows"),
        ({"aggregate": "mean"}, 422, "aggregate", "every=1h"),
        ({"aggregate": "average", "every": "1h"}, 422, "aggregate", "/docs"),
        ({"gap": "null"}, 422, "gap", "every=1h"),
        ({"tz": "Europe/Helsinky"}, 422, "tz", "Europe/Helsinki"),
        ({"time": "unix"}, 422, "time", "/docs"),
        ({"format": "xml"}, 422, "format", "arrow, csv, csv-fi, json"),
    ],
)
def test_each_mistake_is_named(api: Api, asked: dict[str, Any], status: int, parameter: str, remedy: str) -> None:
    """Parameter, value and remedy, as application/problem+json."""
    answer = api.get("readings", **asked)

    document = answer.json()
    assert (status, "application/problem+json") == (answer.status_code, answer.headers["content-type"])
    assert {"type", "title", "status", "detail", "parameter", "value", "remedy"} == set(document)
    assert (status, parameter) == (document["status"], document["parameter"])
    assert asked[parameter] == document["value"]
    assert remedy in document["remedy"]


def test_an_unknown_accept_header_is_told(api: Api) -> None:
    """406 with the formats that there are."""
    answer = CLIENT.get(f"{api.url}/v1/readings", headers={"Accept": "image/png"})

    assert answer.status_code == 406
    assert "text/csv (format=csv)" in answer.json()["remedy"]


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/v2/readings", 404), ("POST", "/v1/readings", 405), ("GET", "/v1", 404)]
)
def test_paths_and_methods_that_are_none_are_problems_too(api: Api, method: str, path: str, status: int) -> None:
    """Also what the framework answers by itself."""
    answer = CLIENT.request(method, f"{api.url}{path}")

    assert (status, "application/problem+json") == (answer.status_code, answer.headers["content-type"])
    assert status == answer.json()["status"]


HOSTILE = (
    "'; DROP TABLE reading; --",
    '" OR "1"="1',
    "/.*/",
    "%",
    "*",
    "villa'",
    "villa\n",
    "villa\0",
    "$project",
    "../../etc/passwd",
    "{{7*7}}",
    "\N{ZERO WIDTH SPACE}villa",
    "x" * 8000,
)
PARAMETERS = (
    "project",
    "house",
    "room",
    "device",
    "quantity",
    "start",
    "stop",
    "every",
    "aggregate",
    "tz",
    "gap",
    "time",
    "format",
)


@pytest.mark.parametrize("parameter", PARAMETERS)
def test_nothing_can_be_injected(api: Api, parameter: str) -> None:
    """Whatever is given is a name that does not exist or a value that is wrong, and the data stays."""
    answers = [api.get("readings", **{parameter: value}) for value in HOSTILE]

    expected = 404 if parameter in {"project", "house", "room", "device", "quantity"} else 422
    assert [expected] * len(HOSTILE) == [answer.status_code for answer in answers]
    assert api.get("series", project="toe").json()["series"][0]["count"] == 10


def test_a_store_that_is_not_there_yet_is_told(tmp_path: Path) -> None:
    """503 with Retry-After and without the store's address, which ready tells."""
    with Api(tmp_path, f"sqlite:///{tmp_path}/store.db") as api:
        answer = api.get("readings")
        ready = CLIENT.get(f"{api.url}/health/ready")

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert str(tmp_path) not in answer.text
    assert ready.status_code == 503
    assert "HDH_STORE_URL" in ready.json()["reasons"][0]


@pytest.mark.influxdb1
def test_a_store_that_goes_away_comes_back(tmp_path: Path) -> None:
    """Killed it is a 503; frozen it holds no other request up; started again it serves."""
    with Influxd(tmp_path / "influxd") as influxd:
        put(influxd.url, {"toe": points(Place("villa", "kitchen", "air-1"), "temperature", {TIME: 1.0})})
        with Api(tmp_path / "api", influxd.url) as api:
            assert api.get("latest").status_code == 200

            influxd.kill()
            away = api.get("readings")
            influxd.start()
            eventually(lambda: api.get("readings").status_code == 200)

    assert away.status_code == 503
    assert int(away.headers["retry-after"]) > 0


@pytest.mark.influxdb1
def test_a_store_that_hangs_does_not_block_the_api(tmp_path: Path) -> None:
    """While forty requests wait for it, liveness and the index answer."""
    with Influxd(tmp_path / "influxd") as influxd, Api(tmp_path / "api", influxd.url) as api:
        influxd.freeze()
        waiting = [open_request(api) for _ in range(45)]
        answers = [CLIENT.get(f"{api.url}{path}", timeout=5).status_code for path in ("/health/live", "/")]
        for request in waiting:
            request.close()
        influxd.thaw()

    assert answers == [200, 200]


def open_request(api: Api) -> Any:
    """A request whose answer nobody waits for."""
    import socket  # noqa: PLC0415

    connection = socket.create_connection(("127.0.0.1", api.port))
    connection.sendall(b"GET /v1/latest HTTP/1.1\r\nHost: api\r\n\r\n")
    return connection


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly(tmp_path: Path, sent: signal.Signals) -> None:
    """Exit code 0, and nothing on the way out that looks like an error."""
    api = Api(tmp_path, f"sqlite:///{tmp_path}/store.db")
    api.start()

    assert api.stop(sent) == 0
    assert "Traceback" not in api.log.read_text()


@pytest.mark.parametrize("missing", ["HDH_STORE_URL", "HDH_API_DATA_DIR"])
def test_a_missing_setting_is_one_sentence(tmp_path: Path, missing: str) -> None:
    """It names the variable; exit code 2."""
    api = Api(tmp_path, f"sqlite:///{tmp_path}/store.db")
    env = {name: value for name, value in (api.env or {}).items() if name != missing}

    done = subprocess.run(api.command, env=env, check=False, capture_output=True, text=True, timeout=60)

    assert done.returncode == 2
    assert done.stderr.startswith(f"{missing} is not set.")
    assert len(done.stderr.splitlines()) == 1
