"""What names of the source may mean: quantity, unit, place."""

import re
from dataclasses import dataclass

from hdh.quantities import Quantity, catalogue, snake_case
from migrate.batch import FIELD, NUMBERS, SeriesFound
from migrate.units import conversion

_UNIT_IN_NAME = re.compile(r"^(.*?)\s*[\[(]([^\[\]()]+)[\])]\s*$")
_SUFFIX_UNITS = {
    "_f": "[degF]", "f": "[degF]", "_fahrenheit": "[degF]", "_k": "K", "_kelvin": "K", "_pa": "Pa", "_kpa": "kPa",
    "_mbar": "mbar", "_wh": "W.h", "_kw": "kW", "_mw": "mW", "_ma": "mA", "_mv": "mV", "_j": "J", "_l": "l",
}  # fmt: skip
_RANGE_UNITS = {"temperature": ("[degF]", "K"), "pressure": ("Pa", "kPa"), "energy_total": ("W.h",)}
_GENERIC = {"value", "_value", "val", "v", "reading", "data", "mean", "arvo", "state"}
_PLACES = {
    "house": ("house", "building", "home", "site", "apartment", "talo", "rakennus", "building_id", "house_id"),
    "room": ("room", "location", "area", "zone", "huone", "tila", "room_id"),
    "device": (
        "device", "device_id", "sensor", "sensor_id", "deveui", "entity_id", "node", "mac", "id", "name", "host",
        "anturi", "laite", "topic",
    ),
}  # fmt: skip
_QUANTITY_KEYS = ("measurement", "file.last", "file")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a series measures.

    Attributes:
        key: the label that says so.
        quantity: its name; the catalogue's where it knows it.
        known: the catalogue's entry.
        unit: the source's unit where it is not the catalogue's.
        rest: what is left of the label's text beside the quantity.
        doubt: what may be wrong, a sentence; empty if nothing.
    """

    key: str
    quantity: str
    known: Quantity | None
    unit: str | None = None
    rest: str = ""
    doubt: str = ""


def meaning_of(series: SeriesFound) -> Meaning:
    """What a series measures, by its labels and values."""
    labels = dict(series.labels)
    field = labels.get(FIELD, "")
    found = _by_name(FIELD, field)
    if found is None and (field.lower() in _GENERIC or field.isdecimal()):
        others = [*_QUANTITY_KEYS, *(key for key in labels if key not in {*_QUANTITY_KEYS, FIELD})]
        texts = ((key, labels[key]) for key in others if key in labels and key != "database")
        found = next((meaning for key, text in texts if (meaning := _by_name(key, text))), None)
    if found is None:
        name, unit = _without_unit(field)
        if field.isdecimal() or field.lower() in _GENERIC:
            name = labels.get("measurement") or labels.get("file.last") or name
        key = FIELD if name == _without_unit(field)[0] else "measurement" if "measurement" in labels else "file.last"
        plain = re.sub(r"\W+", "_", snake_case(name)).strip("_") or "unknown"
        plain = plain if plain[0].isalpha() else f"q_{plain}"
        doubt = f"the catalogue does not know {name!r}: it is stored as {plain!r}, listed as unknown."
        return Meaning(
            key, plain.removesuffix("_text"), None, None, "", doubt if not unit else f"{doubt} Unit: {unit}."
        )
    return _checked(found, series)


def place_keys(labels: dict[str, str]) -> dict[str, str]:
    """The label that names the house, the room and the device, of those that do."""
    found: dict[str, str] = {}
    for part, names in _PLACES.items():
        plain = {
            key.rpartition(".")[2].lower().lstrip("_"): key for key in labels if key.startswith(("tag.", "column."))
        }
        if part in labels:
            found[part] = part
        elif key := next((plain[name] for name in names if name in plain and plain[name] not in found.values()), None):
            found[part] = key
    return found


def _by_name(key: str, text: str) -> Meaning | None:
    name, unit = _without_unit(text)
    if known := catalogue().resolve(name):
        return Meaning(key, known.name, known, _fitting(unit, known))
    low = snake_case(name)
    for suffix, code in _SUFFIX_UNITS.items():
        if low.endswith(suffix) and (known := catalogue().resolve(low.removesuffix(suffix))) and _fitting(code, known):
            return Meaning(key, known.name, known, code)
    # `kitchen_temp`, `Living room temperature`: the last words are the quantity.
    words = re.split(r"[ _.\-/]+", name)
    for start in range(1, len(words)):
        if known := catalogue().resolve("_".join(words[start:])):
            return Meaning(key, known.name, known, _fitting(unit, known), rest=" ".join(words[:start]))
    return None


def _without_unit(text: str) -> tuple[str, str | None]:
    match = _UNIT_IN_NAME.match(text)
    return (match[1], match[2].strip()) if match and match[1] else (text, None)


def _fitting(unit: str | None, known: Quantity) -> str | None:
    """The unit if it is one of this quantity and not the catalogue's own."""
    if unit is None or unit in {known.unit, known.symbol}:
        return None
    try:
        by, plus = conversion(unit, known)
    except ValueError:
        return None
    return None if (by, plus) == (1.0, 0.0) else unit


def _checked(found: Meaning, series: SeriesFound) -> Meaning:
    """The meaning with a doubt where the values are not plausible in the unit."""
    known = found.known
    if known is None or series.low is None or series.high is None or series.kind not in NUMBERS:
        return found
    if found.unit is not None or (known.low is None and known.high is None):
        return found
    if _plausible(known, series.low, series.high):
        return found
    values = f"values go from {series.low:g} to {series.high:g} {known.symbol}".rstrip()
    for unit in _RANGE_UNITS.get(known.name, ()):
        by, plus = conversion(unit, known)
        if _plausible(known, series.low * by + plus, series.high * by + plus):
            text = f"{values}, which is not plausible; in {unit} they would be. Is {unit} the unit?"
            return Meaning(found.key, found.quantity, known, unit, found.rest, text)
    middle = f"plausible is {_shown(known.low)} to {_shown(known.high)}"
    text = f"{values}; {middle}. Is the unit right, or are there broken readings (`minimum`, `maximum`)?"
    return Meaning(found.key, found.quantity, known, None, found.rest, text)


def _plausible(known: Quantity, low: float, high: float) -> bool:
    return (known.low is None or low >= known.low) and (known.high is None or high <= known.high)


def _shown(limit: float | None) -> str:
    return "any" if limit is None else f"{limit:g}"
