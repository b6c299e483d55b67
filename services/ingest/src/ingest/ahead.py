"""Times for readings that have none: their arrival's, or the next millisecond that their series has free."""

from collections.abc import Iterable, Mapping

from hdh.model import Place

_NEWEST = ""
_SEPARATOR = "\x1f"
_SMALL_STEP_MS = 60_000


class Ahead:
    """The last time given out per series, as far as a coming message could get it again.

    What it gives depends on the messages alone: the same ones in the same order get the same times.
    """

    def __init__(self, state: Mapping[str, int] | None = None) -> None:
        self._last = dict(state or {})
        self._newest = self._last.pop(_NEWEST, 0)

    def state(self) -> dict[str, int]:
        """What a new one needs to go on alike."""
        return {_NEWEST: self._newest, **self._last}

    def claim(self, arrived: int, place: Place, names: Iterable[str]) -> int:
        """The time (epoch ms) of readings of these quantities at a place that arrived at `arrived`."""
        if arrived != self._newest:
            arrived = self._move(arrived)
        prefix = f"{place.house}{_SEPARATOR}{place.room}{_SEPARATOR}{place.device}{_SEPARATOR}"
        keys = [prefix + name for name in names]
        last, time = self._last, arrived
        for key in keys:
            if (taken := last.get(key)) is not None and taken >= time:
                time = taken + 1
        for key in keys:
            last[key] = time
        return time

    def _move(self, arrived: int) -> int:
        """Go on to a message's arrival, and forget the times that no message from here on can get."""
        if self._newest - _SMALL_STEP_MS <= arrived < self._newest:
            # The clock was set back a little: times already given out must not come again.
            return self._newest
        if arrived < self._newest:
            # It was set back far: what it gave out ahead of its time must not draw times after it.
            self._last.clear()
        self._newest = arrived
        self._last = {key: time for key, time in self._last.items() if time >= arrived}
        return arrived
