"""From bytes to JSON values and times, as devices write them."""

import json
from zoneinfo import ZoneInfo

import msgspec

from hdh.times import from_epoch, from_iso, from_local
from ingest.decoders.fields import shown

_decode = msgspec.json.Decoder().decode
_BOM = b"\xef\xbb\xbf"
_LENIENT_BYTES = 65_536
MOST_FIELDS = 1_000
MOST_ENTRIES = 10_000
# A payload shorter than this cannot hold so many.
_CHECKED_BYTES = 4 * MOST_FIELDS
# As hdh.times.from_epoch tells seconds and milliseconds apart.
SECONDS_END = 100_000_000_000
MILLISECONDS_END = 100_000_000_000_000


class TooMuch(ValueError):
    """The message holds more than one message may; a sentence with the remedy."""


def read_json(payload: bytes) -> object:
    """Read JSON; also with NaN and Infinity, as Python writes them, so that the rest of the message is not lost.

    Raises:
        TooMuch: it holds more than MOST_FIELDS fields in an object, or MOST_ENTRIES list entries and nested objects.
        ValueError: it is none; a sentence with the remedy.
    """
    value = _read(payload)
    if len(payload) > _CHECKED_BYTES:
        _check_size(value)
    return value


def _check_size(value: object) -> None:
    entries, containers = 0, [value]
    while containers:
        container = containers.pop()
        if isinstance(container, dict):
            if len(container) > MOST_FIELDS:
                text = f"an object has {len(container)} fields; {MOST_FIELDS} are the most. Send them in several."
                raise TooMuch(text)
            inner = [value for value in container.values() if isinstance(value, (dict, list))]
            entries += len(inner)
        elif isinstance(container, list):
            entries += len(container)
            inner = container if entries <= MOST_ENTRIES else []
        else:
            continue
        if entries > MOST_ENTRIES:
            text = f"the message has {entries} entries or more; {MOST_ENTRIES} are the most. Send several messages."
            raise TooMuch(text)
        containers += inner


def _read(payload: bytes) -> object:
    try:
        return _decode(payload)
    except (ValueError, RecursionError) as error:
        try:
            return _read_leniently(payload)
        except (ValueError, RecursionError):
            raise ValueError(_sentence(payload, error)) from None


def _read_leniently(payload: bytes) -> object:
    text = payload.removeprefix(_BOM).decode()
    # Half a surrogate pair cannot be written anywhere; the strict reader has refused it already.
    if len(payload) > _LENIENT_BYTES or "\\ud" in text.lower():
        raise ValueError
    return json.loads(text)


def _sentence(payload: bytes, error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "the payload is not UTF-8. Send JSON in UTF-8."
    start = shown(payload[:80].decode(errors="replace"))
    return f"the payload is no JSON ({str(error)[:200]}): {start}. Send a JSON object."


def read_time(value: object, zone: ZoneInfo | None = None) -> int:
    """Epoch ms from epoch seconds or milliseconds (also as text), or ISO 8601, local in `zone` without offset.

    Raises:
        ValueError: it is no time; a sentence with the remedy.
    """
    # Whole milliseconds and seconds are by far the most frequent.
    if type(value) is int:
        if SECONDS_END <= value < MILLISECONDS_END:
            return value
        if 0 <= value < SECONDS_END:
            return value * 1000
    try:
        if isinstance(value, str):
            return from_epoch(float(value)) if _is_number(value) else from_iso(value, zone)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return from_epoch(value)
    except (ValueError, OverflowError) as error:
        if "has no offset" in str(error):
            raise ValueError(f"time {error}.") from None
    remedy = "Send epoch seconds or milliseconds, or ISO 8601 as 2026-01-31T12:00:00Z."
    raise ValueError(f"time {shown(value)} cannot be read. {remedy}")


def read_local_time(value: object, zone: ZoneInfo) -> tuple[int, int | None]:
    """As `read_time`, and the second meaning of a local time in the hour that comes twice in autumn, if it is one.

    Raises:
        ValueError: it is no time; a sentence with the remedy.
    """
    if isinstance(value, str) and ":" in value:
        try:
            return from_local(value, zone)
        except (ValueError, OverflowError):
            # The slow way knows the sentence to say.
            return read_time(value, zone), None
    return read_time(value, zone), None


def _is_number(text: str) -> bool:
    if "-" in text[1:] or ":" in text:
        return False
    tidy = text.strip().removeprefix("-")
    return tidy.isascii() and tidy.replace(".", "", 1).isdigit()
