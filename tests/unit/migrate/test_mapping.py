"""The mapping file: each wrong thing is named with its line and its remedy."""

from pathlib import Path

import pytest

from hdh.errors import Misconfigured
from hdh.quantities import Quantity, catalogue
from hdh.site import load_site
from migrate.mapping.load import check_decided, check_projects, load_mapping
from migrate.mapping.rules import Rules, Skipped, Target, Unmapped
from migrate.units import check_unit, conversion

GOOD = """\
source:
  kind: csv
  path: data
  csv:
    time: {columns: [time], format: iso}
place: {project: toe, house: "{column.house}", device: "{file.first}."}
rename:
  house: {Talo 1: talo-1}
series:
  - match: {field: temp_f}
    quantity: temperature
    unit: "[degF]"
    scale: 0.1
  - match: {field: "x*"}
    skip: not needed
  - match: {field: other}
    project: nowhere
    quantity: humidity
"""


def write(folder: Path, text: str) -> Path:
    """A mapping file."""
    path = folder / "m.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("kind: csv", "kind: cvs", 2, "source.kind"),
        ("  path: data\n", "", 1, "needs `path`"),
        ("scale: 0.1", "scal: 0.1", 13, "Did you mean scale?"),
        ('unit: "[degF]"', "unit: bananas", 12, "is no unit"),
        (
            'unit: "[degF]"',
            "unit: kW",
            12,
            "another kind than temperature, which is in Cel. These fit: Cel, [degF], K.",
        ),
        ("quantity: temperature", 'quantity: "a,b"', 11, "cannot be a field's name"),
        ('"{column.house}"', '"{column.house"', 6, "brace"),
        ("    skip: not needed\n", "", 14, "neither `quantity` nor `skip`"),
        ("columns: [time]", "columns: []", 5, "at least 1"),
        ("format: iso", "format: isso", 5, "source.csv.time.format"),
        ("series:", "series: [", 9, "this is no YAML"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(old: str, new: str, line: int, words: str, tmp_path: Path) -> None:
    """`m.yaml:12: path: what. remedy`."""
    path = write(tmp_path, GOOD.replace(old, new))
    with pytest.raises(Misconfigured) as error:
        load_mapping(path)
    lines = [each for each in str(error.value).splitlines() if words in each]
    assert lines, str(error.value)
    assert int(lines[0].removeprefix(f"{path}:").split(":")[0]) in {line, line + 1}


def test_a_project_that_is_not_listed_is_named_with_its_line(tmp_path: Path) -> None:
    """Before anything is moved, wherever it is named outright."""
    mapping = load_mapping(write(tmp_path, GOOD.replace("project: toe", "project: tow")))
    with pytest.raises(Misconfigured) as error:
        check_projects(mapping, load_site(None))
    listed = "is not listed; listed are healthy-digital-house, toe."
    first, second = str(error.value).splitlines()
    assert first.startswith(f"{mapping.path}:6: project 'tow' {listed}")
    assert second.startswith(f"{mapping.path}:17: project 'nowhere' {listed}")
    check_projects(
        load_mapping(write(tmp_path, GOOD.replace("project: nowhere", "project: '{folder}'"))), load_site(None)
    )


def test_a_series_finds_its_place(tmp_path: Path) -> None:
    """The first entry that matches; labels fill the names, `rename` spells them; the unit becomes factor and offset."""
    rules = Rules(load_mapping(write(tmp_path, GOOD)).entry, load_site(None))
    found = rules.find((("column.house", "Talo 1"), ("file.first", "log")), ("temp_f",))[0]
    assert isinstance(found, Target)
    place = found.stand.place
    assert (found.project.id, place.house, place.room, place.device) == ("toe", "talo-1", "unassigned", "log")
    assert (found.field.name, found.measurement) == ("temperature", "climate")
    assert 680 * found.factor + found.offset == pytest.approx(20.0)
    skipped, unknown, other = rules.find((), ("x1", "unknown", "other"))
    assert skipped == Skipped("not needed")
    assert isinstance(unknown, Unmapped)
    assert isinstance(other, Unmapped)
    assert "'nowhere' is not listed" in other.detail


def test_nothing_runs_while_something_is_in_doubt(tmp_path: Path) -> None:
    """Each doubt is told with its line."""
    text = GOOD.replace("    scale: 0.1\n", "    doubt: Is it Fahrenheit?\n") + "doubts: [Times are local.]\n"
    with pytest.raises(Misconfigured, match=r"m.yaml:13: Is it Fahrenheit") as error:
        check_decided(load_mapping(write(tmp_path, text)))
    assert "Times are local." in str(error.value)


@pytest.mark.parametrize(
    ("unit", "quantity", "value", "expected"),
    [
        ("[degF]", "temperature", 68.0, 20.0),
        ("K", "temperature", 273.15, 0.0),
        ("Pa", "pressure", 101_325.0, 1013.25),
        ("W.h", "energy_total", 1500.0, 1.5),
        ("°F", "temperature", 32.0, 0.0),
        ("F", "temperature", 212.0, 100.0),
        ("Cel", "temperature", 21.5, 21.5),
        ("%RH", "humidity", 41.0, 41.0),
        ("dB", "noise", 40.0, 40.0),
        ("dB[SPL]", "noise", 40.0, 40.0),
    ],
)
def test_units_are_converted(unit: str, quantity: str, value: float, expected: float) -> None:
    """To the last digit that a person would write."""
    check_unit(unit)
    factor, offset = conversion(unit, known(quantity))
    assert value * factor + offset == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(
    ("unit", "quantity", "words"),
    [
        ("kW", "temperature", "another kind than temperature, which is in Cel. These fit: Cel, \\[degF\\], K."),
        ("warm", "temperature", "'warm' is no unit that is known. Give a UCUM code"),
        ("Pa", "noise", "Leave `unit` out."),
    ],
)
def test_units_that_do_not_fit_are_refused(unit: str, quantity: str, words: str) -> None:
    """Kilowatts are no degrees; what would fit is said."""
    with pytest.raises(ValueError, match=words):
        conversion(unit, known(quantity))


def known(name: str) -> Quantity:
    """The catalogue's entry."""
    quantity = catalogue().get(name)
    assert quantity is not None
    return quantity
