"""Units: what converts into what, by which factor, and what is said where nothing does."""

import numpy as np
import pytest

from api.conversion import check_unit, conversion
from hdh.errors import Invalid
from hdh.quantities import catalogue
from hdh.ucum import parse
from hdh.windows import Aggregate

LEVELS = {"dB", "dB[SPL]", "dB{mW}"}


@pytest.mark.parametrize(
    ("quantity", "aggregate", "asked", "code", "given", "expected"),
    [
        ("temperature", None, "[degF]", "[degF]", [-40.0, 0.0, 21.4, 100.0], [-40.0, 32.0, 70.52, 212.0]),
        ("temperature", None, "°F", "[degF]", [100.0], [212.0]),
        ("temperature", None, "F", "[degF]", [100.0], [212.0]),
        ("temperature", None, "K", "K", [0.0], [273.15]),
        ("temperature", None, "C", "Cel", [21.4], [21.4]),
        ("temperature", Aggregate.MEAN, "[degF]", "[degF]", [20.0], [68.0]),
        ("temperature", Aggregate.TIME_WEIGHTED_MEAN, "[degF]", "[degF]", [20.0], [68.0]),
        ("temperature", Aggregate.DELTA, "[degF]", "[degF]", [10.0], [18.0]),
        ("temperature", Aggregate.STDDEV, "[degF]", "[degF]", [1.0], [1.8]),
        ("temperature", Aggregate.STDDEV, "K", "K", [1.0], [1.0]),
        ("temperature", Aggregate.RATE, "K/h", "K/h", [0.001], [3.6]),
        ("temperature", Aggregate.RATE, "[degF]/min", "[degF]/min", [1.0], [108.0]),
        ("temperature", Aggregate.SUM, "Cel", "Cel", [40.0], [40.0]),
        ("energy_total", None, "W.h", "W.h", [1.5], [1500.0]),
        ("energy_total", None, "kWh", "kW.h", [1.5], [1.5]),
        ("energy_total", None, "MJ", "MJ", [1.0], [3.6]),
        ("energy_total", Aggregate.RATE, "W", "W", [0.001], [3600.0]),
        ("energy_total", Aggregate.RATE, "kW.h/d", "kW.h/d", [0.001], [86.4]),
        ("energy_total", Aggregate.SUM, "W.h", "W.h", [1.0], [1000.0]),
        ("power", Aggregate.RATE, "W/s", "W/s", [2.0], [2.0]),
        ("humidity", None, "1", "1", [45.0], [0.45]),
        ("humidity", None, "%", "%", [45.0], [45.0]),
        ("co2", None, "%", "%", [400.0], [0.04]),
        ("co2", None, "ppb", "[ppb]", [400.0], [400_000.0]),
        ("co2", None, "ppm", "[ppm]", [400.0], [400.0]),
        ("co2", Aggregate.COUNT, "1", "1", [7.0], [7.0]),
        ("pressure", None, "mmHg", "mm[Hg]", [1013.25], [760.0]),
        ("pressure", None, "psi", "[psi]", [1013.25], [14.6959]),
        ("pressure", None, "mbar", "mbar", [1013.25], [1013.25]),
        ("wind_speed", None, "km/h", "km/h", [10.0], [36.0]),
        ("wind_speed", None, "knots", "[kn_i]", [10.0], [19.4384]),
        ("water_flow", None, "m³/h", "m3/h", [10.0], [0.6]),
        ("pm2_5", None, "mg/m³", "mg/m3", [1000.0], [1.0]),
        ("absolute_humidity", None, "kg.m-3", "kg.m-3", [1000.0], [1.0]),
        ("radon", None, "pCi/L", "pCi/L", [37.0], [1.0]),
    ],
)
def test_values_convert(
    quantity: str, aggregate: Aggregate | None, asked: str, code: str, given: list[float], expected: list[float]
) -> None:
    """Also from the names that people use; differences of temperatures without the zero's offset."""
    found = conversion(quantity, aggregate, asked)

    assert found.code == code
    np.testing.assert_allclose(found(np.array(given)).astype(float), expected, rtol=1e-5)


@pytest.mark.parametrize(
    ("quantity", "aggregate", "asked", "said", "remedy"),
    [
        ("temperature", None, "%", "another kind than temperature, which is in Cel.", "These fit: Cel, [degF], K;"),
        ("humidity", None, "Cel", "which is in %.", "These fit: %, 1, [ppm], [ppb];"),
        ("energy_total", Aggregate.RATE, "kW.h", "kW.h/s as rate.", "These fit: kW.h/s, W, kW, MW,"),
        ("temperature", Aggregate.RATE, "K", "Cel/s as rate.", "Cel/min"),
        ("temperature", Aggregate.COUNT, "K", "which is in 1 as count.", "These fit: 1, %"),
        ("temperature", Aggregate.SUM, "K", "a sum of temperatures", "unit=Cel"),
        ("pressure", None, "hpa", "no unit that is known", "Did you mean hPa or Pa or kPa?"),
        ("temperature", None, "warm", "no unit that is known", "There are: Cel, K, [degF]."),
        ("note_text", None, "Cel", "note_text is text", "quantity="),
        ("stove_level", None, "Cel", "has no unit that is known", "quantity="),
        ("noise", None, "Cel", "is in dB[SPL]", "unit=dB[SPL]"),
    ],
)
def test_what_does_not_fit_says_what_does(
    quantity: str, aggregate: Aggregate | None, asked: str, said: str, remedy: str
) -> None:
    """With the parameter and its value."""
    with pytest.raises(Invalid) as caught:
        conversion(quantity, aggregate, asked)

    assert (caught.value.parameter, caught.value.value) == ("unit", asked)
    assert said in caught.value.args[0]
    assert remedy in caught.value.remedy


def test_every_quantity_of_the_catalogue_converts() -> None:
    """Its unit, and that of its rate, are understood and may be asked for as they are; levels only so."""
    for quantity in catalogue():
        for aggregate in (None, *Aggregate):
            code = conversion(quantity.name, aggregate, quantity.unit).code if aggregate is None else None
            assert code in {None, quantity.unit}
        assert (parse(quantity.unit) is None) == (quantity.unit in LEVELS), quantity.name
        assert (parse(f"{quantity.unit}/s") is None) == (quantity.unit in LEVELS), quantity.name


def test_all_selected_quantities_must_fit() -> None:
    """The first that does not is named."""
    check_unit(["outdoor_temperature", "temperature"], None, "K")
    with pytest.raises(Invalid, match="humidity"):
        check_unit(["temperature", "humidity"], None, "K")
