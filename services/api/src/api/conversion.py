"""Readings in the unit that was asked for."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from api.answers import Values
from api.suggestions import suggest
from api.ucum import COMMON, Unit, parse, registry, units_of
from api.units import unit_of
from hdh.errors import Invalid
from hdh.model import TEXT_SUFFIX
from hdh.windows import Aggregate

_DIFFERENCES = frozenset({Aggregate.DELTA, Aggregate.RATE, Aggregate.STDDEV})
_RATE_TIMES = ("s", "min", "h", "d")
_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Conversion:
    """From the unit of a quantity, or of what is computed from it, to the one that was asked for.

    Attributes:
        code: the UCUM code of the result.
        source: pint's unit of the values, None where they stay as they are.
        target: pint's unit of the result.
    """

    code: str
    source: Any = None
    target: Any = None

    def __call__(self, values: Values) -> Values:
        """The values in the other unit."""
        if self.source is None:
            return values
        with np.errstate(over="ignore", invalid="ignore"):
            converted: Values = registry().convert(values.astype(np.float64), self.source, self.target)
        return converted


@lru_cache(1024)
def conversion(quantity: str, aggregate: Aggregate | None, asked: str) -> Conversion:
    """How a quantity, or what is computed from it, comes into another unit.

    Args:
        quantity: its name in the store.
        aggregate: what is computed; None: raw readings.
        asked: a UCUM code, or what people call a unit.

    Raises:
        Invalid: the unit is unknown, or of another dimension; the remedy says which units fit.
    """
    code = unit_of(quantity, aggregate)
    if code is None:
        what = "is text" if quantity.endswith(TEXT_SUFFIX) else "has no unit that is known"
        remedy = "Select other quantities by quantity=…, or leave unit out."
        raise Invalid(f"does not fit: {quantity} {what}.", parameter="unit", value=asked, remedy=remedy)
    if asked.strip() == code:
        return Conversion(code)
    source, wanted = parse(code), units_of(asked)
    if source is None:
        remedy = f"Give unit={code}, or leave it out."
        raise Invalid(f"does not fit: {quantity} is in {code}.", parameter="unit", value=asked, remedy=remedy)
    if not wanted:
        raise Invalid("is no unit that is known.", parameter="unit", value=asked, remedy=_nearest(asked, code, source))
    target = next((unit for unit in wanted if _fits(unit, source)), None)
    if target is None:
        raise Invalid(
            f"is of another kind than {quantity}, which is in {code}"
            + (f" as {aggregate.value}." if aggregate else "."),
            parameter="unit",
            value=asked,
            remedy=f"These fit: {', '.join(_fitting(code, source))}; or select other quantities by quantity=….",
        )
    if aggregate is Aggregate.SUM and source.has_offset and target.parts != source.parts:
        remedy = f"Give unit={code}, or leave it out."
        raise Invalid("cannot be that of a sum of temperatures.", parameter="unit", value=asked, remedy=remedy)
    difference = aggregate in _DIFFERENCES
    return Conversion(target.code, source.quantity(difference=difference), target.quantity(difference=difference))


def check_unit(quantities: Iterable[str], aggregate: Aggregate | None, asked: str) -> None:
    """Refuse a unit that does not fit all of the quantities.

    Raises:
        Invalid: see `conversion`.
    """
    for quantity in sorted(quantities):
        conversion(quantity, aggregate, asked)


def _fits(unit: Unit, other: Unit) -> bool:
    first, second = (each.quantity(difference=True).dimensionality for each in (unit, other))
    return bool(first == second)


def _fitting(code: str, source: Unit) -> list[str]:
    """Common units of a dimension, the own one first."""
    rates = [f"{each}/{time}" for time in _RATE_TIMES for each in COMMON] if code.endswith("/s") else []
    known = ((each, parse(each)) for each in (*COMMON, *rates))
    return list(dict.fromkeys([code, *(each for each, unit in known if unit and _fits(unit, source))]))[:_SHOWN]


def _nearest(asked: str, code: str, source: Unit) -> str:
    fitting = _fitting(code, source)
    return suggest(asked, fitting, otherwise=f"Give a UCUM code; these fit: {', '.join(fitting)}.")
