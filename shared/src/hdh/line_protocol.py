"""Line protocol: points to the lines that InfluxDB takes (times in milliseconds), and back.

InfluxDB cannot carry every name: a control character, a backslash at the end or before a special character, and a
few whole names are lost or refused. These characters are percent-encoded (`%0A`), and so is a `%` that two hex
digits follow; `from_stored` takes it back. All other names stand in the store as they are.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import chain
from math import isfinite

import msgspec

from hdh.model import TEXT_SUFFIX, Place, Point
from hdh.soundness import check_names, check_point

# Names repeat from point to point; what a stranger invents must not grow without bound.
_CACHED_PREFIXES = 65_536
_CACHED_FIELDS = 4_096
_FLOAT = frozenset({float})
_INTEGER = frozenset({int})
_JSON_TO_LINE = bytes.maketrans(b":", b"=")

_to_json = msgspec.json.Encoder().encode
_PLAIN = re.compile(r"[A-Za-z0-9_]+")
_TAGS = ("device", "house", "room")  # sorted, as the store likes them best
_UNFIT = re.compile(r"""[\x00-\x1f\x7f\ud800-\udfff]|\\(?=[,= "]|\Z)|%(?=[0-9A-Fa-f]{2})""")
_ENCODED = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_ESCAPED = re.compile(r"\\([,= ])")
_ESCAPED_TEXT = re.compile(r'\\(["\\])')
_NAME_ESCAPES = str.maketrans({",": "\\,", "=": "\\=", " ": "\\ "})
_MEASUREMENT_ESCAPES = str.maketrans({",": "\\,", " ": "\\ "})

_NAME = r"(?:\\[,= ]|[^,= \n])++"
_VALUE = r'(?:"(?:[^"\\]|\\.)*+"|[^,"= \n]++)'
_TAG = re.compile(rf",?({_NAME})=({_NAME})")
_FIELD = re.compile(rf",?({_NAME})=({_VALUE})", re.DOTALL)
_LINE = re.compile(
    rf"((?:\\[, ]|[^, \n])++)((?:,{_NAME}={_NAME})*+) ({_NAME}={_VALUE}(?:,{_NAME}={_VALUE})*+) (-?\d++)(?:\n|$)",
    re.DOTALL,
)


def to_stored(name: str) -> str:
    """The name of a house, room or device as the store holds it."""
    return _UNFIT.sub(_percent, name)


def field_to_stored(name: str) -> str:
    """The name of a field as the store holds it: one called `time` would be refused."""
    return "%74ime" if name == "time" else to_stored(name)


def measurement_to_stored(name: str) -> str:
    """The name of a measurement as the store holds it: a line that starts with # would be a comment."""
    return "%23" + to_stored(name[1:]) if name.startswith("#") else to_stored(name)


def from_stored(stored: str) -> str:
    """The name that one of these three was given; a stranger's percent signs that are no UTF-8 stay as they are."""
    return _ENCODED.sub(_unpercent, stored) if "%" in stored else stored


def encode(points: Iterable[Point]) -> bytes:
    """A line for each point, joined by newlines.

    Raises:
        ValueError: a point cannot be written; the text says which one, what is wrong, and where.
    """
    return b"\n".join(encode_points(list(points)))


def encode_points(points: Sequence[Point]) -> list[bytes]:
    """The line of each point, without its newline.

    Raises:
        ValueError: one of them is not sound; see `hdh.soundness.check_point`.
    """
    if _are_plain(points):
        return _encode_plain(points)
    are_plain = [_are_plain([point]) for point in points]
    lines = iter(_encode_plain([point for point, is_plain in zip(points, are_plain, strict=True) if is_plain]))
    return [next(lines) if is_plain else encode_point(point) for point, is_plain in zip(points, are_plain, strict=True)]


def _are_plain(points: Sequence[Point]) -> bool:
    """Whether these hold nothing but finite floats, under names that a line and JSON spell alike."""
    fields = [point.fields for point in points]
    values = list(chain.from_iterable(map(dict.values, fields)))
    return (
        all(fields)
        and _INTEGER.issuperset([type(point.time) for point in points])
        and _FLOAT.issuperset(map(type, values))
        and all(map(_is_plain_name, set().union(*fields)))
        # Where only the sum is not finite, the other way does no harm.
        and isfinite(sum(values))  # type: ignore[arg-type]  # all are floats
    )


def _encode_plain(points: Sequence[Point]) -> list[bytes]:
    """The lines of many plain points, whose JSON differs from lines only in the characters between the numbers."""
    json = _to_json([point.fields for point in points])
    pairs = json[2:-2].translate(_JSON_TO_LINE, b'"').split(b"},{")
    rows = zip(points, pairs, strict=True) if points else ()
    return [b"%b%b %d" % (_prefix(point.measurement, point.place), each, point.time) for point, each in rows]


def encode_point(point: Point) -> bytes:
    """The line of one point, without its newline.

    Raises:
        ValueError: it is not sound; see `hdh.soundness.check_point`.
    """
    check_point(point)
    pairs = ",".join([_field(name, value) for name, value in point.fields.items()])
    return b"%b%b %d" % (_prefix(point.measurement, point.place), pairs.encode(), point.time)


def decode(lines: str | bytes) -> list[Point]:
    """The points of lines as `encode` writes them; empty lines are skipped.

    Raises:
        ValueError: a line is no line of ours; the text names it.
    """
    text = lines.decode() if isinstance(lines, bytes) else lines
    points, position = [], 0
    while position < len(text):
        if text[position] == "\n":
            position += 1
            continue
        match = _LINE.match(text, position)
        if match is None:
            raise ValueError(f"no line of ours: {text[position:].splitlines()[0][:200]!r}")
        points.append(_point(*match.groups()))
        position = match.end()
    return points


def _point(measurement: str, tags: str, fields: str, time: str) -> Point:
    named = {_unescape(key): from_stored(_unescape(value)) for key, value in _TAG.findall(tags)}
    if unknown := sorted(set(named) - set(_TAGS)):
        raise ValueError(f"unknown tag {unknown[0]!r} in {tags!r}; known: {', '.join(_TAGS)}")
    place = Place(named.get("house", ""), named.get("room", ""), named.get("device", ""))
    values = {from_stored(_unescape(name)): _parse_value(value) for name, value in _FIELD.findall(fields)}
    return Point(from_stored(_unescape(measurement)), place, int(time), values)


def _parse_value(value: str) -> float | str:
    if value.startswith('"'):
        return _ESCAPED_TEXT.sub(r"\1", value[1:-1])
    number = float(value)
    if not isfinite(number):
        raise ValueError(f"{value!r} is no finite number")
    return number


@lru_cache(_CACHED_PREFIXES)
def prefix(measurement: str, place: Place) -> str:
    """All of a line before the fields.

    Raises:
        ValueError: a name is empty or no valid Unicode.
    """
    check_names(measurement, place)
    names = {key: getattr(place, key) for key in _TAGS}
    tags = "".join(f",{key}={to_stored(names[key]).translate(_NAME_ESCAPES)}" for key in _TAGS)
    return f"{measurement_to_stored(measurement).translate(_MEASUREMENT_ESCAPES)}{tags} "


@lru_cache(_CACHED_PREFIXES)
def _prefix(measurement: str, place: Place) -> bytes:
    return prefix(measurement, place).encode()


@lru_cache(_CACHED_FIELDS)
def _is_plain_name(name: str) -> bool:
    """Whether this is the name of numbers, and a line and JSON spell it alike."""
    return bool(_PLAIN.fullmatch(name)) and name != "time" and not name.endswith(TEXT_SUFFIX)


@lru_cache(_CACHED_FIELDS)
def field_key(name: str) -> str:
    """A field's name as a line spells it."""
    return field_to_stored(name).translate(_NAME_ESCAPES)


def _field(name: str, value: float | str) -> str:
    return f"{field_key(name)}={_quoted(value) if isinstance(value, str) else repr(float(value))}"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _unescape(escaped: str) -> str:
    return _ESCAPED.sub(r"\1", escaped) if "\\" in escaped else escaped


def _percent(match: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in match[0].encode("utf-8", "surrogatepass"))


def _unpercent(match: re.Match[str]) -> str:
    try:
        return bytes.fromhex(match[0].replace("%", "")).decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return match[0]
