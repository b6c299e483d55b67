"""The names of units: UCUM codes, and what people write for them."""

import re
from dataclasses import dataclass
from functools import lru_cache

_PREFIXES = {
    "da": "deca",
    "G": "giga",
    "M": "mega",
    "k": "kilo",
    "h": "hecto",
    "d": "deci",
    "c": "centi",
    "m": "milli",
    "u": "micro",
    "n": "nano",
    "p": "pico",
}

# UCUM's atoms that take a prefix, and those that do not, by pint's names.
_METRIC = {
    "m": "meter",
    "s": "second",
    "g": "gram",
    "K": "kelvin",
    "A": "ampere",
    "cd": "candela",
    "mol": "mole",
    "Hz": "hertz",
    "N": "newton",
    "Pa": "pascal",
    "bar": "bar",
    "J": "joule",
    "W": "watt",
    "C": "coulomb",
    "V": "volt",
    "F": "farad",
    "Ohm": "ohm",
    "S": "siemens",
    "T": "tesla",
    "lm": "lumen",
    "lx": "lux",
    "Bq": "becquerel",
    "Ci": "curie",
    "Sv": "sievert",
    "L": "liter",
    "l": "liter",
    "t": "metric_ton",
    "cal": "calorie",
}
_OTHERS = {
    "Cel": "degree_Celsius",
    "[degF]": "degree_Fahrenheit",
    "%": "percent",
    "[ppth]": "permille",
    "[ppm]": "ppm",
    "[ppb]": "part_per_billion",
    "min": "minute",
    "h": "hour",
    "d": "day",
    "wk": "week",
    "a": "year",
    "deg": "degree",
    "atm": "standard_atmosphere",
    "mm[Hg]": "millimeter_Hg",
    "[in_i'Hg]": "inch_Hg",
    "[psi]": "pound_force_per_square_inch",
    "[Btu_IT]": "british_thermal_unit",
    "[in_i]": "inch",
    "[ft_i]": "foot",
    "[mi_i]": "mile",
    "[kn_i]": "knot",
    "[gal_us]": "gallon",
    "[lb_av]": "pound",
}
# What people write, in small letters, where it is no UCUM code or a strange one.
_SPOKEN = {
    "°c": "Cel",
    "c": "Cel",
    "degc": "Cel",
    "celsius": "Cel",
    "°f": "[degF]",
    "f": "[degF]",
    "degf": "[degF]",
    "fahrenheit": "[degF]",
    "kelvin": "K",
    "percent": "%",
    "pct": "%",
    "%rh": "%",
    "ratio": "1",
    "fraction": "1",
    "ppm": "[ppm]",
    "ppb": "[ppb]",
    "mmhg": "mm[Hg]",
    "inhg": "[in_i'Hg]",
    "psi": "[psi]",
    "btu": "[Btu_IT]",
    "inch": "[in_i]",
    "in": "[in_i]",
    "ft": "[ft_i]",
    "foot": "[ft_i]",
    "mile": "[mi_i]",
    "mi": "[mi_i]",
    "mph": "[mi_i]/h",
    "kmh": "km/h",
    "kph": "km/h",
    "kn": "[kn_i]",
    "knots": "[kn_i]",
    "gal": "[gal_us]",
    "gallon": "[gal_us]",
    "lpm": "L/min",
    "lux": "lx",
    "va": "V.A",
    "kva": "kV.A",
    "wh": "W.h",
    "kwh": "kW.h",
    "gwh": "GW.h",
    "sec": "s",
    "hour": "h",
    "day": "d",
}
# In these a small letter means something else.
_SPELLED = {"MWh": "MW.h", "mWh": "mW.h"}
_PLAIN = str.maketrans({"µ": "u", "μ": "u", "²": "2", "³": "3", "·": ".", "⋅": ".", "*": ".", "Ω": "Ohm", " ": ""})

COMMON = (
    *("Cel", "[degF]", "K", "%", "1", "[ppm]", "[ppb]"),
    *("hPa", "Pa", "kPa", "bar", "mbar", "mm[Hg]", "[in_i'Hg]", "[psi]", "atm"),
    *("W", "kW", "MW", "V.A", "kV.A", "W.h", "kW.h", "MW.h", "J", "kJ", "MJ", "GJ", "[Btu_IT]"),
    *("L", "mL", "m3", "[gal_us]", "L/min", "L/s", "L/h", "m3/h"),
    *("mm", "cm", "m", "km", "[in_i]", "[ft_i]", "[mi_i]", "m/s", "km/h", "[kn_i]", "[mi_i]/h"),
    *("s", "min", "h", "d", "A", "mA", "V", "mV", "Hz", "kHz", "lx", "lm/m2", "W/m2"),
    *("ug/m3", "mg/m3", "g/m3", "Bq/m3", "pCi/L"),
)
"""What is asked for often, to name what fits."""

_TERM = re.compile(r"(?:1|(?P<atom>[A-Za-z]*\[[^\[\]]+\]|[A-Za-z]+|%)(?P<exponent>[+-]?\d)?)?(?:\{[^{}]*\})?")
OFFSET = frozenset({"degree_Celsius", "degree_Fahrenheit"})
"""Units, by pint's names, whose zero is not nothing."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit.

    Attributes:
        code: its UCUM code.
        parts: pint's names with their exponents.
    """

    code: str
    parts: tuple[tuple[str, int], ...]

    @property
    def has_offset(self) -> bool:
        """Whether its zero is not nothing: a temperature, not a difference of two."""
        return len(self.parts) == 1 and self.parts[0] in {(name, 1) for name in OFFSET}


def units_of(text: str) -> list[Unit]:
    """What a text may mean: a UCUM code first, then what people call by it."""
    plain = text.strip().translate(_PLAIN)
    spoken = _SPELLED.get(plain) or _SPOKEN.get(plain.lower())
    found = (parse(code) for code in (plain, spoken) if code)
    return [unit for unit in found if unit]


@lru_cache(1024)
def parse(code: str) -> Unit | None:
    """The unit of a UCUM code; None where it is none, or one that cannot be converted, such as a level in dB."""
    parts: list[tuple[str, int]] = []
    sign = 1
    for position, piece in enumerate(re.split(r"([./])", code)):
        if position % 2:
            sign = -1 if piece == "/" else 1
            continue
        match = _TERM.fullmatch(piece)
        if match is None or not piece:
            return None
        if (atom := match["atom"]) is None:
            continue
        if (name := _name(atom)) is None:
            return None
        parts.append((name, sign * int(match["exponent"] or 1)))
    return Unit(code, tuple(parts))


def _name(atom: str) -> str | None:
    """Pint's name of an atom with its prefix."""
    if found := _METRIC.get(atom) or _OTHERS.get(atom):
        return found
    for prefix, name in _PREFIXES.items():
        if atom.startswith(prefix) and (base := _METRIC.get(atom.removeprefix(prefix))):
            return f"{name}{base}"
    return None
