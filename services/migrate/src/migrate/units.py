"""Units: from the one that a source uses to the catalogue's, as factor and offset."""

import math
import re
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pint

_UCUM = {
    "Cel": "degC",
    "[degF]": "degF",
    "K": "kelvin",
    "[ppm]": "ppm",
    "[ppb]": "ppb",
    "1": "",
    "%": "percent",
    "dB[SPL]": "dB",
}
"""UCUM codes that pint spells otherwise."""

_PEOPLE = {"°C": "degC", "C": "degC", "°F": "degF", "F": "degF", "%RH": "percent", "lux": "lx"}
_ANNOTATION = re.compile(r"\{[^{}]*\}")
_POWER = re.compile(r"(?<=[a-zA-Z])([23])\b")


@cache
def _registry() -> "pint.UnitRegistry[Any]":
    import pint  # noqa: PLC0415 (loading it takes long, and most mappings name no unit)

    registry: pint.UnitRegistry[Any] = pint.UnitRegistry(autoconvert_offset_to_baseunit=True)
    registry.define("ppb = 1e-9")
    return registry


def _error() -> type[Exception]:
    import pint  # noqa: PLC0415 (as above)

    return pint.PintError


def parse_unit(unit: str) -> Any:  # noqa: ANN401 (pint's units are made when it runs)
    """A unit by its UCUM code or a common name.

    Raises:
        ValueError: it is none.
    """
    spelled = _UCUM[unit] if unit in _UCUM else _PEOPLE.get(unit, _ANNOTATION.sub("", unit))
    try:
        return _registry().Unit(_POWER.sub(r"**\1", spelled))
    except (_error(), ValueError, TypeError) as error:
        raise ValueError(f"{unit!r} is no unit: {error}. Give a UCUM code, as in Cel, [degF], hPa, kW.h.") from None


def conversion(source: str, target: str) -> tuple[float, float]:
    """Factor and offset that turn a value in `source` into one in `target`.

    Raises:
        ValueError: they measure different things.
    """
    if source == target:
        return 1.0, 0.0
    first, second = parse_unit(source), parse_unit(target)
    quantity = _registry().Quantity
    try:
        zero = quantity(0.0, first).to(second).magnitude
        hundred = quantity(100.0, first).to(second).magnitude
    except _error() as error:
        raise ValueError(f"{source!r} cannot be converted into {target!r}: {error}.") from None
    return _near((hundred - zero) / 100.0), _near(zero)


def _near(number: float) -> float:
    """The simple fraction that is meant: what pint computes through base units differs from it in the last digits."""
    simple = Fraction(number).limit_denominator(10_000_000)
    return float(simple) if math.isclose(simple, number, rel_tol=1e-12) else float(number)
