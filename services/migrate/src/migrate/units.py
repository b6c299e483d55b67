"""Units: from the one that a source uses to the catalogue's, as factor and offset."""

from hdh import units
from hdh.quantities import Quantity, catalogue
from hdh.ucum import parse, units_of


def check_unit(text: str) -> None:
    """Refuse what is no unit.

    Raises:
        ValueError: it is none.
    """
    if not units_of(text) and not any(text in {each.unit, each.symbol} for each in catalogue()):
        raise ValueError(f"{text!r} is no unit that is known. Give a UCUM code, as in Cel, [degF], hPa, kW.h.")


def conversion(text: str, quantity: Quantity) -> tuple[float, float]:
    """Factor and offset that turn a value in a unit into one in a quantity's own.

    Args:
        text: a UCUM code, or what people call a unit.
        quantity: where values go.

    Raises:
        ValueError: it is no unit, or one that measures something else.
    """
    if text in {quantity.unit, quantity.symbol}:
        return 1.0, 0.0
    check_unit(text)
    own = parse(quantity.unit)
    if own is None:  # a level, as in dB
        raise ValueError(f"unit {text!r} cannot become {quantity.unit}, which {quantity.name} is in. Leave `unit` out.")
    source = units.unit_like(text, own)
    if source is None:
        raise ValueError(
            f"unit {text!r} is of another kind than {quantity.name}, which is in {quantity.unit}. "
            f"These fit: {', '.join(units.fitting(quantity.unit, own))}."
        )
    return units.conversion(source, own)
