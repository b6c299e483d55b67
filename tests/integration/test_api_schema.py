"""The description is complete, and the api does what it says whatever is asked."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.app import create_app
from api.serving import open_services
from api.settings import ApiSettings
from hdh.model import Place
from tests.common.api import CLIENT, Api
from tests.common.servers import free_port
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
_CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
)


def fill(url: str) -> None:
    """One project with numbers and text."""
    place = Place("villa", "kitchen", "air-1")
    readings: dict[int, float | str] = {TIME + n * 60_000: float(n) for n in range(10)}
    texts = points(place, "note_text", {TIME: "open"})
    put(url, {"toe": [*points(place, "temperature", readings), *texts]})


@pytest.fixture(scope="module")
def app_schema(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The application in this process, by its own description."""
    folder = tmp_path_factory.mktemp("api")
    url = f"sqlite:///{folder}/store.db"
    fill(url)
    asked = ApiSettings(store_url=url, api_data_dir=folder, ingest_urls=f"http://127.0.0.1:{free_port()}")
    services = open_services(asked)
    yield schemathesis.openapi.from_asgi("/openapi.json", create_app(services))
    services.close()


@pytest.mark.parametrize("path", ["/", *(f"/v1/{noun}" for noun in NOUNS)])
@pytest.mark.parametrize("mode", list(GenerationMode))
def test_the_api_keeps_to_its_description(app_schema: Any, path: str, mode: GenerationMode) -> None:
    """Generated requests, right and wrong ones: no 5xx, only documented statuses, types and shapes."""

    @given(case=app_schema[path]["GET"].as_strategy(generation_mode=mode))
    @settings(max_examples=25, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    def ask(case: Any) -> None:
        case.call_and_validate(checks=_CHECKS)

    try:
        ask()
    except Unsatisfiable:
        assert mode is GenerationMode.NEGATIVE, "only what takes no parameters cannot be asked wrongly"


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """The real process."""
    folder: Path = tmp_path_factory.mktemp("api")
    url = f"sqlite:///{folder}/store.db"
    fill(url)
    with Api(folder, url) as server:
        yield server


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
