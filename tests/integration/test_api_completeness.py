"""Completeness through the real api, from both stores: expected and actual readings, and the longest gaps."""

from collections.abc import Iterator
from typing import Any

import pytest

from hdh.model import Place
from hdh.times import from_iso, now_ms
from tests.common.api import Api
from tests.common.servers import unique
from tests.common.stores import points, put

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
SPRING = from_iso("2026-03-28T00:00:00+02:00")
AUTUMN = from_iso("2026-10-24T00:00:00+03:00")
TEN = 10 * MINUTE

SITE = """
projects:
  - id: {project}
    timezone: Europe/Helsinki
    public: true
    houses:
      - {{id: aalto, pseudonym: birch, rooms: [{{id: kitchen}}, {{id: hall}}]}}
      - {{id: mokki, pseudonym: rowan, timezone: Europe/Berlin}}
    devices:
      - {{id: air-1, interval: 5m, intervals: {{co2: 20m}}, assignments: [{{house: aalto, room: kitchen}}]}}
      - id: moved
        assignments:
          - {{house: aalto, room: kitchen, until: 2026-03-29T12:00:00}}
          - {{house: aalto, room: hall, from: 2026-03-29T12:00:00}}
"""


def every_ten(start: int, stop: int) -> dict[int, float | str]:
    """A reading each ten minutes."""
    return dict.fromkeys(range(start, stop, TEN), 20.0)


@pytest.fixture(scope="module", params=["sqlite", pytest.param("influxdb1", marks=pytest.mark.influxdb1)])
def asked(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Ask for the completeness of one project, with a key that sees all of it."""
    folder = tmp_path_factory.mktemp("api")
    url = f"sqlite:///{folder}/store.db" if request.param == "sqlite" else request.getfixturevalue("influxd").url
    project, site = unique("complete"), folder / "site.yaml"
    site.write_text(SITE.format(project=project))
    kitchen, moved = Place("aalto", "kitchen", "air-1"), Place("aalto", "kitchen", "moved")
    spring = every_ten(SPRING, SPRING + 3 * DAY)
    holed = {t: v for t, v in spring.items() if not SPRING + 30 * HOUR < t < SPRING + 36 * HOUR}
    now = now_ms()
    put(
        url,
        {
            project: [
                *points(kitchen, "temperature", spring),
                *points(kitchen, "co2", holed),
                *points(kitchen, "note_text", dict.fromkeys(spring, "open")),
                *points(Place("aalto", "hall", "air-2"), "temperature", holed),
                *points(Place("aalto", "hall", "silent"), "humidity", every_ten(SPRING - 2 * DAY, SPRING - HOUR)),
                *points(Place("aalto", "hall", "door"), "contact", {SPRING + n**4 * 1000: 1.0 for n in range(12)}),
                *points(moved, "temperature", every_ten(SPRING, SPRING + 36 * HOUR - HOUR)),
                *points(Place("mokki", "sauna", "air-1"), "temperature", every_ten(AUTUMN, AUTUMN + 4 * DAY)),
                *points(Place("aalto", "attic", "new"), "power", every_ten(now - 3 * HOUR, now)),
            ]
        },
    )
    with Api(folder, url, HDH_SITE_FILE=str(site)) as api:
        key = api.key("all")

        def ask(*, public: bool = False, **parameters: Any) -> Any:
            answer = api.get("completeness", key=None if public else key, project=project, **parameters)
            assert answer.status_code == 200, answer.text
            assert answer.json()["complete"] is True
            return answer.json()

        ask.project = project  # type: ignore[attr-defined]
        ask.api = api  # type: ignore[attr-defined]
        yield ask


SPRING_DAYS = {"start": "2026-03-28", "stop": "2026-03-31"}


def test_the_day_of_23_hours_expects_23_hours_of_readings(asked: Any) -> None:
    """The whole answer for a configured interval: more may come than was expected."""
    answer = asked(device="air-1", quantity="temperature", house="aalto", **SPRING_DAYS, time="iso")

    assert answer["query"] == {
        "project": [asked.project],
        "house": ["aalto"],
        "room": [],
        "device": ["air-1"],
        "quantity": ["temperature"],
        "series": [],
        "start": "2026-03-28T00:00:00+02:00",
        "stop": "2026-03-31T00:00:00+03:00",
        "tz": None,
        "time": "iso",
        "zones": [
            {"zone": "Europe/Helsinki", "start": "2026-03-28T00:00:00+02:00", "stop": "2026-03-31T00:00:00+03:00"}
        ],
        "every": "1d",
        "interval_ms": None,
        "gaps": 10,
    }
    assert answer["series"] == [
        {
            "project": asked.project,
            "house": "aalto",
            "room": "kitchen",
            "device": "air-1",
            "quantity": "temperature",
            "interval_ms": 5 * MINUTE,
            "interval_source": "configured",
            "expected": 71 * 12,
            "actual": 71 * 6,
            "windows": {
                "time": ["2026-03-28T00:00:00+02:00", "2026-03-29T00:00:00+02:00", "2026-03-30T00:00:00+03:00"],
                "expected": [288, 276, 288],
                "actual": [144, 138, 144],
            },
            # Between any two readings one is missing: the first ten of them.
            "gaps": [
                {"start": start, "stop": stop, "missing": 1}
                for start, stop in (
                    (f"2026-03-28T0{n // 6}:{n % 6}0:00+02:00", f"2026-03-28T0{(n + 1) // 6}:{(n + 1) % 6}0:00+02:00")
                    for n in range(10)
                )
            ],
        }
    ]


def test_an_interval_is_learned_and_a_gap_is_found(asked: Any) -> None:
    """By the readings' own distance; the gap crosses into the afternoon of the short day."""
    (series,) = asked(device="air-2", **SPRING_DAYS)["series"]

    assert (series["interval_ms"], series["interval_source"]) == (TEN, "learned")
    assert series["windows"]["expected"] == [144, 138, 144]
    assert series["windows"]["actual"] == [144, 138 - 35, 144]
    assert series["gaps"] == [{"start": SPRING + 30 * HOUR, "stop": SPRING + 36 * HOUR, "missing": 35}]


def test_an_interval_may_be_asked_for(asked: Any) -> None:
    """It goes before what the site file says, and that of a quantity before that of its device."""
    co2 = {"device": "air-1", "house": "aalto", "quantity": "co2", **SPRING_DAYS}
    (configured,), (other,) = (asked(**co2, **more)["series"] for more in ({}, {"interval": "30m"}))

    assert [(s["interval_ms"], s["interval_source"], s["expected"]) for s in (configured, other)] == [
        (2 * TEN, "configured", 71 * 3),
        (3 * TEN, "asked", 71 * 2),
    ]


def test_a_silent_series_misses_everything(asked: Any) -> None:
    """Its interval is learned from the readings before the range."""
    (series,) = asked(device="silent", **SPRING_DAYS)["series"]

    assert (series["interval_ms"], series["interval_source"]) == (TEN, "learned")
    assert (series["expected"], series["actual"], series["windows"]["actual"]) == (71 * 6, 0, [0, 0, 0])
    assert series["gaps"] == [{"start": SPRING, "stop": SPRING + 71 * HOUR, "missing": 71 * 6}]


def test_what_reports_only_events_expects_nothing(asked: Any) -> None:
    """Null where no interval can be learned; what came is counted."""
    (series,) = asked(device="door", **SPRING_DAYS)["series"]

    assert [series[key] for key in ("interval_ms", "interval_source", "expected", "actual", "gaps")] == [
        None,
        None,
        None,
        12,
        [],
    ]
    assert series["windows"]["expected"] == [None] * 3


def test_nothing_is_expected_of_a_device_that_moved_away(asked: Any) -> None:
    """Until its assignment ends at noon; the hour before is a gap."""
    (series,) = asked(device="moved", room="kitchen", **SPRING_DAYS)["series"]

    assert series["windows"]["expected"] == [144, 66, 0]
    assert series["windows"]["actual"] == [144, 66, 0]
    assert series["gaps"] == []


def test_the_day_of_25_hours_and_the_first_reading(asked: Any) -> None:
    """In Berlin's time; before the first reading nothing is expected."""
    answer = asked(house="mokki", start="2026-10-22", stop="2026-10-27", quantity="temperature")

    (series,) = answer["series"]
    # The first reading came when the day began in Helsinki, an hour before it did in Berlin.
    assert series["windows"]["expected"] == [0, 6, 144, 150, 144]
    assert series["windows"]["actual"] == series["windows"]["expected"]
    assert series["gaps"] == []


def test_nothing_is_expected_after_now(asked: Any) -> None:
    """The current window counts until now, those after it nothing."""
    before = now_ms()
    answer = asked(device="new", start=str(before - 2 * HOUR), stop=str(before + DAY), every="1h")
    after = now_ms()

    (series,) = answer["series"]
    windows = series["windows"]
    assert -(-2 * HOUR // TEN) <= series["expected"] <= -(-(2 * HOUR + after - before) // TEN)
    assert sum(windows["expected"][-22:]) == 0
    assert sum(windows["expected"]) == series["expected"]
    assert series["actual"] in {11, 12}  # the newest came up to ten minutes before the api's now


def test_text_counts_too(asked: Any) -> None:
    """It comes as regularly as numbers do."""
    (series,) = asked(quantity="note_text", **SPRING_DAYS)["series"]

    assert (series["expected"], series["actual"]) == (71 * 12, 71 * 6)


def test_the_public_sees_pseudonyms(asked: Any) -> None:
    """All series, under their shown names, which are filters too."""
    full = asked(**SPRING_DAYS)["series"]
    public = asked(public=True, **SPRING_DAYS)["series"]

    assert len(full) == len(public) == 7
    assert {series["house"] for series in public} == {"birch"}
    assert asked(public=True, house="birch", **SPRING_DAYS)["series"] == public


def test_without_a_start_it_begins_with_the_first_reading(asked: Any) -> None:
    """Where there is nothing, the answer is empty."""
    answer = asked(device="silent", every="1mo")
    nothing = asked(quantity="co", every="1mo")

    assert answer["query"]["start"] == SPRING - 2 * DAY
    assert (nothing["series"], nothing["query"]["start"]) == ([], None)


@pytest.mark.parametrize(
    ("parameter", "value", "remedy"),
    [
        ("interval", "often", "30s, 5m"),
        ("interval", "0s", "30s, 5m"),
        ("every", "1s", "longer windows"),
        ("every", "7m", "6m and 10m"),
        ("gaps", "-1", "/docs"),
    ],
)
def test_errors_name_parameter_value_and_remedy(asked: Any, parameter: str, value: str, remedy: str) -> None:
    """As problem documents."""
    answer = asked.api.get("completeness", **{**SPRING_DAYS, parameter: value})

    problem = answer.json()
    assert (answer.status_code, problem["parameter"], problem["value"]) == (422, parameter, value)
    assert remedy in problem["remedy"]
