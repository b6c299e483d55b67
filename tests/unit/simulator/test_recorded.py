"""Recorded files become a gateway's messages."""

from pathlib import Path

import pytest

from hdh.errors import Invalid
from simulator.message import Message
from simulator.recorded import Source, messages, parse_overrides, sources


def write(folder: Path, name: str, text: str) -> Path:
    """A file with a text."""
    path = folder / name
    path.write_text(text)
    return path


def test_files_are_merged_in_time_order_and_spelled_as_they_are(tmp_path: Path) -> None:
    """Times and values pass through to the letter."""
    paths = [
        write(tmp_path, "Kitchen_Temperature.csv", "100\t21.50\n300\t-1e-1\n"),
        write(tmp_path, "Room1_Brightness.csv", "200\t7\n"),
    ]
    found = list(messages(sources(paths, "recorder", {}), "toe", "flat"))
    assert [
        Message(100_000, "toe/flat/kitchen/recorder", b'{"time":100,"temperature":21.50}'),
        Message(200_000, "toe/flat/room1/recorder", b'{"time":200,"illuminance":7}'),
        Message(300_000, "toe/flat/kitchen/recorder", b'{"time":300,"temperature":-1e-1}'),
    ] == found


def test_a_prefix_that_the_catalogue_does_not_know_becomes_a_component(tmp_path: Path) -> None:
    """Two of a kind in one room stay apart."""
    path = write(tmp_path, "Room3_left_ThermostatTemperature.csv", "")
    assert [Source(path, "room3", "recorder.left", "thermostat_temperature")] == sources([path], "recorder", {})


def test_an_override_names_device_and_quantity(tmp_path: Path) -> None:
    """What the file's name does not say, the one who replays does."""
    path = write(tmp_path, "Room3_Foo.csv", "")
    overrides = parse_overrides(["Foo=radiator/valve_position"])
    assert [Source(path, "room3", "radiator", "valve_position")] == sources([path], "recorder", overrides)


def test_an_unknown_quantity_is_an_error_with_the_remedy(tmp_path: Path) -> None:
    """Nothing is guessed."""
    path = write(tmp_path, "Room3_Foo.csv", "")
    with pytest.raises(Invalid, match=r"FILE='Room3_Foo.csv'.*--quantity Foo=quantity"):
        sources([path], "recorder", {})


def test_two_files_of_one_series_are_an_error(tmp_path: Path) -> None:
    """One would overwrite the other."""
    paths = [write(tmp_path, "Room3_Temperature.csv", ""), write(tmp_path, "room3_temp.csv", "")]
    with pytest.raises(Invalid, match=r"as Room3_Temperature.csv does"):
        sources(paths, "recorder", {})


@pytest.mark.parametrize("line", ["100 21.5", "100\tNaN", "100\t", "x\t1", "100\t1e999", "100\t[1]", "100\t1\t2"])
def test_a_line_that_is_no_reading_is_named(tmp_path: Path, line: str) -> None:
    """The error says in which file and line."""
    path = write(tmp_path, "Room3_Temperature.csv", f"99\t1\n{line}\n")
    with pytest.raises(Invalid, match=r"Room3_Temperature.csv:2="):
        list(messages(sources([path], "recorder", {}), "toe", "flat"))


@pytest.mark.parametrize("text", ["Foo", "=x", "Foo=", "Foo=/x", "Foo=x/"])
def test_an_override_that_maps_nothing_is_an_error(text: str) -> None:
    """The remedy shows the form."""
    with pytest.raises(Invalid, match="NAME=quantity"):
        parse_overrides([text])


def test_a_file_that_is_not_utf_8_is_named(tmp_path: Path) -> None:
    """Its line is shown like that of any other that is no reading."""
    path = tmp_path / "Kitchen_Temperature.csv"
    path.write_bytes(b"100\t21\n200\t\xff\xfe\n")
    with pytest.raises(Invalid, match=r"Kitchen_Temperature.csv:2='200.*It is no reading"):
        list(messages(sources([path], "recorder", {}), "toe", "flat"))


@pytest.mark.parametrize(
    ("project", "house", "device", "named"),
    [
        ("#", "flat", "d", "--project"),
        ("toe", "a/b", "d", "--house"),
        ("toe", "", "d", "--house"),
        ("toe", "f", "+", "device"),
    ],
)
def test_a_name_that_cannot_stand_in_a_topic_is_named(
    tmp_path: Path, project: str, house: str, device: str, named: str
) -> None:
    """Wildcards and slashes would publish elsewhere or not at all."""
    path = write(tmp_path, "Kitchen_Temperature.csv", "100\t21\n")
    with pytest.raises(Invalid, match=f"{named}.*cannot stand in a topic"):
        messages(sources([path], device, {}), project, house)
