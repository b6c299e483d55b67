"""Who sees what through the real api: the public under pseudonyms, keys within their scope, nobody beyond it."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from hdh.model import Place
from tests.common.api import Api
from tests.common.eventually import eventually
from tests.common.servers import free_port
from tests.common.stores import points, put

REAL = ("villa-aalto", "aaltonen", "mokki-9", "salainen")
TIME = 1_490_486_400_000

SITE = """
projects:
  - id: open
    title: Houses of Aaltonen and others
    timezone: Europe/Helsinki
    public: true
    houses:
      - id: villa-aalto
        name: Aaltonen
        pseudonym: house-7
        rooms: [{id: kitchen, name: Aaltonen's kitchen}]
      - {id: salainen, name: Salainen, pseudonym: house-2}
    devices:
      - id: villa-aalto-air
        name: Air of Aaltonen
        house: villa-aalto
        assignments: [{house: villa-aalto, room: kitchen, from: 2017-01-01}]
  - {id: closed, timezone: Europe/Helsinki}
  - {id: other, timezone: Europe/Helsinki}
"""


@dataclass(frozen=True)
class World:
    """An api with a public project and two closed ones, and the keys to them."""

    api: Api
    closed: str
    everything: str


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Houses whose names stand in devices, rooms, quantities and texts too."""
    folder = tmp_path_factory.mktemp("api")
    (folder / "site.yaml").write_text(SITE)
    url = f"sqlite:///{folder}/store.db"
    aalto = Place("villa-aalto", "kitchen", "villa-aalto-air")
    mokki = Place("mokki-9", "MOKKI-9 sauna", "stove.mokki-9")
    numbers: dict[int, float | str] = {TIME + n * 60_000: float(n) for n in range(10)}
    put(
        url,
        {
            "open": [
                *points(aalto, "temperature", numbers),
                *points(aalto, "note_text", {TIME: "Aaltonen was here, at VILLA-AALTO"}),
                *points(mokki, "temperature", numbers),
                *points(mokki, "mokki-9_load", numbers),
                *points(Place("salainen", "hall", "a1"), "co2", numbers),
            ],
            "closed": points(Place("house-x", "hall", "a1"), "co2", numbers),
            "other": points(Place("house-y", "hall", "a1"), "co2", numbers),
        },
    )
    with Api(folder, url, HDH_SITE_FILE=str(folder / "site.yaml")) as api:
        yield World(api, api.key("closed-only", "closed"), api.key("everything"))


DISCOVERY = (
    "projects",
    "houses",
    "rooms",
    "devices",
    "quantities",
    "series",
    "latest",
    "readings",
    "completeness",
    "status",
)


def walk(value: Any) -> Iterator[str]:
    """All texts of a document, names of members too."""
    match value:
        case dict():
            for key, member in value.items():
                yield key
                yield from walk(member)
        case list():
            for member in value:
                yield from walk(member)
        case str():
            yield value


def names(answer: httpx.Response, kind: str, field: str) -> list[str]:
    """One field of a discovery's entries."""
    assert answer.status_code == 200, answer.text
    return [entry[field] for entry in answer.json()[kind]]


def test_no_real_name_leaves_for_the_public(world: World) -> None:
    """Every path in every form: no house's id or name, in any case."""
    found = [world.api.get(path) for path in DISCOVERY]
    found += [world.api.get(path, project="open", time="iso") for path in ("devices", "series", "latest", "readings")]
    found += [world.api.get("readings", format="csv"), world.api.get("readings", every="1d", aggregate="last")]
    found += [world.api.get("readings", quantity="note_text", every="1h", aggregate="first")]
    found += [httpx.get(f"{world.api.url}{path}") for path in ("/", "/metrics", "/openapi.json", "/health/ready")]

    assert [200] * len(found) == [answer.status_code for answer in found]
    leaked = [(answer.url.path, name) for answer in found for name in REAL if name in answer.text.lower()]
    assert leaked == []


def test_the_public_sees_all_readings_under_pseudonyms(world: World) -> None:
    """Nothing is missing: as many series and readings as with a key."""
    public = world.api.get("series", project="open").json()["series"]
    full = world.api.get("series", project="open", key=world.everything).json()["series"]

    assert sorted(s["count"] for s in full) == sorted(s["count"] for s in public)
    lines = [
        len(world.api.get("readings", project="open", format="csv", key=k).text.splitlines())
        for k in (None, world.everything)
    ]
    assert lines[0] == lines[1]


def test_order_does_not_tell_the_real_names(world: World) -> None:
    """Houses come by their shown names, in discovery and in readings."""
    houses = names(world.api.get("houses", project="open"), "houses", "id")
    read = [s["house"] for s in world.api.get("readings", project="open").json()["series"]]

    assert sorted(houses) == houses
    assert sorted(read) == read
    assert "house-7" in houses


def test_pseudonyms_are_filters_for_the_public(world: World) -> None:
    """What discovery shows can be asked for, in each parameter."""
    for shown in world.api.get("series", project="open").json()["series"]:
        place = {key: shown[key] for key in ("project", "house", "room", "device", "quantity")}

        whole = "/".join(place.values())
        (found,) = world.api.get("readings", **place, series=whole).json()["series"]
        (again,) = world.api.get("series", series=whole).json()["series"]
        (latest,) = world.api.get("latest", **place).json()["latest"]

        assert [place] * 3 == [{key: answer[key] for key in place} for answer in (found, again, latest)]
        assert shown["count"] == len(found["time"])


@pytest.mark.parametrize("path", ["houses", "rooms", "devices", "series", "latest", "readings"])
@pytest.mark.parametrize("real", ["villa-aalto", "mokki-9", "salainen", "Aaltonen"])
def test_real_names_are_unknown_to_the_public(world: World, path: str, real: str) -> None:
    """The same answer as for a name that never was, and suggestions of shown names only."""
    asked, invented = world.api.get(path, house=real), world.api.get(path, house="zzzz")

    documents = [answer.json() for answer in (asked, invented)]
    values = [document.pop("value") for document in documents]
    remedies = " ".join(str(document.pop("remedy")).lower() for document in documents)
    assert ([real, "zzzz"], 404) == (values, asked.status_code)
    assert documents[0] == documents[1]
    assert not any(name in remedies for name in REAL)


def test_a_real_device_or_room_is_unknown_too(world: World) -> None:
    """Where it holds the house's name."""
    found = [
        world.api.get("readings", device="villa-aalto-air").status_code,
        world.api.get("readings", room="MOKKI-9 sauna").status_code,
        world.api.get("readings", quantity="mokki-9_load").status_code,
    ]

    assert found == [404] * 3


def test_a_key_shows_real_names(world: World) -> None:
    """With the project in its scope: names, and the pseudonyms that the public sees."""
    houses = world.api.get("houses", project="open", key=world.everything).json()["houses"]
    public = names(world.api.get("houses", project="open"), "houses", "id")

    assert [house["id"] for house in houses] == ["mokki-9", "salainen", "villa-aalto"]
    assert public == sorted(house["pseudonym"] for house in houses)


def test_a_key_for_another_project_sees_the_public_one_as_the_public_does(world: World) -> None:
    """Its own in full, this one under pseudonyms."""
    projects = world.api.get("projects", key=world.closed).json()["projects"]

    assert [(p["id"], p["pseudonymous"]) for p in projects] == [("closed", False), ("open", True)]
    assert "house-x" in names(world.api.get("houses", key=world.closed), "houses", "id")
    assert not any(name in world.api.get("readings", key=world.closed).text.lower() for name in REAL)


@pytest.mark.parametrize(
    "path", ["houses", "rooms", "devices", "quantities", "series", "latest", "readings", "rejected"]
)
def test_a_hidden_project_is_no_project(world: World, path: str) -> None:
    """Neither the answer nor its suggestion differs from that for a name that never was."""
    hidden, invented = (world.api.get(path, project=name, key=world.closed) for name in ("other", "ohter"))

    documents = [answer.json() for answer in (hidden, invented)]
    for document in documents:
        document.pop("value")
    assert hidden.status_code == 404
    assert documents[0] == documents[1]
    assert dict(hidden.headers).keys() == dict(invented.headers).keys()


def test_nothing_of_another_project_is_in_any_answer(world: World) -> None:
    """A key's answers without a project hold its projects alone."""
    for path in DISCOVERY:
        text = " ".join(walk(world.api.get(path, key=world.closed).json()))
        assert "house-y" not in text
    series = world.api.get("series", key=world.closed).json()["series"]
    assert {"closed", "open"} == {s["project"] for s in series}


@pytest.mark.parametrize("path", DISCOVERY)
def test_a_wrong_key_is_refused_everywhere(world: World, path: str) -> None:
    """Also where no key is needed."""
    answer = world.api.get(path, key="hdh_wrong")

    assert (
        answer.status_code,
        answer.headers["www-authenticate"],
        answer.headers["content-type"],
    ) == (401, "Bearer", "application/problem+json")


def test_rejected_messages_need_a_key(world: World) -> None:
    """The public's answer is 401 with the remedy."""
    answer = world.api.get("rejected")

    assert answer.status_code == 401
    assert "api key add" in answer.json()["remedy"]


def test_keys_come_and_go_while_the_api_runs(world: World) -> None:
    """A new key works at once, a revoked one no longer; neither needs a restart."""
    key = world.api.key("guest", "other")
    before = world.api.get("houses", project="other", key=key).status_code
    api = str(Path(sys.executable).with_name("api"))

    subprocess.run([api, "key", "revoke", "guest"], env=world.api.env, check=True, capture_output=True)

    assert [before, world.api.get("houses", project="other", key=key).status_code] == [200, 401]
    listed = subprocess.run([api, "key", "list"], env=world.api.env, check=True, capture_output=True, text=True).stdout
    assert "guest" in listed
    assert key not in listed


def test_a_key_for_no_listed_project_is_refused(world: World) -> None:
    """A typing error would be a key that opens nothing."""
    api = str(Path(sys.executable).with_name("api"))

    done = subprocess.run(
        [api, "key", "add", "typo", "--project", "clsed"],
        env=world.api.env,
        check=False,
        capture_output=True,
        text=True,
    )

    assert (done.returncode, done.stdout) == (2, "")
    assert "Did you mean closed?" in done.stderr


def test_the_api_refuses_to_serve_everyone_everything(tmp_path: Path) -> None:
    """Without key and public project it does not bind more than loopback, and says so in one sentence."""
    api = Api(tmp_path, f"sqlite:///{tmp_path}/store.db", HDH_API_LISTEN=f"0.0.0.0:{free_port()}")

    done = subprocess.run(api.command, env=api.env, check=False, capture_output=True, text=True, timeout=60)

    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert done.stderr.startswith("HDH_API_LISTEN=0.0.0.0:")


def test_a_taken_address_is_told(world: World, tmp_path: Path) -> None:
    """The error names its variable."""
    api = Api(tmp_path, f"sqlite:///{tmp_path}/store.db", HDH_API_LISTEN=f"127.0.0.1:{world.api.port}")

    done = subprocess.run(api.command, env=api.env, check=False, capture_output=True, text=True, timeout=60)

    assert done.returncode == 2
    assert "HDH_API_LISTEN" in done.stderr


def test_alone_on_loopback_everything_is_open_until_the_first_key(tmp_path: Path) -> None:
    """No key and no public project: the one user of this machine sees all; the first key ends that."""
    url = f"sqlite:///{tmp_path}/store.db"
    put(url, {"toe": points(Place("villa-aalto", "hall", "a1"), "co2", {TIME: 400.0})})
    with Api(tmp_path / "api", url) as api:
        before = names(api.get("houses"), "houses", "id")
        api.key("anna")

        assert (before, names(api.get("projects"), "projects", "id")) == (["villa-aalto"], [])
        assert api.get("houses", project="toe").status_code == 404


def test_a_changed_site_file_counts(tmp_path: Path) -> None:
    """A project that becomes public is seen without a restart; a bad file leaves the old one, and ready tells."""
    site = tmp_path / "site.yaml"
    text = "projects: [{id: toe, timezone: Europe/Helsinki, public: %s}]\n"
    site.write_text(text % "false")
    url = f"sqlite:///{tmp_path}/store.db"
    put(url, {"toe": points(Place("villa-aalto", "hall", "a1"), "co2", {TIME: 400.0})})
    with Api(tmp_path / "api", url, HDH_SITE_FILE=str(site)) as api:
        api.key("anna")
        assert names(api.get("projects"), "projects", "id") == []

        site.write_text(text % "true ")
        eventually(lambda: names(api.get("projects"), "projects", "id") == ["toe"])
        site.write_text("projects: 7")
        ready = eventually(lambda: is_unready(api))

        assert names(api.get("projects"), "projects", "id") == ["toe"]
        assert "site.yaml" in json.dumps(ready)


def is_unready(api: Api) -> Any:
    """Why the api is not ready, once it is not."""
    answer = httpx.get(f"{api.url}/health/ready")
    return answer.json() if answer.status_code == 503 else None
