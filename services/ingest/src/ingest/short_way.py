"""From the payload of a usual message to its points: no record, no fault, and as few calls as it takes."""

from typing import Any

from hdh.model import Place, Point
from hdh.site.stand import Stand
from hdh.times import from_epoch
from ingest.decoders import Address
from ingest.decoders.fields import Fields
from ingest.decoders.payload import MILLISECONDS_END, SECONDS_END
from ingest.decoders.usual import LONGEST, TIME, Exact, Groups, Usual
from ingest.lane import Lane

_LONG_WAYS = 16
"""After a message that was not usual, how many of its topic do not try the short way."""


class ShortWay:
    """The way of usual messages on one topic.

    Args:
        usual: what usual is.
        address: what the topic says.
        stand: where the device stands.
        lane: the project.
        keeps_time: the time that the device sends holds.
    """

    __slots__ = (
        "_earliest",
        "_exact",
        "_keeps_time",
        "_lane",
        "_long_ways",
        "_most_ahead",
        "_most_behind",
        "_newest_names",
        "_read_any",
        "_stand",
        "_usual",
    )

    def __init__(self, usual: Usual, address: Address, stand: Stand, lane: Lane, *, keeps_time: bool) -> None:
        self._usual = usual
        self._read_any = usual.reader(address)
        self._stand = stand
        self._lane = lane
        self._keeps_time = keeps_time
        # As `check_time` has it: here a call costs as much as all else that is done with the time.
        project = lane.project
        self._earliest, self._most_ahead = max(0, project.clock_earliest), project.clock_ahead
        self._most_behind = MILLISECONDS_END if project.retention is None else project.retention
        self._long_ways = 0
        self._newest_names = 0
        self._exact: Exact | None = None

    def points(self, payload: bytes, arrived: int) -> list[Point] | None:
        """The points of a usual message that arrived at `arrived` (epoch ms).

        Returns:
            What `Placer.place` would come to, if that is points and nothing else; None where it has to tell.
        """
        # Most messages pass here without a call but those that read them: each would cost as much as all that is done
        # with the time.
        found: tuple[dict[str, Any], Groups] | None = None
        if (exact := self._exact) is not None:
            try:
                found = exact.numbers(exact.decode(payload)), exact.groups
            except ValueError:
                self._exact = None
        if found is None and (found := self._read(payload)) is None:
            return None
        numbers, groups = found
        time = numbers.pop(TIME, None)
        if time is None:
            return self._points_of_no_time(groups, numbers, arrived)
        if type(time) is float:
            if not 0 <= time < MILLISECONDS_END:
                return None
            time = from_epoch(time)
        elif time < SECONDS_END:
            time *= 1000
        if not self._keeps_time:
            return self._points_of_no_time(groups, numbers, arrived)
        if not self._earliest <= time <= arrived + self._most_ahead or time < arrived - self._most_behind:
            return None
        stand = self._stand
        place = stand.at(time) if stand.assigned else stand.place
        return [Point(groups[0][0], place, time, numbers)] if len(groups) == 1 else _split(groups, place, time, numbers)

    def _points_of_no_time(self, groups: Groups, fields: Fields, arrived: int) -> list[Point]:
        stand, lane = self._stand, self._lane
        place = stand.at(arrived) if stand.assigned else stand.place
        return points_of(groups, place, lane.ahead.claim(arrived, place, fields), fields)

    def _read(self, payload: bytes) -> tuple[dict[str, Any], Groups] | None:
        """The numbers of a payload, called as in the store, and their groups; None where it has to go the long way."""
        if self._long_ways or len(payload) > LONGEST:
            self._long_ways -= self._long_ways > 0
            return None
        try:
            values = self._read_any(payload)
        except ValueError:
            self._long_ways = _LONG_WAYS
            return None
        return self._meet(tuple(values), values)

    def _meet(self, names: tuple[str, ...], values: dict[str, float]) -> tuple[dict[str, Any], Groups] | None:
        plan = self._usual.plan(names)
        if plan is None:
            return None
        newest, self._newest_names = self._newest_names, hash(names)
        if newest == self._newest_names:
            # The second one running: those that follow will probably have these names, too.
            self._exact = self._usual.exact(names, plan, self._read_any)
        return dict(zip(plan.names, values.values(), strict=True)), plan.groups


def points_of(groups: Groups, place: Place, time: int, fields: Fields) -> list[Point]:
    """A point for each measurement."""
    return [Point(groups[0][0], place, time, fields)] if len(groups) == 1 else _split(groups, place, time, fields)


def _split(groups: Groups, place: Place, time: int, fields: Fields) -> list[Point]:
    return [Point(measurement, place, time, {name: fields[name] for name in names}) for measurement, names in groups]
