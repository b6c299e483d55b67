"""Readings in the unit that was asked for."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from api.answers import Values
from api.suggestions import suggest
from api.units import unit_of
from hdh import units
from hdh.errors import Invalid
from hdh.model import TEXT_SUFFIX
from hdh.ucum import Unit, parse, units_of
from hdh.windows import Aggregate

_DIFFERENCES = frozenset({Aggregate.DELTA, Aggregate.RATE, Aggregate.STDDEV})


@dataclass(frozen=True, slots=True)
class Conversion:
    """From the unit of a quantity, or of what is computed from it, to the one that was asked for.

    Attributes:
        code: the UCUM code of the result.
        factor: by which values are multiplied.
        offset: added afterwards.
    """

    code: str
    factor: float = 1.0
    offset: float = 0.0

    def __call__(self, values: Values) -> Values:
        """The values in the other unit."""
        if (self.factor, self.offset) == (1.0, 0.0):
            return values
        with np.errstate(over="ignore", invalid="ignore"):
            return values.astype(np.float64) * self.factor + self.offset


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
    source = parse(code)
    if source is None:
        remedy = f"Give unit={code}, or leave it out."
        raise Invalid(f"does not fit: {quantity} is in {code}.", parameter="unit", value=asked, remedy=remedy)
    if not units_of(asked):
        what, remedy = f"is no unit that is known for {quantity}.", _nearest(asked, code, source)
        raise Invalid(what, parameter="unit", value=asked, remedy=remedy)
    target = units.unit_like(asked, source)
    if target is None:
        raise Invalid(
            f"is of another kind than {quantity}, which is in {code}"
            + (f" as {aggregate.value}." if aggregate else "."),
            parameter="unit",
            value=asked,
            remedy=f"These fit: {', '.join(units.fitting(code, source))}; or select other quantities by quantity=….",
        )
    if aggregate is Aggregate.SUM and source.has_offset and target.parts != source.parts:
        remedy = f"Give unit={code}, or leave it out."
        raise Invalid("cannot be that of a sum of temperatures.", parameter="unit", value=asked, remedy=remedy)
    return Conversion(target.code, *units.conversion(source, target, difference=aggregate in _DIFFERENCES))


def check_unit(quantities: Iterable[str], aggregate: Aggregate | None, asked: str) -> None:
    """Refuse a unit that does not fit all of the quantities.

    Raises:
        Invalid: see `conversion`.
    """
    for quantity in sorted(quantities):
        conversion(quantity, aggregate, asked)


def _nearest(asked: str, code: str, source: Unit) -> str:
    fitting = units.fitting(code, source)
    return suggest(asked, fitting, otherwise=f"Give a UCUM code; these fit: {', '.join(fitting)}.")
