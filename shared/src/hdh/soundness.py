"""What a sound point is, for every store alike. A store's quick path takes the usual point without asking here."""

import math
import re

from hdh.model import TEXT_SUFFIX, Place, Point

_HALF_A_CHARACTER = re.compile("[\ud800-\udfff]")


def is_unicode(text: str) -> bool:
    """Whether the text has no half of a character in it, which no store can hold."""
    return text.isascii() or _HALF_A_CHARACTER.search(text) is None


def check_point(point: Point) -> None:
    """Refuse a point that no store takes.

    Raises:
        ValueError: it has no fields, an empty name or one that is no valid Unicode, a value that is no finite number
            and no text (a boolean is neither), text under a name that does not end in `_text` or a number under one
            that does, or a time that is no integer. The text says which point, what is wrong, and where.
    """
    check_names(point.measurement, point.place)
    if type(point.time) is not int:
        raise ValueError(f"{_spell(point)}: the time {point.time!r} is no integer")
    if not point.fields:
        raise ValueError(f"{_spell(point)}: there are no fields")
    for name, value in point.fields.items():
        if fault := _fault(name, value):
            raise ValueError(f"{_spell(point)}: the field {name!r} {fault}")


def check_names(measurement: str, place: Place) -> None:
    """Refuse a measurement, house, room or device without a name, or whose name is no valid Unicode.

    Raises:
        ValueError: names which one.
    """
    names = {"measurement": measurement, "device": place.device, "house": place.house, "room": place.room}
    for key, name in names.items():
        if name and is_unicode(name):
            continue
        where = f"point {measurement} of {place.house}/{place.room}/{place.device}"
        if not name:
            raise ValueError(f"{where}: the {key} has no name")
        raise ValueError(f"{where}: the {key}'s name is no valid Unicode: {name!r}")


def _spell(point: Point) -> str:
    place = point.place
    return f"point {point.measurement} of {place.house}/{place.room}/{place.device} at {point.time}"


def _fault(name: str, value: object) -> str:
    """What is wrong with a field; nothing where it is sound."""
    if not name:
        return "has no name"
    if not is_unicode(name):
        return "has a name that is no valid Unicode"
    if not isinstance(value, str | float) and type(value) is not int:
        return f"is of type {type(value).__name__}, neither number nor text"
    if isinstance(value, str) != name.endswith(TEXT_SUFFIX):
        return f"holds {value!r:.100}: text, and only text, goes to fields that end in {TEXT_SUFFIX!r}"
    return _text_fault(value) if isinstance(value, str) else _number_fault(value)


def _text_fault(value: str) -> str:
    return "" if is_unicode(value) else f"is no valid Unicode: {value!r:.100}"


def _number_fault(value: float) -> str:
    try:
        number = float(value)
    except OverflowError:
        return "is too large for a number"
    return "" if math.isfinite(number) else f"is not finite: {value!r}"
