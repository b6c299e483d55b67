"""Readings and discovery through the real api, from both stores."""

from collections.abc import Iterator
from typing import Any

import pytest

from hdh.times import from_iso, iso
from tests.common.api import Api
from tests.common.eventually import eventually
from tests.common.servers import unique
from tests.common.stores import points, put
from tests.common.world import (
    ENERGY,
    HALL,
    HOUR,
    KITCHEN,
    KITCHEN_ZONE,
    MODES,
    SAUNA,
    SITE,
    START,
    TEMPERATURES,
    World,
)


@pytest.fixture(scope="module", params=["sqlite", pytest.param("influxdb1", marks=pytest.mark.influxdb1)])
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The same data in each store."""
    folder = tmp_path_factory.mktemp("api")
    is_sqlite = request.param == "sqlite"
    url = f"sqlite:///{folder}/store.db" if is_sqlite else request.getfixturevalue("influxd").url
    full, empty = unique("full"), unique("empty")
    site = folder / "site.yaml"
    site.write_text(SITE.format(full=full, empty=empty))
    put(
        url,
        {
            full: [
                *points(KITCHEN, "temperature", TEMPERATURES),
                *points(KITCHEN, "heating_mode_text", MODES),
                *points(HALL, "energy_total", ENERGY),
                *points(SAUNA, "temperature", {START + 12 * HOUR: 80.0, START + 25 * HOUR: 90.0}),
                *points(SAUNA, "stove_level", {START: 3.0}),
            ]
        },
    )
    with Api(folder, url, HDH_SITE_FILE=str(site), HDH_API_JSON_READINGS="100000") as api:
        yield World(api, full, empty)


def test_raw_readings_come_back_as_they_were(world: World) -> None:
    """The whole answer: resolved query, series by series, `complete` last."""
    stop = START + 71 * HOUR
    answer = world.readings(start=str(START), stop=str(stop), house="aalto", time="ms")

    query = {
        "project": [world.full],
        "house": ["aalto"],
        "room": [],
        "device": [],
        "quantity": [],
        "series": [],
        "start": START,
        "stop": stop,
        "every": None,
        "aggregate": None,
        "gap": None,
        "gap_limit": None,
        "closed": None,
        "label": None,
        "unit": None,
        "points": None,
        "tz": None,
        "time": "ms",
        "zones": [{"zone": "Europe/Berlin", "start": START, "stop": stop}],
    }
    expected = {
        "query": query,
        "series": [
            world.series(HALL, "energy_total", "kW.h", ENERGY),
            world.series(KITCHEN, "heating_mode_text", None, MODES),
            world.series(KITCHEN, "temperature", "Cel", TEMPERATURES),
        ],
        "rows": len(ENERGY) + len(MODES) + len(TEMPERATURES),
        "complete": True,
    }
    assert expected == answer
    assert list(expected) == list(answer)


def test_csv_holds_the_same(world: World) -> None:
    """Tidy, times with the house's offset."""
    rows = world.table(room="kitchen")

    expected = [
        {
            "time": iso(time, KITCHEN_ZONE),
            "project": world.full,
            "house": "aalto",
            "room": "kitchen",
            "device": "air-1",
            "quantity": quantity,
            "value": str(value),
            "unit": unit,
        }
        for quantity, unit, readings in (("heating_mode_text", "", MODES), ("temperature", "Cel", TEMPERATURES))
        for time, value in readings.items()
    ]
    assert expected == [{**row, "value": same_number(row["value"])} for row in rows]


def same_number(text: str) -> str:
    """A number as Python spells it."""
    try:
        return str(float(text))
    except ValueError:
        return text


def test_parameters_may_be_repeated(world: World) -> None:
    """Alternatives within a parameter, all of different parameters."""
    answer = world.readings(house=["aalto", "mokki"], quantity=["temperature", "energy_total"], device="air-1")

    found = [(series["house"], series["quantity"]) for series in answer["series"]]
    assert found == [("aalto", "temperature"), ("mokki", "temperature")]


def test_any_mix_of_series(world: World) -> None:
    """Series that no alternatives of names select alone; other names narrow them; discovery takes them too."""
    mix = [
        f"{world.full}/mokki/sauna/air-1/temperature",
        f"{world.full}/aalto/kitchen/air-1/heating_mode_text",
        f"{world.full}/aalto/hall/meter-1.total/energy_total",
    ]

    answer = world.readings(series=mix, start=str(START), stop=str(START + 71 * HOUR))
    narrowed = world.readings(series=mix, house="aalto", every="1d", aggregate="count")
    listed = [world.api.get(path, series=mix).json()[path] for path in ("series", "latest")]
    complete = world.api.get("completeness", series=mix, start=str(START), stop=str(START + HOUR)).json()

    assert answer["query"]["series"] == sorted(mix)
    assert [(s["house"], s["quantity"]) for s in narrowed["series"]] == [
        ("aalto", "energy_total"),
        ("aalto", "heating_mode_text"),
    ]
    wanted = [("aalto", "energy_total"), ("aalto", "heating_mode_text"), ("mokki", "temperature")]
    for found in (answer["series"], *listed):
        assert [(s["house"], s["quantity"]) for s in found] == wanted
    assert [s["quantity"] for s in complete["series"]] == ["energy_total", "heating_mode_text"]


@pytest.mark.parametrize(
    ("series", "status", "remedy"),
    [
        ("{full}/aalto/kitchen/air-2/temperature", 404, "Did you mean {full}/aalto/kitchen/air-1/temperature"),
        ("nobody/aalto/kitchen/air-1/temperature", 404, "Did you mean {full}/aalto/kitchen/air-1/temperature"),
        ("nobody/aalto/kitchen/air-1/co2", 404, "/v1/series"),
        ("aalto/kitchen/air-1/temperature", 422, "project/house/room/device/quantity"),
    ],
)
def test_a_series_that_is_not_there(world: World, series: str, status: int, remedy: str) -> None:
    """With the nearest, or how to write one."""
    asked = series.format(full=world.full)

    answer = world.api.get("readings", series=[f"{world.full}/aalto/kitchen/air-1/temperature", asked])

    problem = answer.json()
    assert (answer.status_code, problem["parameter"], problem["value"]) == (status, "series", asked)
    assert remedy.format(full=world.full) in problem["remedy"]


def test_ranges_are_half_open(world: World) -> None:
    """The start is in, the stop is not."""
    answer = world.readings(quantity="temperature", house="aalto", start=str(START), stop=str(START + 2 * HOUR))

    assert answer["series"][0]["time"] == [START, START + HOUR]


def test_days_are_the_houses_own(world: World) -> None:
    """Berlin's day of 23 hours and Helsinki's, each by its own clock, also where the range is given without offset."""
    answer = world.readings(
        quantity="temperature", start="2017-03-26", stop="2017-03-27", every="1d", aggregate="count", time="iso"
    )

    expected = [("aalto", ["2017-03-26T00:00:00+01:00"], [23.0]), ("mokki", ["2017-03-26T00:00:00+02:00"], [1.0])]
    assert expected == [(s["house"], s["time"], s["value"]) for s in answer["series"]]
    zones = [
        {"zone": "Europe/Berlin", "start": "2017-03-26T00:00:00+01:00", "stop": "2017-03-27T00:00:00+02:00"},
        {"zone": "Europe/Helsinki", "start": "2017-03-26T00:00:00+02:00", "stop": "2017-03-27T00:00:00+03:00"},
    ]
    assert zones == answer["query"]["zones"]


def test_one_zone_may_be_asked_for(world: World) -> None:
    """Then all houses have the same days."""
    answer = world.readings(quantity="temperature", start="2017-03-26", stop="2017-03-27", every="1d", tz="UTC")

    expected = [[from_iso("2017-03-26T00:00:00Z")]] * 2
    assert expected == [series["time"] for series in answer["series"]]
    assert tuple(answer["query"][key] for key in ("tz", "aggregate", "gap")) == ("UTC", "mean", "null")


@pytest.mark.parametrize(
    ("gap", "expected"),
    [
        ("null", [1, 1, 1, None, None, 1]),
        ("skip", [1, 1, 1, 1]),
        ("previous", [1, 1, 1, 1, 1, 1]),
        ("linear", [1, 1, 1, 1, 1, 1]),
    ],
)
def test_gaps_are_what_was_asked_for(world: World, gap: str, expected: list[float | None]) -> None:
    """Null in JSON, nothing between the commas in CSV."""
    asked: dict[str, Any] = {
        "quantity": "energy_total",
        "start": str(START),
        "stop": str(START + 6 * HOUR),
        "every": "1h",
        "aggregate": "count",
        "gap": gap,
    }

    (series,) = world.readings(**asked)["series"]
    rows = world.table(**asked)

    assert expected == series["value"]
    assert expected == [float(row["value"]) if row["value"] else None for row in rows]


@pytest.mark.parametrize(
    ("aggregate", "unit", "value"),
    [("delta", "kW.h", 5.0), ("rate", "kW.h/s", 5.0 / 18_000), ("count", "1", 4.0), ("max", "kW.h", 12.5)],
)
def test_aggregates_have_their_unit(world: World, aggregate: str, unit: str, value: float) -> None:
    """A counter's reset counts from zero; a rate is per second; a count has no unit."""
    (series,) = world.readings(
        quantity="energy_total", start="2017-03-25", stop="2017-03-26", every="1d", aggregate=aggregate
    )["series"]

    assert (unit, [pytest.approx(value)]) == (series["unit"], series["value"])


def test_text_knows_its_own_aggregates(world: World) -> None:
    """The last text of a day; a mean is an error that says so."""
    day: dict[str, Any] = {"quantity": "heating_mode_text", "start": "2017-03-25", "stop": "2017-03-26"}

    (series,) = world.readings(**day, every="1d", aggregate="first")["series"]
    refused = world.api.get("readings", project=world.full, **day, every="1d").json()

    assert series["value"] == ["auto"]
    assert (refused["parameter"], refused["value"]) == ("aggregate", "mean")
    unfilled = world.api.get("readings", project=world.full, **day, every="1h", aggregate="last", gap="linear").json()
    assert (unfilled["parameter"], unfilled["value"]) == ("gap", "linear")


@pytest.mark.parametrize(
    "selection",
    [{"house": "empty"}, {"house": "empty", "start": "-7d"}, {"quantity": "co2"}, {"start": "-1h"}],
)
def test_nothing_there_is_an_empty_answer(world: World, selection: dict[str, Any]) -> None:
    """A known house, quantity or range without readings is no error."""
    answer = world.readings(**selection)

    assert (answer["series"], answer["complete"]) == ([], True)
    assert world.table(**selection) == []


def test_a_project_that_the_store_has_not_is_empty(world: World) -> None:
    """It is listed; its first reading will come. Discovery says that the store does not have it."""
    answer = world.readings(project=world.empty, every="1d")

    assert (answer["series"], answer["query"]["start"]) == ([], None)
    projects = {project["id"]: project for project in world.api.get("projects").json()["projects"]}
    assert [projects[name]["stored"] for name in (world.full, world.empty)] == [True, False]


def test_too_much_for_json_names_csv(world: World) -> None:
    """Nothing is cut: an error says how to go on, and CSV has no limit."""
    asked: dict[str, Any] = {
        "quantity": "temperature",
        "house": "aalto",
        "start": "2017-03-25",
        "stop": "2017-03-27",
        "every": "1s",
    }

    refused = world.api.get("readings", project=world.full, **asked)

    assert (
        refused.status_code,
        refused.json()["parameter"],
        refused.json()["value"],
    ) == (422, "format", "json")
    assert "format=csv" in refused.json()["remedy"]
    assert len(world.table(**asked)) == 47 * 3600


def test_series_tell_what_there_is(world: World) -> None:
    """Unit, kind, extent and whether the site file lists the device, also of a component."""
    found = world.api.get("series", project=world.full, time="iso").json()["series"]

    rows = [
        (s["house"], s["device"], s["quantity"], s["unit"], s["symbol"], s["kind"], s["count"], s["listed"])
        for s in found
    ]
    expected = [
        ("aalto", "meter-1.total", "energy_total", "kW.h", "kWh", "counter", 4, True),
        ("aalto", "air-1", "heating_mode_text", None, None, None, 3, True),
        ("aalto", "air-1", "temperature", "Cel", "°C", "gauge", 71, True),
        ("mokki", "air-1", "stove_level", None, None, None, 1, False),
        ("mokki", "air-1", "temperature", "Cel", "°C", "gauge", 2, False),
    ]
    assert expected == rows
    extents = [(s["first"], s["last"], s["interval"]) for s in found[2:4]]
    assert extents == [
        ("2017-03-25T00:00:00+01:00", "2017-03-27T23:00:00+02:00", 3600.0),
        ("2017-03-25T01:00:00+02:00", "2017-03-25T01:00:00+02:00", None),
    ]


def test_houses_rooms_and_devices_are_listed_and_seen(world: World) -> None:
    """What the site file lists, and what the store holds beside it, which is told."""
    houses = world.api.get("houses", project=world.full).json()["houses"]
    rooms = world.api.get("rooms", project=world.full).json()["rooms"]
    devices = world.api.get("devices", project=world.full, time="iso").json()["devices"]

    assert [(h["id"], h["name"], h["zone"], h["listed"]) for h in houses] == [
        ("aalto", "Villa Aalto", "Europe/Berlin", True),
        ("empty", "Nobody's", "Europe/Helsinki", True),
        ("mokki", "mokki", "Europe/Helsinki", False),
    ]
    assert houses[0]["pseudonym"] == "house-7"
    assert [(r["house"], r["id"], r["name"], r["floor"], r["listed"]) for r in rooms] == [
        ("aalto", "hall", "hall", 0, True),
        ("aalto", "kitchen", "Kitchen", 1, True),
        ("mokki", "sauna", "sauna", None, False),
    ]
    assert rooms[1]["polygon"] == [[0.0, 0.0], [4.0, 0.0], [4.0, 3.0]]
    assert {
        "project": world.full,
        "house": "aalto",
        "device": "air-1",
        "name": "Kitchen's air",
        "rooms": ["kitchen"],
        "quantities": ["heating_mode_text", "temperature"],
        "time_source": "gateway",
        "assignments": [{"house": "aalto", "room": "kitchen", "start": "2017-01-01T00:00:00+01:00", "stop": None}],
        "listed": True,
    } == devices[0]
    assert [(d["device"], d["listed"]) for d in devices] == [
        ("air-1", True),
        ("meter-1", True),
        ("meter-1.total", True),
        ("air-1", False),
    ]


def test_quantities_are_known_and_unknown(world: World) -> None:
    """The whole catalogue, and what the store holds beside it."""
    found = {q["quantity"]: q for q in world.api.get("quantities", project=world.full).json()["quantities"]}

    assert (True, "Cel", [world.full]) == tuple(found["temperature"][key] for key in ("listed", "unit", "projects"))
    assert tuple(found["stove_level"][key] for key in ("listed", "measurement", "unit")) == (False, "other", None)
    assert (found["co2"]["listed"], found["co2"]["projects"]) == (True, [])


def test_latest_is_the_newest_by_its_own_time(world: World) -> None:
    """With its unit and its age."""
    (found,) = world.api.get("latest", project=world.full, house="mokki", quantity="temperature").json()["latest"]

    age = found.pop("age")
    expected = {
        **world.series(SAUNA, "temperature", "Cel", {}),
        "time": START + 25 * HOUR,
        "value": 90.0,
    }
    assert expected == found
    assert age > 9 * 365 * 86_400


def test_new_data_is_found(world: World) -> None:
    """A device that was unknown a moment ago is found as soon as the store has it."""
    project = unique("other")
    put(world.api.env["HDH_STORE_URL"], {project: points(KITCHEN, "co2", {START: 400.0})})  # type: ignore[index]

    found = eventually(lambda: world.api.get("latest", project=project).json().get("latest"))

    assert [latest["value"] for latest in found] == [400.0]
    assert not next(p for p in world.api.get("projects").json()["projects"] if p["id"] == project)["listed"]
