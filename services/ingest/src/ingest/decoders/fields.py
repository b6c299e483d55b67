"""From the names and values of a payload to fields of the store, and a fault for each that cannot be one."""

from collections.abc import Mapping
from typing import Any

import msgspec

from hdh.model import TEXT_SUFFIX
from hdh.quantities import Kind, Quantity, catalogue, snake_case
from ingest.message import Fault, Reason

Fields = dict[str, float | str]

LONGEST_TEXT = 65_536
_LONGEST_NAME = 64
_LONGEST_SHOWN = 60
_CACHED_NAMES = 8192
_EXACT = 2**53

_ON = ("on", "true", "yes", "online", "connected", "detected", "active", "present", "wet")
_OFF = ("off", "false", "no", "offline", "disconnected", "clear", "inactive", "absent", "dry")
_OPEN, _CLOSED = ("open", "opened"), ("closed", "close")
_WORDS = dict.fromkeys(_ON + _OPEN, 1.0) | dict.fromkeys(_OFF + _CLOSED, 0.0)
_CONTACT_WORDS = _WORDS | dict.fromkeys(_OPEN, 0.0) | dict.fromkeys(_CLOSED, 1.0)


class Field(msgspec.Struct, frozen=True, gc=False):
    """What is known about a name in payloads.

    Attributes:
        name: the field for numbers; the field for text ends in `_text`.
        quantity: the catalogue's entry, if it knows the name.
        numeric: whether a number may stand in it.
        fault: why it cannot be a field, else None.
    """

    name: str
    quantity: Quantity | None
    numeric: bool
    fault: Fault | None


_known: dict[str, Field] = {}


def field_of(raw: str) -> Field:
    """What is known about a name, as payloads spell it. One look-up for a name that was seen before."""
    try:
        return _known[raw]
    except KeyError:
        if len(_known) >= _CACHED_NAMES:
            _known.clear()
        found = _known[raw] = _learn(raw)
        return found


def read_fields(items: Mapping[str, Any], faults: list[Fault]) -> Fields:
    """Read the pairs of an object: the good ones come back, the others become faults; null is no reading."""
    fields: Fields = {}
    for raw, value in items.items():
        # Most values of most messages take this short way.
        field = _known.get(raw)
        if field is not None and field.numeric and field.name not in fields:
            kind = type(value)
            if kind is float and value - value == 0.0:  # finite
                fields[field.name] = value
                continue
            if kind is int and -_EXACT < value < _EXACT:
                fields[field.name] = float(value)
                continue
        add_reading(fields, faults, raw, value)
    return fields


def add_reading(fields: Fields, faults: list[Fault], raw: str, value: object) -> None:
    """Add one reading to `fields`, or what is wrong with it to `faults`."""
    if value is None:
        return
    field = field_of(raw)
    found = field.fault or _read_value(field, raw, value)
    if isinstance(found, Fault):
        faults.append(found)
        return
    name, read = found
    if fields.setdefault(name, read) != read:
        faults.append(_clash(raw, name, fields[name], read))


def shown(value: object) -> str:
    """A value as a fault shows it: short."""
    if isinstance(value, (dict, list)):
        # Spelling it out could take as much memory as the payload allows.
        return "an object" if isinstance(value, dict) else "a list"
    text = repr(value[: _LONGEST_SHOWN * 2] if isinstance(value, str) else value)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"


def _learn(raw: str) -> Field:
    quantity = catalogue().resolve(raw)
    if quantity is not None:
        return Field(quantity.name, quantity, numeric=True, fault=None)
    name = snake_case(raw)
    if not name.isidentifier() or len(name) > _LONGEST_NAME:
        rule = f"Use letters, digits and _, at most {_LONGEST_NAME}, a letter first."
        return Field(
            "", None, numeric=False, fault=Fault(Reason.FIELD, f"{shown(raw)} cannot be a field's name. {rule}")
        )
    if name == "time":
        text = f"{shown(raw)} cannot be a field's name: it is the reading's time. Send it once, as `time`."
        return Field("", None, numeric=False, fault=Fault(Reason.FIELD, text))
    if name.endswith(TEXT_SUFFIX):
        base = name.removesuffix(TEXT_SUFFIX)
        return Field(base, catalogue().get(base), numeric=False, fault=None)
    return Field(name, None, numeric=True, fault=None)


def _read_value(field: Field, raw: str, value: object) -> tuple[str, float | str] | Fault:
    if isinstance(value, str):
        return _read_text(field, raw, value)
    if not isinstance(value, (bool, int, float)):
        return _refuse(
            raw, f"{shown(value)} is no reading. Send flat pairs of names and values, or a list of such objects."
        )
    if not field.numeric:
        return _refuse(raw, f"{shown(value)} is no text, but names in {TEXT_SUFFIX} are for text. Use another name.")
    try:
        number = float(value)
    except OverflowError:
        number = float("inf")
    if number - number != 0.0:
        return _refuse(
            raw, f"{shown(value)} is not finite. Leave the field out, or send null, where nothing was measured."
        )
    return field.name, number


def _read_text(field: Field, raw: str, text: str) -> tuple[str, float | str] | Fault:
    quantity = field.quantity
    if quantity is not None and field.numeric:
        number = _number(quantity, text)
        if number is not None and number - number == 0.0:
            return field.name, number
        if number is not None or quantity.kind is not Kind.STATE:
            unit = f" in {quantity.symbol}" if quantity.symbol else ""
            return _refuse(
                raw, f"{shown(text)} is no number. Send a finite one{unit}, or null where nothing was measured."
            )
    if len(text) > LONGEST_TEXT:
        return _refuse(raw, f"a text of {len(text)} characters is too long. Send {LONGEST_TEXT} at most.")
    return field.name + TEXT_SUFFIX, text


def _number(quantity: Quantity, text: str) -> float | None:
    """The number that a text means for a quantity, perhaps not finite; None where it means none."""
    if quantity.kind is Kind.STATE:
        words = _CONTACT_WORDS if quantity.name == "contact" else _WORDS
        if (number := words.get(text.strip().lower())) is not None:
            return number
    try:
        # Python would read 1_000 and digits of other scripts, too; devices do not mean numbers by them.
        return float(text) if text.isascii() and "_" not in text else None
    except ValueError:
        return None


def _refuse(raw: str, text: str) -> Fault:
    return Fault(Reason.TYPE, f"field {shown(raw)}: {text}")


def _clash(raw: str, name: str, first: float | str, second: float | str) -> Fault:
    text = f"field {shown(raw)}: it means {name!r}, which is in the message already with another value"
    return Fault(Reason.FIELD, f"{text}, {shown(first)} and {shown(second)}. Send one of them.")
