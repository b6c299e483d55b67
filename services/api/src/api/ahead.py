"""What is asked for again and again, kept for a moment and made anew ahead of its time, so that nobody waits for it."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import structlog

from hdh.stopping import is_stopped

_log = structlog.get_logger()
_MOST = 32
_SOON = 0.7
"""From this part of its time on a value is made anew; what is left of it is for the making."""

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class _Kept(Generic[Value]):
    """A value, and when the making of it began."""

    value: Value
    at: float


@dataclass(frozen=True, slots=True)
class _Making(Generic[Value]):
    """A value that is being made, and since when."""

    at: float
    future: Future[Value] = field(default_factory=Future)


class Ahead(Generic[Value]):
    """Values by key, never later than asked for. Safe for several threads.

    One that is asked for late in its time is made anew by a thread of its own, while those who ask
    still get the old one: a slow store then slows nobody who asks often enough. What fails there, whoever asks next
    is told. Those who ask at once for what is not there share the making of it.

    Args:
        clock: seconds that only grow.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, _Kept[Value]] = OrderedDict()
        self._making: dict[Hashable, _Making[Value]] = {}

    def get(self, key: Hashable, make: Callable[[], Value], late: float) -> Value:
        """The key's value, made by `make` from at most `late` seconds ago on."""
        with self._lock:
            now, kept = self._clock(), self._kept.get(key)
            age = float("inf") if kept is None else now - kept.at
            if kept is not None and age <= late * _SOON:
                return kept.value
            making = self._making.get(key)
            begins = making is None or (age > late and making.at < now - late)
            if making is None or begins:
                making = self._making[key] = _Making(now)
        if kept is not None and age <= late:
            if begins:
                threading.Thread(target=self._renew, args=(key, make, making), name="ahead", daemon=True).start()
            return kept.value
        if begins:
            return self._make(key, make, making)
        try:
            return making.future.result()
        except CancelledError:
            return self.get(key, make, late)

    def _make(self, key: Hashable, make: Callable[[], Value], making: _Making[Value]) -> Value:
        try:
            value = make()
        except BaseException as error:
            if is_stopped():
                # Its client has left, which is no matter of the others'.
                making.future.cancel()
            else:
                making.future.set_exception(error)
            raise
        else:
            self._keep(key, _Kept(value, making.at))
            making.future.set_result(value)
            return value
        finally:
            with self._lock:
                if self._making.get(key) is making:
                    del self._making[key]

    def _keep(self, key: Hashable, made: _Kept[Value]) -> None:
        with self._lock:
            before = self._kept.pop(key, None)
            # Whoever began later knows more.
            self._kept[key] = before if before and before.at > made.at else made
            while len(self._kept) > _MOST:
                self._kept.popitem(last=False)

    def _renew(self, key: Hashable, make: Callable[[], Value], making: _Making[Value]) -> None:
        try:
            self._make(key, make, making)
        except Exception as error:  # noqa: BLE001 (whoever asks next asks in the foreground, and is told)
            _log.warning("not_renewed", error=str(error))
