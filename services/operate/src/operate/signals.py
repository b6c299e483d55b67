"""Being told to end: as an exception, so that what was begun is brought to its end."""

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NoReturn

# Ctrl-C, an end by a program, and what comes when a terminal is closed or its connection breaks.
_ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def heeded() -> Iterator[None]:
    """Meanwhile these signals raise SystemExit; one that is ignored, the hang-up under nohup, stays so."""
    with _handled(_end):
        yield


@contextmanager
def unheeded() -> Iterator[None]:
    """Meanwhile these signals are ignored: for what must be done before the end."""
    with _handled(signal.SIG_IGN):
        yield


@contextmanager
def _handled(handler: Callable[[int, object], NoReturn] | signal.Handlers) -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in _ENDINGS}
    changed = [number for number in _ENDINGS if before[number] is not signal.SIG_IGN]
    for number in changed:
        signal.signal(number, handler)
    try:
        yield
    finally:
        for number in changed:
            signal.signal(number, before[number])


def _end(number: int, _: object) -> NoReturn:
    sys.exit(128 + number)
