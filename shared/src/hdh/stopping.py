"""Ends work that nobody waits for any more, such as a query whose asker has left: from outside, in another thread."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from hdh.errors import Retryable


class Stop:
    """Set once, by whoever knows that nobody waits; work that can be ended registers how. Safe for several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._enders: list[Callable[[], object]] = []
        self._is_set = False

    @property
    def is_set(self) -> bool:
        """Whether nobody waits any more."""
        return self._is_set

    def now(self) -> None:
        """End what is registered, and whatever will be."""
        with self._lock:
            self._is_set = True
            for ender in self._enders:
                ender()

    @contextmanager
    def ending(self, ender: Callable[[], object]) -> Iterator[None]:
        """Register how to end what the block does; `ender` must not wait, and is never called after the block."""
        with self._lock:
            if self._is_set:
                raise Retryable("Nobody waits for this any more.")
            self._enders.append(ender)
        try:
            yield
        finally:
            with self._lock:
                self._enders.remove(ender)


_current: ContextVar[Stop | None] = ContextVar("stop", default=None)


def begin() -> Stop:
    """A new stop for all that this context does from here on, in threads that are given its copy too."""
    stop = Stop()
    _current.set(stop)
    return stop


@contextmanager
def stoppable(ender: Callable[[], object]) -> Iterator[None]:
    """Let the context's stop, if it has one, end what the block does.

    Raises:
        Retryable: it was stopped before.
    """
    stop = _current.get()
    if stop is None:
        yield
        return
    with stop.ending(ender):
        yield


def is_stopped() -> bool:
    """Whether nobody waits for what this context does."""
    stop = _current.get()
    return stop is not None and stop.is_set
