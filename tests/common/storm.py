"""A storm: two bad messages to each good one, of every kind that broken devices and rude people send."""

import json
import random

from tests.common import publisher

COUNT = 15_000
BAD = 10_000
HUGE = frozenset({1_001, 5_000, 9_002, 13_001})
"""Messages of 10 MB each, three of them no JSON, one of them no text."""

_DEVICE = "toe/house/room/broken"
_READING = '{{"time": {}, "temperature": 1}}'
_KINDS: tuple[tuple[str, bytes, str], ...] = (
    (_DEVICE, b'{"time": 1700000000, "temp', "payload"),
    (_DEVICE, b"[" * 5_000, "payload"),
    (_DEVICE, b'"text"', "payload"),
    (_DEVICE, b"[1, 2, 3]", "payload"),
    (_DEVICE, b'{"temperature": 1' + b"0" * 5_000 + b"}", "payload"),
    (_DEVICE, b'{"temperature": {"a": 1}}', "type"),
    (_DEVICE, b'{"temperature": [1]}', "type"),
    (_DEVICE, b'{"temperature": "warm"}', "type"),
    (_DEVICE, b'{"temperature": NaN}', "type"),
    (_DEVICE, b'{"temperature": 1e999}', "type"),
    (f"{_DEVICE}/temperature", b"NaN", "type"),
    (f"{_DEVICE}/temperature", b"\x00\x01", "type"),
    (f"{_DEVICE}/temperature", b"warm", "type"),
    ("nowhere", b"1", "topic"),
    ("toe/house", b"{}", "topic"),
    ("toe//room/broken", b'{"temperature": 1}', "topic"),
    ("toe/a/b/c/d/e/f", b"1", "topic"),
    ("elsewhere/house/room/broken", b'{"temperature": 1}', "project"),
    (_DEVICE, _READING.format(0).encode(), "clock"),
    (_DEVICE, _READING.format('"1970-01-01T00:00:01Z"').encode(), "clock"),
    (_DEVICE, _READING.format('"2036-02-07T06:28:16Z"').encode(), "clock"),
    (_DEVICE, _READING.format('"yesterday"').encode(), "time"),
    (_DEVICE, _READING.format("9" * 30).encode(), "time"),
    (_DEVICE, json.dumps({"temp,humidity": 1}).encode(), "field"),
    (_DEVICE, json.dumps({"a\nb,c=1 2": 1}).encode(), "field"),
    (_DEVICE, json.dumps({"": 1}).encode(), "field"),
)


def is_good(number: int) -> bool:
    """Every third is good: as `tests.common.publisher` makes them."""
    return number % 3 == 0


def message(number: int) -> tuple[str, bytes]:
    """Topic and payload."""
    if is_good(number):
        return publisher.message(number)
    if number in HUGE:
        piece = b"\xff\x00" if number == max(HUGE) else b'{"'
        return _DEVICE, piece * 5_000_000
    topic, payload, reason = _KINDS[number % len(_KINDS)]
    if reason == "payload" and number % 2:
        return topic, random.Random(number).randbytes(200)
    return topic, payload


def reason(number: int) -> str:
    """Why it is rejected."""
    return "payload" if number in HUGE else _KINDS[number % len(_KINDS)][2]
