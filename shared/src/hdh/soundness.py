"""What a sound point is, for every store alike. A store's quick path takes the usual point without asking here."""

import math
import re

from hdh.model import TEXT_SUFFIX, Place, Point

_HALF_A_CHARACTER = re.compile("[\ud800-\udfff]")


def is_unicode(text: str) -> bool:
    """Whether the text has no half of a character in it, which no store can hold."""
    return _HALF_A_CHARACTER.search(text) is None


def check_point(point: Point) -> None:
    """Refuse a point that no store takes.

    Raises:
        ValueError: it has no fields, an empty name or one that is no valid Unicode, a value that is no finite number
            and no text (a boolean is neither), text under a name that does not end in `_text` or a number under one
            that does, or a time that is no integer. The text says which point, what is wrong, and where.
    """
    check_names(point.measurement, point.place)
    place = point.place
    where = f"point {point.measurement} of {place.house}/{place.room}/{place.device} at {point.time}"
    if type(point.time) is not int:
        raise ValueError(f"{where}: the time {point.time!r} is no integer")
    if not point.fields:
        raise ValueError(f"{where}: there are no fields")
    for name, value in point.fields.items():
        _check_field(f"{where}: the field {name!r}", name, value)


def check_names(measurement: str, place: Place) -> None:
    """Refuse a measurement, house, room or device without a name, or whose name is no valid Unicode.

    Raises:
        ValueError: names which one.
    """
    where = f"point {measurement} of {place.house}/{place.room}/{place.device}"
    names = {"measurement": measurement, "device": place.device, "house": place.house, "room": place.room}
    for key, name in names.items():
        if not name:
            raise ValueError(f"{where}: the {key} has no name")
        if not is_unicode(name):
            raise ValueError(f"{where}: the {key}'s name is no valid Unicode: {name!r}")


def _check_field(where: str, name: str, value: object) -> None:
    if not name:
        raise ValueError(f"{where} has no name")
    if not is_unicode(name):
        raise ValueError(f"{where} has a name that is no valid Unicode")
    if not isinstance(value, str | float) and type(value) is not int:
        raise ValueError(f"{where} is of type {type(value).__name__}, neither number nor text")
    if isinstance(value, str) != name.endswith(TEXT_SUFFIX):
        raise ValueError(
            f"{where} holds {value!r:.100}: text, and only text, goes to fields that end in {TEXT_SUFFIX!r}"
        )
    if isinstance(value, str):
        if not is_unicode(value):
            raise ValueError(f"{where} is no valid Unicode: {value!r:.100}")
        return
    try:
        number = float(value)
    except OverflowError:
        raise ValueError(f"{where} is too large for a number") from None
    if not math.isfinite(number):
        raise ValueError(f"{where} is not finite: {value!r}")
