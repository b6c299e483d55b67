"""How long to wait before trying again: longer each time, with jitter so that many do not come at once."""

from random import Random


class Backoff:
    """Waiting times that double from `first` to `most` seconds.

    Args:
        first: seconds of the first wait, before jitter.
        most: the longest wait in seconds, before jitter.
        random: where the jitter comes from; a wait is its full length less up to a half.
    """

    def __init__(self, first: float, most: float, random: Random) -> None:
        self._first = first
        self._most = most
        self._random = random
        self._tries = 0

    def next(self, at_least: float | None = None) -> float:
        """The seconds to wait now; never less than what the other side asked for."""
        full = min(self._most, self._first * (1 << min(self._tries, 30)))
        self._tries += 1
        return max(full * (1 - self._random.random() / 2), at_least or 0.0)

    def reset(self) -> None:
        """It went well: the next wait is short again."""
        self._tries = 0
