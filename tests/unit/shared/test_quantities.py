"""The quantity catalogue: what it holds, how names are found in it, what it refuses."""

import os
import shutil
import subprocess
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from hdh.errors import Misconfigured
from hdh.model import MEASUREMENTS
from hdh.quantities import Catalogue, Kind, Quantity, catalogue, parse_catalogue, snake_case

EXPECTED = """
temperature humidity pressure dew_point outdoor_temperature thermostat_temperature temperature_setpoint valve_position
co2 voc voc_index pm1 pm2_5 pm10 formaldehyde radon noise uv_index illuminance
power energy_total energy_today voltage current frequency power_factor switch
occupancy contact motion water_volume_total water_flow water_leak
battery battery_voltage rssi link_quality uptime online device_temperature
"""
LENGTH = Quantity("length", "other", "m", "m", Kind.GAUGE, 0, 1, "Length", "Pituus", ())
HEIGHT = Quantity("height", "climate", "m", "m", Kind.GAUGE, 0, None, "Height", "Korkeus", ("tallness",))


def test_it_holds_the_quantities_most_met() -> None:
    """Every quantity that the stack speaks of is there."""
    assert {quantity.name for quantity in catalogue()} >= set(EXPECTED.split())
    assert len(catalogue()) == len(list(catalogue())) >= 40


def test_it_iterates_sorted_by_name() -> None:
    """Whoever lists quantities gets one order."""
    names = [quantity.name for quantity in catalogue()]
    assert names == sorted(names)


def test_an_entry_is_whole() -> None:
    """The data file's entry comes back as a Quantity, the same object each time."""
    battery_low = catalogue().get("battery_low")
    assert battery_low == Quantity(
        name="battery_low",
        measurement="device",
        unit="1",
        symbol="",
        kind=Kind.STATE,
        low=0.0,
        high=1.0,
        english="Battery low",
        finnish="Akku vähissä",
        aliases=("low_battery", "low_batt", "batt_low"),
    )
    assert catalogue() is catalogue()


def test_every_measurement_but_other_is_used() -> None:
    """`other` belongs to what the catalogue does not know."""
    assert {quantity.measurement for quantity in catalogue()} == set(MEASUREMENTS) - {"other"}


@pytest.mark.parametrize(
    ("spelling", "name"),
    [
        ("temperature", "temperature"),
        ("Temperature", "temperature"),
        ("tempc", "temperature"),
        ("tempC", "temperature"),
        ("temp_c", "temperature"),
        ("tC", "temperature"),
        ("hum", "humidity"),
        ("DewPoint", "dew_point"),
        ("dew point", "dew_point"),
        ("dew-point", "dew_point"),
        ("CO2", "co2"),
        ("carbonDioxide", "co2"),
        ("co2Ppm", "co2"),
        ("PM2.5", "pm2_5"),
        ("pm25", "pm2_5"),
        ("PM10", "pm10"),
        ("PM1.0", "pm1"),
        ("linkquality", "link_quality"),
        ("energyTotal", "energy_total"),
        ("local_temperature", "thermostat_temperature"),
        ("current_heating_setpoint", "temperature_setpoint"),
        ("Ulkolämpötila", "outdoor_temperature"),
        ("UptimeSec", "uptime"),
        ("apower", "power"),
        ("Brightness", "illuminance"),
    ],
)
def test_names_are_found_in_every_spelling(spelling: str, name: str) -> None:
    """Case, humps and separators make no difference; the second look-up answers the same."""
    assert catalogue().resolve(spelling) is catalogue().resolve(spelling) is catalogue().get(name) is not None


@pytest.mark.parametrize("spelling", ["", "tempf", "temperature2", "pm_1_0_0", "time", "energy_wh", "\n", "_"])
def test_what_is_unknown_stays_unknown(spelling: str) -> None:
    """A name in another unit, or none at all, leads nowhere."""
    assert catalogue().resolve(spelling) is None
    assert catalogue().get(spelling) is None


def test_endless_new_spellings_take_no_memory() -> None:
    """The cache of spellings is bounded, and answers stay right after it was emptied."""
    fresh = Catalogue(catalogue())
    for n in range(20_000):
        assert fresh.resolve(f"unknown-{n}") is None
    assert fresh.resolve("tempC") is catalogue().get("temperature")
    assert len(fresh._by_spelling) < 10_000  # noqa: SLF001 (there is no other way to see it)


@pytest.mark.parametrize(
    ("field", "measurement"),
    [
        ("temperature", "climate"),
        ("co2", "air"),
        ("power", "energy"),
        ("online", "device"),
        ("switch_text", "energy"),
        ("firmware", "other"),
        ("firmware_text", "other"),
        ("tempC", "other"),
    ],
)
def test_a_field_has_a_measurement(field: str, measurement: str) -> None:
    """Text follows its quantity; what the catalogue does not know is `other`."""
    assert catalogue().measurement_of(field) == measurement


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (LENGTH, "quantity 'length': 'other' is no measurement"),
        (replace(HEIGHT, measurement="size"), "'size' is no measurement"),
        (replace(HEIGHT, name="Height"), "quantity 'Height': the name must be snake_case"),
        (replace(HEIGHT, name="height_text"), "the name must be snake_case"),
        (replace(HEIGHT, name="time"), "must not be 'time'"),
        (replace(HEIGHT, unit=""), "'' is no UCUM code"),
        (replace(HEIGHT, unit="kilo watt"), "'kilo watt' is no UCUM code"),
        (replace(HEIGHT, unit="°C"), "'°C' is no UCUM code"),
        (replace(HEIGHT, low=3, high=2), "the range must rise"),
        (
            replace(HEIGHT, aliases=("Temp-C",)),
            "quantity 'height': 'Temp-C' already leads to 'temperature'; remove it.",
        ),
        (replace(HEIGHT, aliases=("Height",)), "'Height' already leads to 'height'"),
    ],
)
def test_a_wrong_quantity_is_refused(wrong: Quantity, said: str) -> None:
    """What contradicts the rest of the catalogue never gets in."""
    with pytest.raises(Misconfigured) as caught:
        Catalogue([*catalogue(), wrong])
    assert said in str(caught.value)


@pytest.mark.parametrize(
    "unit", ["1", "%", "Cel", "[ppm]", "dB[SPL]", "kW.h", "ug/m3", "V.A{reactive}", "/min", "m.s-2"]
)
def test_ucum_codes_are_taken(unit: str) -> None:
    """Codes with brackets, exponents, annotations and a leading slash are UCUM."""
    assert Catalogue([replace(HEIGHT, unit=unit)]).get("height")


@pytest.mark.parametrize("text", ["- {name: x}", "[", "nothing", "- {name: x, colour: red}"])
def test_a_malformed_file_is_refused(text: str) -> None:
    """A catalogue that is no catalogue ends in a sentence, not in a traceback."""
    with pytest.raises(Misconfigured):
        parse_catalogue(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("dewPoint", "dew_point"), (" Dew - Point ", "dew_point"), ("CO2", "co2"), ("PM2.5", "pm2_5"), ("tC", "t_c")],
)
def test_names_become_snake_case(text: str, expected: str) -> None:
    """Unknown names are stored in one spelling."""
    assert snake_case(text) == expected


def test_the_data_travels_with_the_package(tmp_path: Path) -> None:
    """A built wheel holds the data file: nothing depends on the checkout."""
    uv = os.environ.get("UV") or shutil.which("uv")
    if uv is None:
        pytest.skip("not run: uv is not on the PATH")
    shared = Path(__file__).parents[3] / "shared"
    command = [uv, "build", "--offline", "--wheel", "--out-dir", str(tmp_path), str(shared)]
    subprocess.run(command, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    assert "hdh/quantities.yaml" in zipfile.ZipFile(wheel).namelist()
