"""A unit's name means the same to the API, which converts answers, and to migrating, which converts history."""

import numpy as np
import pytest

from api.conversion import conversion as answered
from hdh.errors import Invalid
from hdh.quantities import Quantity, catalogue
from hdh.ucum import COMMON
from migrate.units import conversion as moved

SPOKEN = ("°C", "C", "F", "°F", "%RH", "kWh", "mWh", "MWh", "Wh", "psi", "mmHg", "ppm", "lux", "m³/h", "µg/m³", "l")
QUANTITIES = [each for each in catalogue() if not each.unit.startswith("dB")]


@pytest.mark.parametrize("quantity", QUANTITIES, ids=lambda each: each.name)
def test_what_was_moved_is_answered_as_it_was(quantity: Quantity) -> None:
    """History in any unit comes back as it was, asked for in this unit; what one refuses, the other refuses, too."""
    values = np.array([-40.0, 0.0, 0.1, 21.4, 1013.25, 1e6])
    for unit in (*COMMON, *SPOKEN, quantity.unit):
        try:
            factor, offset = moved(unit, quantity)
        except ValueError:
            with pytest.raises(Invalid):
                answered(quantity.name, None, unit)
            continue
        back = answered(quantity.name, None, unit)(values * factor + offset)
        np.testing.assert_allclose(back.astype(float), values, rtol=1e-12, atol=1e-9, err_msg=unit)


def test_a_temperature_is_one_on_both_sides() -> None:
    """The way there, by the numbers."""
    quantity = catalogue().get("temperature")
    assert quantity is not None
    factor, offset = moved("F", quantity)
    there = answered("temperature", None, "F")
    assert (68 * factor + offset, float(there(np.array([20.0]))[0])) == (20.0, 68.0)
