"""The site file: what it comes to, and every way in which it can be wrong."""

import contextlib
import json
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hdh.errors import Misconfigured
from hdh.site import Assignment, Device, House, Project, Room, Route, Site, json_schema, load_site, parse_site

HELSINKI = ZoneInfo("Europe/Helsinki")
BERLIN = ZoneInfo("Europe/Berlin")
WHOLE = """\
projects:
  - id: toe
    title: Towards occupants' energy
    timezone: Europe/Helsinki
    public: true
    retention: 10y
    clock_earliest: 2020-01-01
    clock_ahead: 2h
    houses:
      - id: house-1
        name: The first house
        pseudonym: birch
        rooms:
          - id: kitchen
            name: Kitchen
            floor: 1
            polygon: [[0, 0], [4.5, 0], [4.5, 3], [0, 3]]
          - id: hall
      - {id: house-2, pseudonym: rowan, timezone: Europe/Berlin}
    devices:
      - id: sensor-1
        name: Sensor at the window
        time_source: gateway
        assignments:
          - {house: house-2, from: 2026-07-01T12:00:00+00:00}
          - {house: house-1, room: hall, until: 2026-03-01}
          - {house: house-1, room: kitchen, from: 2026-03-01, until: 2026-07-01T12:00:00Z}
      - {id: sensor-1, house: house-2}
      - {id: kitchen/plug}
  - {id: other, timezone: Europe/Berlin}
routes:
  - {topic: "z/{house}/{device...}", decoder: zigbee2mqtt, project: toe}
"""


def ms(*parts: int, zone: ZoneInfo = HELSINKI) -> int:
    """Epoch milliseconds of a local time."""
    return int(datetime(*parts, tzinfo=zone).timestamp() * 1000)  # type: ignore[misc,arg-type]


def problems(text: str) -> list[str]:
    """What is said about a wrong file, line by line."""
    with pytest.raises(Misconfigured) as caught:
        parse_site(text, "s.yaml")
    return str(caught.value).splitlines()


def project(more: str) -> str:
    """A file with one project and more lines in it."""
    return "projects:\n  - id: toe\n    timezone: Europe/Helsinki\n" + "".join(f"    {x}\n" for x in more.splitlines())


def test_a_whole_file_is_read_whole() -> None:
    """Every key arrives; local times follow the house's zone; assignments stand in the order of time."""
    site = parse_site(WHOLE, "s.yaml")
    corners = ((0.0, 0.0), (4.5, 0.0), (4.5, 3.0), (0.0, 3.0))
    rooms = (Room("kitchen", "Kitchen", 1, corners), Room("hall", "hall"))
    noon = ms(2026, 7, 1, 12, zone=ZoneInfo("UTC"))
    march = ms(2026, 3, 1)
    moves = (
        Assignment("house-1", "hall", None, march),
        Assignment("house-1", "kitchen", march, noon),
        Assignment("house-2", "unassigned", noon, None),
    )
    toe = Project(
        id="toe",
        title="Towards occupants' energy",
        zone=HELSINKI,
        public=True,
        retention=10 * 366 * 86_400_000,
        clock_earliest=ms(2020, 1, 1),
        clock_ahead=7_200_000,
        houses=(
            House("house-1", "The first house", "birch", HELSINKI, rooms),
            House("house-2", "house-2", "rowan", BERLIN),
        ),
        devices=(
            Device("sensor-1", "Sensor at the window", None, "gateway", moves),
            Device("sensor-1", "sensor-1", "house-2"),
            Device("kitchen/plug", "kitchen/plug"),
        ),
    )
    routes = (Route("z/{house}/{device...}", "zigbee2mqtt", project="toe"),)
    assert site == Site(WHOLE, site.version, (toe, Project("other", "other", BERLIN)), routes)
    assert site.routes[0].line == 32
    assert site.project("toe") is site.projects[0]
    assert site.project("nobody") is None
    assert site.projects[0].house("house-1") is site.projects[0].houses[0]
    assert site.projects[0].houses[0].room("attic") is None


def test_an_assignment_holds_half_open() -> None:
    """At the moment of a move the device is in the new place only."""
    first, second = Assignment("a", "b", None, 1000), Assignment("a", "c", 1000, None)
    assert [first.holds(999), first.holds(1000), second.holds(999), second.holds(1000)] == [True, False, False, True]


def test_the_default_lists_the_two_projects() -> None:
    """Without a site file both projects are there and nothing else."""
    site = load_site(None)
    assert [p.id for p in site.projects] == ["healthy-digital-house", "toe"]
    assert [(p.houses, p.devices, p.public, p.retention) for p in site.projects] == [((), (), False, None)] * 2
    assert site.projects[0].clock_earliest == ms(2000, 1, 1, zone=ZoneInfo("UTC"))


def test_the_version_follows_the_text() -> None:
    """The version is the start of the text's SHA-256: it changes with every character."""
    assert parse_site(WHOLE, "a").version == parse_site(WHOLE, "b").version
    assert parse_site(WHOLE, "a").version != parse_site(WHOLE + "#\n", "a").version
    assert len(parse_site(WHOLE, "a").version) == 12


def test_a_file_is_loaded_from_disk(tmp_path: Path) -> None:
    """The path leads to the same as its text."""
    path = tmp_path / "site.yaml"
    path.write_text(WHOLE, encoding="utf-8")
    assert load_site(path) == parse_site(WHOLE, "x")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """The error names the path, the reason and the variable."""
    with pytest.raises(Misconfigured, match=r"none\.yaml: No such file or directory\. Let HDH_SITE_FILE"):
        load_site(tmp_path / "none.yaml")


def test_a_file_that_is_not_utf8_is_named_with_its_line(tmp_path: Path) -> None:
    """Latin-1 from an old editor is recognised."""
    path = tmp_path / "site.yaml"
    path.write_bytes("projects:\n  - title: Lämpö\n".encode("latin-1"))
    with pytest.raises(Misconfigured, match=r"site\.yaml:2: file: it is not UTF-8"):
        load_site(path)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("retention: 90", "s.yaml:4: projects[0].retention: 90 stands here, but text is expected. Put it in quotes."),
        ("retention: 9q", "'9q' is no retention. Give one as in 90d or 10y, or forever."),
        ("retention: 5m", "'5m' is too short a retention."),
        ("retention: 999999999y", "is no retention"),
        ("public: maybe", "projects[0].public: 'maybe' stands here, but true or false is expected."),
        ("pubilc: true", "s.yaml:4: projects[0].pubilc: there is no such key. Did you mean public?"),
        ("xyz: true", "projects[0].xyz: there is no such key. Known are: clock_ahead, clock_earliest, devices,"),
        ("clock_ahead: soon", "'soon' is no length of time. Give one as in 30m"),
        ("clock_earliest: then", "'then' is no time. Give one as in 2026-01-31"),
        ("houses: {id: a}", "projects[0].houses: {'id': 'a'} stands here, but a list is expected"),
        ("houses: [a]", "s.yaml:4: projects[0].houses[0]: 'a' stands here, but keys with values are expected"),
        ("houses:\n  - name: a", "s.yaml:5: projects[0].houses[0].id: it is missing. Add `id: …`."),
        ("houses:\n  - {id: a}\n  - {id: a}", "s.yaml:6: projects[0].houses[1].id: there is a house 'a' already"),
        ("houses: [{id: no}]", "projects[0].houses[0].id: False stands here, but text is expected. Put it in quotes."),
        ("houses: [{id: a, timezone: helsinki}]", "'helsinki' is no time zone."),
        ("houses: [{id: a, timezone: /etc/passwd}]", "'/etc/passwd' is no time zone."),
        ("houses: [{id: a, timezone: Europe}]", "'Europe' is no time zone."),
        ("houses: [{id: a, timezone: europe/helsinki}]", "Did you mean Europe/Helsinki?"),
        ("houses: [{id: a, pseudonym: x}, {id: b, pseudonym: x}]", "there is a pseudonym 'x' already"),
        ("houses: [{id: a, pseudonym: b}, {id: b}]", "'b' is the id of another house."),
        ("public: true\nhouses: [{id: a}]", "houses[0].pseudonym: a house of a public project needs one."),
        ("houses: [{id: a, rooms: [{id: k}, {id: k}]}]", "rooms[1].id: there is a room 'k' already"),
        ("houses: [{id: a, rooms: [{id: k, floor: 1.5}]}]", "floor: 1.5 stands here, but a whole number is expected."),
        ("houses: [{id: a, rooms: [{id: k, polygon: [[0, 0], [1, 1]]}]}]", "at least 3 entries are expected."),
        ("houses: [{id: a, rooms: [{id: k, polygon: [[0, 0], [1], [2, 2]]}]}]", "polygon[1]: at least 2 entries"),
        ("houses: [{id: a, rooms: [{id: k, polygon: [[0, .nan], [1, 1], [2, 2]]}]}]", "a finite number is expected."),
        ("devices: [{id: d}, {id: d}]", "there is a device 'd' already, projects[0].devices[0]. Rename or remove one."),
        ("devices: [{id: d, time_source: clock}]", "time_source: 'clock': input should be 'device', 'gateway'"),
        ("devices: [{id: d, assignments: [{house: h}]}]", "'h' is no listed house. Listed are: none."),
        ("houses: [{id: abc}]\ndevices: [{id: d, assignments: [{house: abd}]}]", "Did you mean abc?"),
        ("houses: [{id: a}]\ndevices: [{id: d, assignments: [{house: a, room: k}]}]", "'k' is no listed room of a."),
        (
            "houses: [{id: a}]\ndevices: [{id: d, assignments: [{house: a, from: 2026-02-01, until: 2026-01-01}]}]",
            "assignments[0].until: it ends before it starts.",
        ),
        (
            "houses: [{id: a}]\ndevices:\n- id: d\n  assignments:\n  - {house: a}\n  - {house: a, from: 2026-02-01}",
            "s.yaml:9: projects[0].devices[0].assignments[1]: it overlaps with projects[0].devices[0].assignments[0]",
        ),
        ("houses: [{id: a, id: b}]", "s.yaml:4: projects[0].houses[0].id: the key stands twice; first in line 4."),
        ("houses: [{id: !!binary aGk=}]", "cannot be read. Put the text in quotes."),
        ("houses: &all [{id: a, rooms: *all}]", "an alias (*) stands within what it repeats."),
        ("<<: {public: true}", "merging with << is not supported here."),
        ("[a]: 1", "a key must be a word."),
    ],
)
def test_a_wrong_entry_is_named(more: str, said: str) -> None:
    """File, line, path, what is wrong and what to do stand in one line."""
    assert said in "\n".join(problems(project(more)))


@pytest.mark.parametrize(
    "wrong", ["a/b", "a+", "#", "'a\\0b'", "''", "' a'", "$SYS", "error", "unassigned", "_x", "x" * 129]
)
def test_an_id_that_cannot_be_a_topic_level_is_refused(wrong: str) -> None:
    """Whatever the broker, the error topics or the store cannot bear is no id."""
    quoted = '"a\\0b"' if "\\0" in wrong else wrong if wrong.startswith("'") else f"'{wrong}'"
    (line,) = problems(f"projects:\n  - timezone: UTC\n    id: {quoted}\n")
    assert line.startswith("s.yaml:3: projects[0].id: ")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", "s.yaml:1: file: the file is empty. List at least one project under `projects:`."),
        ("# nothing\n", "s.yaml:1: file: the file is empty. List at least one project under `projects:`."),
        ("a: 1\n", "s.yaml:1: projects: it is missing. Add `projects: …`."),
        ("projects: []\n", "s.yaml:1: projects: at least 1 entries are expected. Add the others."),
        ("- a\n", "s.yaml:1: file: ['a'] stands here, but keys with values are expected, `key: value`."),
        ("just text", "s.yaml:1: file: 'just text' stands here, but keys with values are expected, `key: value`."),
    ],
)
def test_a_file_without_projects_is_refused(text: str, line: str) -> None:
    """An empty file, an empty list and something else altogether each get their sentence."""
    assert line in problems(text)


@pytest.mark.parametrize(
    "text", ["projects: [", "projects:\n\t- id: a\n", "a: b: c", "a: 'x\n", "--- 1\n--- 2\n", "\x01", "*x"]
)
def test_what_is_no_yaml_is_refused_with_its_line(text: str) -> None:
    """The parser's words come with file and line."""
    (line,) = problems(text)
    assert line.startswith(("s.yaml:1: file: this is no YAML:", "s.yaml:2: file: this is no YAML:"))


@pytest.mark.parametrize(
    ("route", "said"),
    [
        ("topic: 'a/{device...}/b', project: toe", "{device...} must be the last level"),
        ("topic: 'a/{node}', project: toe", "{node} is no placeholder; there are project, house, room, device,"),
        ("topic: 'a/x-{device}', project: toe", "a placeholder is a whole level"),
        ("topic: 'a/{house...}', project: toe", "a house is one level; only device, quantity and kind may take"),
        ("topic: 'a/#', project: toe", "# is not known here"),
        ("topic: 'a/b+', project: toe", "+ is a whole level"),
        ("topic: '{device}/{device}', project: toe", "{device} stands in it twice"),
        (
            "topic: 'a/{device}'",
            "its project is unknown: it does not start with a listed one. Add `project: …`, or {project} to",
        ),
        ("topic: '{project}/{device}', project: toe", "routes[0].project: the topic holds {project} already."),
        ("topic: 'a/{device}', project: tow", "routes[0].project: 'tow' is no listed project. Did you mean toe?"),
    ],
)
def test_a_wrong_route_is_named(route: str, said: str) -> None:
    """A template that could never work is refused before a message meets it."""
    assert said in "\n".join(problems(project("") + f"routes:\n  - {{{route}, decoder: native}}\n"))


def test_a_route_may_name_its_project_by_its_first_level() -> None:
    """`toe/…` needs no `project: toe`."""
    text = project("") + "routes: [{topic: 'toe/{house}/z/{device...}', decoder: zigbee2mqtt}]\n"
    assert parse_site(text, "x").routes == (Route("toe/{house}/z/{device...}", "zigbee2mqtt", project="toe"),)


def test_all_problems_are_told_at_once_in_the_order_of_lines() -> None:
    """Nobody mends a file one error at a time."""
    text = project("pubilc: true\nhouses:\n  - {id: a}\n  - {id: a, timezone: Nowhere/X}") + "route: []\n"
    assert [line.split(": ")[:2] for line in problems(text)] == [
        ["s.yaml:4", "projects[0].pubilc"],
        ["s.yaml:7", "projects[0].houses[1].id"],
        ["s.yaml:7", "projects[0].houses[1].timezone"],
        ["s.yaml:8", "route"],
    ]


def test_a_key_without_value_is_as_good_as_absent() -> None:
    """`devices:` with nothing below it yet is no error."""
    assert parse_site(project("devices:\nretention:"), "x").projects[0].devices == ()


def test_the_schema_is_one_for_editors() -> None:
    """The JSON schema knows the file's keys and can be written out."""
    found = json.loads(json.dumps(json_schema()))
    assert set(found["properties"]) == {"projects", "routes"}
    assert "from" in found["$defs"]["AssignmentEntry"]["properties"]


@given(st.one_of(st.text(), st.text(alphabet="-: [],{}&*!|>'\"#%@\nab01\t")))
def test_no_text_crashes_it(text: str) -> None:
    """Whatever stands in the file: a Site, or Misconfigured with at least a line."""
    said = "s.yaml:"
    with contextlib.suppress(Misconfigured):
        parse_site(text, "s.yaml")
        said = ""
    if said:
        assert problems(text)[0].startswith(said)
