"""The unit of a quantity, and of what is computed from it."""

from hdh.model import TEXT_SUFFIX
from hdh.quantities import Quantity, catalogue
from hdh.windows import Aggregate


def unit_of(quantity: str, aggregate: Aggregate | None = None) -> str | None:
    """The UCUM code of readings, or of an aggregate of them; None where it is not known, as for text."""
    if aggregate is Aggregate.COUNT:
        return "1"
    known = catalogue().get(quantity)
    if known is None:
        return None
    return f"{known.unit}/s" if aggregate is Aggregate.RATE else known.unit


def known_quantity(quantity: str) -> Quantity | None:
    """The catalogue's entry that a field belongs to; a `_text` field follows its base quantity."""
    return catalogue().get(quantity) or catalogue().get(quantity.removesuffix(TEXT_SUFFIX))
