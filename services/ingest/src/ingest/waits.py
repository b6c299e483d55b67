"""Who waits after a failure, until when, and why."""

from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from hdh.errors import Misconfigured, Retryable
from ingest.backoff import Backoff

if TYPE_CHECKING:
    from collections.abc import Callable

_RETRYABLE = (0.5, 30.0)
_MISCONFIGURED = (5.0, 60.0)
_BUG = (2.0, 60.0)
_A_MOMENT = 0.05


@dataclass(slots=True)
class _Wait:
    kind: tuple[float, float]
    backoff: Backoff
    due: float
    problem: str


class Waits:
    """Waiting times by name (a project, or a task). Times come from `clock`, in seconds.

    Attributes:
        failures: how many there were in all, by name.
    """

    def __init__(self, clock: "Callable[[], float]", random: Random) -> None:
        self._clock = clock
        self._random = random
        self._waits: dict[str, _Wait] = {}
        self.failures: dict[str, int] = {}

    def is_due(self, name: str) -> bool:
        """Whether it may be tried (again) now."""
        wait = self._waits.get(name)
        return wait is None or wait.due <= self._clock()

    def failed(self, name: str, error: Exception) -> float:
        """It failed: how many seconds to wait now, by the kind of error. An unexpected one is a bug of ours."""
        kind = _RETRYABLE if isinstance(error, Retryable) else _MISCONFIGURED
        if not isinstance(error, (Retryable, Misconfigured)):
            kind = _BUG
        wait = self._waits.get(name)
        if wait is None or wait.kind != kind:
            wait = self._waits[name] = _Wait(kind, Backoff(*kind, self._random), 0.0, "")
        seconds = wait.backoff.next(error.retry_after if isinstance(error, Retryable) else None)
        wait.due = self._clock() + seconds
        wait.problem = str(error) if kind != _BUG else f"Unexpected {type(error).__name__}: {error}. See the log."
        self.failures[name] = self.failures.get(name, 0) + 1
        return seconds

    def succeeded(self, name: str) -> None:
        """It went well: forget what was."""
        self._waits.pop(name, None)

    def problems(self) -> dict[str, str]:
        """What is wrong, by name."""
        return {name: wait.problem for name, wait in list(self._waits.items())}

    def next_due(self, most: float) -> float:
        """Seconds until the next one is due, at most `most`; a moment where one is, which will be tried next."""
        dues = [wait.due - self._clock() for wait in self._waits.values()]
        return max(_A_MOMENT, min([most, *dues]))
