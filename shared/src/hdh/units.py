"""Converting between units: which ones fit each other, by which factor and offset. Needs the extra `units`."""

import math
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, Any

from hdh.ucum import COMMON, OFFSET, Unit, parse, units_of

if TYPE_CHECKING:
    import pint

_RATE_TIMES = ("s", "min", "h", "d")
_SHOWN = 12
_FAR = 100.0


def unit_like(text: str, other: Unit) -> Unit | None:
    """What a text means, of what it may mean, beside another unit; None where it is none or of another kind.

    Args:
        text: a UCUM code, or what people call a unit.
        other: what it must be of one kind with: `F` beside Cel is a temperature, else farads.
    """
    return next((unit for unit in units_of(text) if _dimension(unit) == _dimension(other)), None)


def conversion(source: Unit, target: Unit, *, difference: bool = False) -> tuple[float, float]:
    """Factor and offset that turn a value in `source` into one in `target`, which are of one kind.

    Args:
        source: the unit of the values.
        target: the one that is wanted.
        difference: the values are differences of two: of temperatures without the zero's offset.
    """
    first, second = _quantity(source, difference=difference), _quantity(target, difference=difference)
    zero, far = (float(_registry().Quantity(value, first).to(second).magnitude) for value in (0.0, _FAR))
    return _near((far - zero) / _FAR), _near(zero)


def fitting(code: str, unit: Unit) -> list[str]:
    """Common units of the same kind, the own one first.

    Args:
        code: the own one's code.
        unit: the own one.
    """
    rates = [f"{each}/{time}" for time in _RATE_TIMES for each in COMMON] if code.endswith("/s") else []
    known = ((each, parse(each)) for each in (*COMMON, *rates))
    found = [each for each, other in known if other and _dimension(other) == _dimension(unit)]
    return list(dict.fromkeys([code, *found]))[:_SHOWN]


@cache
def _dimension(unit: Unit) -> Any:  # noqa: ANN401 (pint's classes are made at run time)
    return _quantity(unit, difference=True).dimensionality


def _quantity(unit: Unit, *, difference: bool) -> Any:  # noqa: ANN401 (as above)
    """Pint's unit; of a difference of two values where `difference`."""
    as_delta = difference or not unit.has_offset
    found = _registry().Unit("dimensionless")
    for name, exponent in unit.parts:
        found *= _registry().Unit(f"delta_{name}" if as_delta and name in OFFSET else name) ** exponent
    return found


@cache
def _registry() -> "pint.UnitRegistry[Any]":
    """Pint's units, loaded on first use: that takes as long as all else that a service imports."""
    import pint  # noqa: PLC0415 (see above)

    made: pint.UnitRegistry[Any] = pint.UnitRegistry()
    made.define("part_per_billion = 1e-9")
    made.define("permille = 1e-3")
    return made


def _near(number: float) -> float:
    """The simple fraction that is meant: what pint computes through base units differs from it in the last digits."""
    simple = Fraction(number).limit_denominator(10_000_000)
    return float(simple) if math.isclose(simple, number, rel_tol=1e-12) else number
