"""Wait for what must become true, with a deadline, instead of sleeping."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def eventually(probe: Callable[[], T], *, seconds: float = 60, every: float = 0.05) -> T:
    """Call `probe` until it returns something true; an exception of it counts as not yet.

    Raises:
        AssertionError: the deadline passed; says what the probe returned or raised last.
    """
    deadline = time.monotonic() + seconds
    last: object = None
    while time.monotonic() < deadline:
        try:
            if result := probe():
                return result
            last = result
        except Exception as error:  # noqa: BLE001 (whatever it is, it may heal until the deadline)
            last = error
        time.sleep(every)
    raise AssertionError(f"not within {seconds} s; last: {last!r}")
