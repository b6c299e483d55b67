"""Every path of the description, also those that are added later: hostile values reach no store, nobody sees too much.

What is asked is taken from the description: a path that the tests cannot ask fails them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle, islice
from typing import Any

import pytest

from hdh.model import ALL_TIME, Place
from hdh.store import open_reader
from hdh.store.interface import Selection
from tests.common.api import CLIENT, Api
from tests.common.eventually import eventually
from tests.common.servers import free_port, unique
from tests.common.stores import points, put

TIME = 1_490_486_400_000
HOSTILE = (
    "' OR '1'='1",
    "'; DROP TABLE reading; --",
    "') UNION SELECT name, secret FROM project; --",
    '"; DROP DATABASE "{other}"; --',
    '" OR "house" =~ /.*/ --',
    "/.*/",
    ".*",
    "=~ /.*/",
    "{other}",
    "{other}/autogen",
    "$p0",
    "\\",
    "\\'",
    "%27%3B--",
    "*",
    "a\nb\r\nX-Injected: yes",
    "../../../etc/passwd",
    "{{7*7}}",
    "0x7fffffffffffffff",
    "9" * 400,
)
EACH = 7
NAMES = ("project", "house", "room", "device", "quantity", "series")
SITE = """
projects:
  - id: {open}
    timezone: Europe/Helsinki
    public: true
    houses:
      - {{id: villa-aalto, name: Aaltonen, pseudonym: house-7, rooms: [{{id: kitchen, name: Aaltonen's kitchen}}]}}
    devices:
      - {{id: villa-aalto-air, name: Air of Aaltonen, assignments: [{{house: villa-aalto, room: kitchen}}]}}
  - {{id: {closed}, timezone: Europe/Helsinki}}
  - {{id: {other}, timezone: Europe/Helsinki}}
"""
REAL = ("aalto", "mokki-9")
CANARY = "canary"


@dataclass(frozen=True)
class World:
    """An api over a public and two closed projects, and keys to the closed ones."""

    api: Api
    open: str
    closed: str
    other: str
    keys: dict[str, str]

    def contents(self) -> dict[str, Any]:
        """All that the store holds of the three projects."""
        reader = open_reader(self.api.env["HDH_STORE_URL"])  # type: ignore[index]
        try:
            return {
                project: [
                    (chunk.series, chunk.time.tolist(), chunk.value.tolist())
                    for chunk in reader.read(Selection(project), ALL_TIME)
                ]
                for project in (self.open, self.closed, self.other)
            }
        finally:
            reader.close()

    def operations(self) -> dict[str, list[str]]:
        """The paths that can be asked, each with its parameters, as described."""
        found = {}
        for path, methods in CLIENT.get(f"{self.api.url}/openapi.json").json()["paths"].items():
            assert list(methods) == ["get"], f"{path}: say here how to ask it"
            parameters = methods["get"].get("parameters", [])
            needed = [each["name"] for each in parameters if each.get("required") or each["in"] == "path"]
            assert not needed, f"{path} needs {needed}: say here which values it gets"
            found[path] = [each["name"] for each in parameters if each["in"] == "query"]
        return found

    def ask(self, path: str, key: str | None, **parameters: str) -> tuple[int, str]:
        """Status and text; of an answer without end its first piece. Headers are part of the text."""
        headers = {"Authorization": f"Bearer {self.keys[key]}"} if key else {}
        with CLIENT.stream("GET", f"{self.api.url}{path}", params=parameters, headers=headers) as answer:
            is_endless = answer.headers.get("content-type", "").startswith("text/event-stream")
            body = next(answer.iter_bytes()) if is_endless else answer.read()
            assert "x-injected" not in answer.headers
            return answer.status_code, f"{dict(answer.headers)}{body.decode(errors='replace')}"


@pytest.fixture(scope="module", params=["sqlite", pytest.param("influxdb1", marks=pytest.mark.influxdb1)])
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Names and values of the closed projects are canaries; those of the public one hold the house's real name."""
    folder = tmp_path_factory.mktemp("api")
    url = f"sqlite:///{folder}/store.db" if request.param == "sqlite" else request.getfixturevalue("influxd").url
    projects = {name: unique(name) for name in ("open", "closed", "other")}
    numbers: dict[int, float | str] = {TIME + n * 60_000: float(n) for n in range(10)}
    aalto, mokki = Place("villa-aalto", "kitchen", "villa-aalto-air"), Place("mokki-9", "sauna", "stove.mokki-9")
    put(
        url,
        {
            projects["open"]: [
                *points(aalto, "temperature", numbers),
                *points(aalto, "note_text", {TIME: "Aaltonen was at VILLA-AALTO"}),
                *points(mokki, "mokki-9_load", numbers),
            ],
            **{
                projects[name]: [
                    *points(Place(f"{CANARY}-{name}", f"{CANARY}-{name}", f"{CANARY}-{name}"), "co2", numbers),
                    *points(Place(f"{CANARY}-{name}", "hall", "a1"), f"{CANARY}_text", {TIME: f"{CANARY}-{name}"}),
                ]
                for name in ("closed", "other")
            },
        },
    )
    site = folder / "site.yaml"
    site.write_text(SITE.format(**projects))
    with Api(folder, url, HDH_SITE_FILE=str(site), HDH_INGEST_URLS=f"http://127.0.0.1:{free_port()}") as api:
        yield World(api, **projects, keys={name: api.key(name, projects[name]) for name in ("closed", "other")})


def test_hostile_values_reach_no_store(world: World) -> None:
    """In every parameter of every path: an error or a plain answer, nothing of others in it, the data as it was."""
    before = world.contents()
    odd: list[tuple[str, str, str, int]] = []
    texts = cycle(HOSTILE)
    asked = [(path, parameter) for path, parameters in world.operations().items() for parameter in parameters]
    for path, parameter in asked:
        # Each parameter meets some of them, and each of them many parameters.
        for text in islice(texts, EACH):
            value = text.replace("{other}", world.other)
            status, body = world.ask(path, "closed", **{parameter: value})
            expected = {404, 422} if parameter in NAMES else {200, 404, 406, 422}
            # Its own words come back in `value`.
            if status not in expected or f"{CANARY}-other" in body.replace(value, ""):
                odd.append((path, parameter, value, status))

    assert len(asked) * EACH > 10 * len(HOSTILE)
    assert odd == []
    assert world.contents() == before


def test_hostile_names_select_nothing_but_themselves(world: World) -> None:
    """Devices that are called so are found by their name, alone."""
    project = unique("odd")
    readings: dict[int, float | str] = {TIME: 1.0}
    names = [text for text in HOSTILE if len(text) < 100]
    devices = [point for name in names for point in points(Place("villa", "hall", name), "co2", readings)]
    put(world.api.env["HDH_STORE_URL"], {project: devices})  # type: ignore[index]
    key = world.api.key("everything")
    # A project that was just made is known a second later at the latest.
    eventually(lambda: world.api.get("readings", key=key, project=project).is_success)

    answers = {name: world.api.get("readings", key=key, project=project, device=name).json() for name in names}
    found = {name: [series["device"] for series in answer["series"]] for name, answer in answers.items()}

    assert found == {name: [name] for name in names}


def _questions(world: World, parameters: list[str]) -> Iterator[dict[str, str]]:
    """Ways to ask a path that takes these parameters."""
    yield {}
    if "project" in parameters:
        yield from ({"project": project} for project in (world.open, world.closed, world.other))
    if "house" in parameters:
        yield from ({"house": house} for house in (f"{CANARY}-closed", f"{CANARY}-other", "villa-aalto"))
    if "aggregate" in parameters:
        yield {"project": world.open, "every": "1h", "aggregate": "last"}
        yield {"project": world.open, "unit": "Cel"}
        yield {"project": world.open, "points": "5"}
    if "format" in parameters:
        yield from ({"format": form} for form in ("csv", "csv-fi", "ndjson", "parquet", "arrow"))


@pytest.mark.parametrize("key", [None, "closed", "other"])
def test_nobody_sees_what_is_not_theirs(world: World, key: str | None) -> None:
    """By every path, without and with each project and house named: no other project, no real name for the public."""
    hidden = [f"{CANARY}-{name}" for name in ("closed", "other") if name != key] + list(REAL)
    # Of what is not there for the one who asks nothing is said but the asked words.
    unknown = [getattr(world, name) for name in ("closed", "other") if name != key]
    leaks: list[tuple[str, dict[str, str], str]] = []
    for path, parameters in world.operations().items():
        for question in _questions(world, parameters):
            status, body = world.ask(path, key, **question)
            assert status in {200, 401, 404, 422}, (path, question, body)
            for value in question.values():
                body = body.replace(value, "")
            leaks += [(path, question, name) for name in [*hidden, *unknown] if name in body.lower()]

    assert leaks == []
