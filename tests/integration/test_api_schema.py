"""The description is complete, and the api does what it says whatever is asked."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hdh.model import Place
from tests.common.api import CLIENT, Api
from tests.common.stores import points, put

TIME = 1_490_486_400_000
ENDLESS = ["live"]
NOUNS = [
    "projects",
    "houses",
    "rooms",
    "devices",
    "quantities",
    "series",
    "readings",
    "completeness",
    "latest",
    "rejected",
    "status",
]
_CONFIG = """
[checks.positive_data_acceptance]
# What is right by its type may still be no name that is known (404), no window or zone (422), and ingest or a store may
# be away (503).
expected-statuses = ["2xx", 304, 401, 404, 406, 422, 429, 503]
"""


def fill(url: str) -> None:
    """One project with numbers and text."""
    place = Place("villa", "kitchen", "air-1")
    readings: dict[int, float | str] = {TIME + n * 60_000: float(n) for n in range(10)}
    texts = points(place, "note_text", {TIME: "open"})
    put(url, {"toe": [*points(place, "temperature", readings), *texts]})


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """The real process."""
    folder: Path = tmp_path_factory.mktemp("api")
    url = f"sqlite:///{folder}/store.db"
    fill(url)
    with Api(folder, url, HDH_API_PUBLIC_RATE="1000000") as server:
        yield server


@pytest.mark.timeout(600)
def test_the_api_keeps_to_its_description(api: Api, tmp_path: Path) -> None:
    """Right and wrong requests, methods and keys, all checks: no 5xx, only documented statuses, types and shapes."""
    config = tmp_path / "schemathesis.toml"
    config.write_text(_CONFIG)
    command = [str(Path(sys.executable).with_name("st")), "--config-file", str(config), "--no-color"]
    run = ["run", f"{api.url}/openapi.json", "--checks", "all", "--phases", "examples,coverage,fuzzing"]
    bounds = ["--max-examples", "12", "--exclude-path", "/v1/live", "--generation-database", "none"]

    done = subprocess.run([*command, *run, *bounds], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout


def test_everything_is_described(api: Api) -> None:
    """Each path of version 1: a summary, examples in three languages, every parameter, every answer."""
    description = CLIENT.get(f"{api.url}/openapi.json").json()

    paths = {path: methods["get"] for path, methods in description["paths"].items() if path.startswith("/v1/")}
    assert {f"/v1/{noun}" for noun in NOUNS + ENDLESS} == set(paths)
    for path, operation in paths.items():
        samples = {sample["label"] for sample in operation["x-codeSamples"]}
        assert samples == {"curl", "Python", "R"}, path
        assert all(parameter.get("description") for parameter in operation.get("parameters", [])), path
        assert "```python" in operation["description"], path
        form = "text/event-stream" if path == "/v1/live" else "application/json"
        assert operation["responses"]["200"]["content"][form]["schema"], path
        assert {"401", "422", "500", "503"} <= set(operation["responses"]), path
        for status, response in operation["responses"].items():
            assert status in {"200", "304"} or list(response["content"]) == ["application/problem+json"], path


def test_the_docs_need_nobody_else(api: Api) -> None:
    """One page with every path and example, without a script or an address of another server."""
    page = CLIENT.get(f"{api.url}/docs")

    assert page.status_code == 200
    assert "/v1/readings" in page.text
    assert "<script" not in page.text
    assert "https://" not in page.text
