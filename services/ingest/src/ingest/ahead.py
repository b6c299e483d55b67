"""Times for readings that have none: their arrival's, or the next millisecond that their series has free."""

from collections.abc import Iterable, Mapping

from hdh.model import Place

_NEWEST = ""
_SEPARATOR = "/"
_SMALL_STEP_MS = 60_000
_TIDY_PLACES = 1024


class Ahead:
    """The last time given out per series, as far as a coming message could get it again.

    What it gives depends on the messages alone: the same ones in the same order get the same times.
    """

    def __init__(self, state: Mapping[str, int] | None = None) -> None:
        self._last: dict[Place, dict[str, int]] = {}
        self._newest = 0
        self._tidy_at = _TIDY_PLACES
        for key, time in (state or {}).items():
            if key == _NEWEST:
                self._newest = time
            else:
                # Only a device's name may hold the separator.
                house, room, rest = key.split(_SEPARATOR, 2)
                device, _, name = rest.rpartition(_SEPARATOR)
                self._last.setdefault(Place(house, room, device), {})[name] = time

    def state(self) -> dict[str, int]:
        """What a new one needs to go on alike."""
        self._tidy()
        state = {_NEWEST: self._newest}
        for place, series in self._last.items():
            prefix = _SEPARATOR.join((place.house, place.room, place.device, ""))
            state.update({prefix + name: time for name, time in series.items()})
        return state

    def claim(self, arrived: int, place: Place, names: Iterable[str]) -> int:
        """The time (epoch ms) of readings of these quantities at a place that arrived at `arrived`."""
        if arrived != self._newest:
            arrived = self._move(arrived)
        series = self._last.get(place)
        if series is None:
            self._last[place] = dict.fromkeys(names, arrived)
            return arrived
        time = arrived
        for name in names:
            if name in series and series[name] >= time:
                time = series[name] + 1
        for name in names:
            series[name] = time
        return time

    def _move(self, arrived: int) -> int:
        """Go on to a message's arrival."""
        if arrived < self._newest:
            if arrived >= self._newest - _SMALL_STEP_MS:
                # The clock was set back a little: times already given out must not come again.
                return self._newest
            # It was set back far: what it gave out ahead of its time must not draw times after it.
            self._last.clear()
        self._newest = arrived
        if len(self._last) >= self._tidy_at:
            self._tidy()
            self._tidy_at = max(_TIDY_PLACES, 2 * len(self._last))
        return arrived

    def _tidy(self) -> None:
        """Forget the times that no message from here on can get."""
        newest, last = self._newest, {}
        for place, series in self._last.items():
            if kept := {name: time for name, time in series.items() if time >= newest}:
                last[place] = kept
        self._last = last
