"""How fast the past is published: as fast as it goes, or so many times faster than it happened."""

import time
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from hdh.errors import Invalid

_MAX = "max"

T = TypeVar("T")


def parse_speed(text: str) -> float | None:
    """`max` (None), or a number of seconds of the past in a second of now.

    Raises:
        Invalid: it is neither.
    """
    if text == _MAX:
        return None
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not 0.0 < speed < float("inf"):
        raise Invalid(
            "It is no speed.", parameter="--speed", value=text, remedy="Give max, 1 (as it happened) or 3600."
        )
    return speed


def paced(
    items: Iterable[T], time_of: Callable[[T], int], speed: float | None, wait: Callable[[float], bool]
) -> Iterator[T]:
    """Yield items (in order of time, epoch ms) as fast as `speed` allows, until `wait` says to stop.

    Args:
        items: in order of time.
        time_of: an item's time.
        speed: see `parse_speed`.
        wait: waits so many seconds; returns True when waiting is over for good.
    """
    began, first = time.monotonic(), None
    for item in items:
        if first is None:
            first = time_of(item)
        if speed is not None:
            ahead = (time_of(item) - first) / 1000.0 / speed - (time.monotonic() - began)
            if ahead > 0.0 and wait(ahead):
                return
        yield item
