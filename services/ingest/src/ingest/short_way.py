"""From the payload of a usual message to its points: no record, no fault, and as few calls as it takes."""

from hdh.model import Place, Point
from hdh.site.stand import Stand
from ingest.decoders import Address
from ingest.decoders.fields import Fields
from ingest.decoders.payload import MILLISECONDS_END, SECONDS_END
from ingest.decoders.usual import LONGEST, Groups, Usual
from ingest.lane import Lane, check_time

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

    __slots__ = ("_keeps_time", "_lane", "_long_ways", "_plan", "_read", "_stand")

    def __init__(self, usual: Usual, address: Address, stand: Stand, lane: Lane, *, keeps_time: bool) -> None:
        self._read = usual.reader(address)
        self._plan = usual.plan
        self._stand = stand
        self._lane = lane
        self._keeps_time = keeps_time
        self._long_ways = 0

    def points(self, payload: bytes, arrived: int) -> list[Point] | None:
        """The points of a usual message that arrived at `arrived` (epoch ms).

        Returns:
            What `Placer.place` would come to, if that is points and nothing else; None where it has to tell.
        """
        if self._long_ways or len(payload) > LONGEST:
            self._long_ways -= self._long_ways > 0
            return None
        try:
            values = self._read(payload)
        except ValueError:
            self._long_ways = _LONG_WAYS
            return None
        plan = self._plan(tuple(values))
        if plan is None:
            return None
        stamp = None if plan.time is None else values.pop(plan.time)
        fields: Fields = values if plan.fields is None else dict(zip(plan.fields, values.values(), strict=True))  # type: ignore[assignment]  # numbers are fields
        stand, lane = self._stand, self._lane
        if stamp is None or not self._keeps_time:
            place = stand.at(arrived) if stand.assigned else stand.place
            return points_of(plan.groups, place, lane.ahead.claim(arrived, place, fields), fields)
        whole = int(stamp)
        time = whole if whole >= SECONDS_END else whole * 1000
        if whole != stamp or not 0 <= whole < MILLISECONDS_END or check_time(lane.project, time, arrived):
            return None
        return points_of(plan.groups, stand.at(time) if stand.assigned else stand.place, time, fields)


def points_of(groups: Groups, place: Place, time: int, fields: Fields) -> list[Point]:
    """A point for each measurement."""
    if len(groups) == 1:
        return [Point(groups[0][0], place, time, fields)]
    return [Point(measurement, place, time, {name: fields[name] for name in names}) for measurement, names in groups]
