"""From a journaled message to points: who measured where, and when."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

import msgspec

from hdh.model import Place, Point
from hdh.site import Project, Site
from hdh.site.stand import Devices, Stand
from hdh.times import spell
from ingest.ahead import Ahead
from ingest.decoders import Address, Record
from ingest.decoders.decoded import Read
from ingest.decoders.fields import Fields
from ingest.decoders.payload import MILLISECONDS_END, SECONDS_END
from ingest.decoders.usual import LONGEST, Groups, Plan, Usual, group
from ingest.message import Fault, Ignored, Message, Placed, Reason
from ingest.routes import Routed, Router

_CACHED_TOPICS = 32_768
_CACHED_CHARACTERS = 4 * 1024 * 1024
_CACHED_SHAPES = 4_096
_CACHED_COMPONENTS = 256
_LONGEST_TOPIC = 1_024
_LONGEST_COMPONENT = 128
_LONGEST_SHAPE = 64
_MOST_FAULTS = 20
_LONG_WAYS = 16
"""After a message that was not usual, how many of its topic do not try the short way."""


class _Lane(msgspec.Struct):
    """A listed project as messages need it."""

    project: Project
    houses: dict[str, ZoneInfo]
    devices: Devices
    ahead: Ahead


class _Bound(msgspec.Struct):
    """All that stays the same between the messages of one topic."""

    lane: _Lane
    address: Address
    read: Read
    zone: ZoneInfo
    server_time: bool
    stands: dict[str, Stand]
    usual: Usual | None
    long_ways: int = 0


class Placer:
    """Turns messages into points, by the site file. Not safe for use by several threads at once.

    Args:
        site: what is listed.

    Raises:
        Misconfigured: a route of the site file names a decoder that is not there.
    """

    def __init__(self, site: Site) -> None:
        self._router = Router(site)
        self._lanes = {project.id: _lane(project) for project in site.projects}
        # What comes in may be of any length: caches are bounded in characters, not only in entries.
        self._topics: dict[str, tuple[str | None, _Bound | Fault | Ignored]] = {}
        self._characters = 0
        self._shapes: dict[tuple[str, ...], Groups] = {}

    def project_of(self, topic: str) -> str | None:
        """The listed project that a topic belongs to; None for topics of no listed one."""
        return self._find(topic)[0]

    def ahead(self, project: str) -> dict[str, int]:
        """What must be stored with a position of this project, to place the messages after it alike again."""
        return self._lanes[project].ahead.state()

    def restore(self, project: str, state: Mapping[str, int]) -> None:
        """Go back to a stored state. A project that is no longer listed is no error."""
        if project in self._lanes:
            self._lanes[project].ahead = Ahead(state)

    def place(self, message: Message) -> Placed:
        """What a message comes to. Never raises; the same messages in the same order come to the same points."""
        bound = self._find(message.topic)[1]
        if isinstance(bound, Fault):
            return Placed([], [bound])
        if isinstance(bound, Ignored):
            return Placed([], [], bound)
        if not message.payload:
            return Placed([], [], Ignored.EMPTY)
        decoded = bound.read(message.payload, bound.address, bound.zone)
        faults, records = decoded.faults, decoded.records
        if message.retain:
            records = [record for record in records if record.time is not None]
            if not records and not any(fault.reason is Reason.TIME for fault in faults):
                return Placed([], [], Ignored.RETAINED)
        points: list[Point] = []
        for record in records:
            self._place_record(bound, message, record, points, faults)
        if faults:
            return Placed(points, _bounded(faults))
        return Placed(points, faults) if points else Placed(points, faults, Ignored.EMPTY)

    def usual(self, topic: str, payload: bytes, arrived: int) -> list[Point] | None:
        """The points of a usual message that arrived at `arrived`, at a fraction of the cost.

        Returns:
            What `place` would come to, if that is points and nothing else; None where `place` has to tell.
        """
        bound = self._find(topic)[1]
        if type(bound) is not _Bound or bound.usual is None or len(payload) > LONGEST:
            return None
        if bound.long_ways:
            bound.long_ways -= 1
            return None
        try:
            values = bound.usual.numbers(payload, bound.address)
        except ValueError:
            bound.long_ways = _LONG_WAYS
            return None
        plan = bound.usual.plan(tuple(values))
        return None if plan is None else self._place_usual(bound, plan, values, arrived)

    def _place_usual(self, bound: _Bound, plan: Plan, values: dict[str, float], arrived: int) -> list[Point] | None:
        stamp = None if plan.time is None else values.pop(plan.time)
        fields: Fields = values if plan.fields is None else dict(zip(plan.fields, values.values(), strict=True))  # type: ignore[assignment]  # numbers are fields
        stand = bound.stands.get("") or self._stand(bound, "")
        if stamp is None or bound.server_time:
            place = stand.at(arrived) if stand.assigned else stand.place
            return _points(plan.groups, place, bound.lane.ahead.claim(arrived, place, fields), fields)
        time = _whole_ms(stamp)
        if time is None or check_time(bound.lane.project, time, arrived):
            return None
        return _points(plan.groups, stand.at(time) if stand.assigned else stand.place, time, fields)

    def _place_record(
        self, bound: _Bound, message: Message, record: Record, points: list[Point], faults: list[Fault]
    ) -> None:
        stand = bound.stands.get(record.component) or self._stand(bound, record.component)
        time = record.time
        if time is None or bound.server_time:
            place = stand.at(message.time) if stand.assigned else stand.place
            time = bound.lane.ahead.claim(message.time, place, record.fields)
        else:
            if record.second_time is not None and abs(record.second_time - message.time) < abs(time - message.time):
                time = record.second_time
            if fault := check_time(bound.lane.project, time, message.time):
                faults.append(fault)
                return
            place = stand.at(time) if stand.assigned else stand.place
        fields = record.fields
        names = tuple(fields)
        points += _points(self._shapes.get(names) or self._shape(names), place, time, fields)

    def _find(self, topic: str) -> tuple[str | None, _Bound | Fault | Ignored]:
        try:
            return self._topics[topic]
        except KeyError:
            found = self._bind(topic)
            if len(topic) <= _LONGEST_TOPIC:
                self._make_room(len(topic))
                self._topics[topic] = found
            return found

    def _make_room(self, characters: int) -> None:
        self._characters += characters
        if len(self._topics) >= _CACHED_TOPICS or self._characters > _CACHED_CHARACTERS:
            self._topics.clear()
            self._characters = characters

    def _bind(self, topic: str) -> tuple[str | None, _Bound | Fault | Ignored]:
        project, routed = self._router.find(topic)
        if not isinstance(routed, Routed):
            return project, routed
        address = routed.address
        lane = self._lanes[address.project]
        device = lane.devices.find(address.house, address.device)
        assignments = device.assignments if device else ()
        house = address.house or (assignments[-1].house if assignments else "")
        zone = lane.houses.get(house, lane.project.zone)
        server_time = device is not None and device.time_source == "server"
        return project, _Bound(lane, address, routed.decoder.read, zone, server_time, {}, routed.decoder.usual)

    def _stand(self, bound: _Bound, component: str) -> Stand:
        address = bound.address
        stand = bound.lane.devices.stand(address.house, address.room, address.device, component)
        name = stand.place.device
        if len(name) <= _LONGEST_TOPIC and len(component) <= _LONGEST_COMPONENT:
            if len(bound.stands) >= _CACHED_COMPONENTS:
                bound.stands.clear()
            self._make_room(len(name))
            bound.stands[component] = stand
        return stand

    def _shape(self, names: tuple[str, ...]) -> Groups:
        """How fields of these names are grouped by measurement."""
        shape = group(names)
        # A name has 69 characters at most.
        if len(names) <= _LONGEST_SHAPE:
            if len(self._shapes) >= _CACHED_SHAPES:
                self._shapes.clear()
            self._shapes[names] = shape
        return shape


def _lane(project: Project) -> _Lane:
    houses = {house.id: house.zone for house in project.houses}
    return _Lane(project, houses, Devices(project), Ahead())


def _points(groups: Groups, place: Place, time: int, fields: Fields) -> list[Point]:
    if len(groups) == 1:
        return [Point(groups[0][0], place, time, fields)]
    return [Point(measurement, place, time, {name: fields[name] for name in names}) for measurement, names in groups]


def _whole_ms(stamp: float) -> int | None:
    """Epoch ms from whole epoch seconds or milliseconds, as `read_time` tells them apart; None for any other time."""
    time = int(stamp)
    if time != stamp or not 0 <= time < MILLISECONDS_END:
        return None
    return time if time >= SECONDS_END else time * 1000


def check_time(project: Project, time: int, arrived: int) -> Fault | None:
    """What is wrong with a reading's time, if anything, when it arrives at `arrived` (both epoch ms)."""
    if time < project.clock_earliest:
        what, limit = f"before {spell(project.clock_earliest)}", "clock_earliest"
    elif time > arrived + project.clock_ahead:
        what, limit = f"far ahead of its arrival, {spell(arrived)}", "clock_ahead"
    elif project.retention is not None and time < arrived - project.retention:
        text = f"time {spell(time)} is older than the project's retention. Send it to a project that keeps it longer."
        return Fault(Reason.EXPIRED, text)
    else:
        return None
    remedy = f"Set the device's clock, or `time_source: server` for it or `{limit}` of the project in the site file."
    return Fault(Reason.CLOCK, f"time {spell(time)} is {what}. {remedy}")


def _bounded(faults: list[Fault]) -> list[Fault]:
    """The first faults; a payload of a million wrong fields must not make a million sentences last."""
    if len(faults) <= _MOST_FAULTS:
        return faults
    more = Fault(faults[_MOST_FAULTS].reason, f"and {len(faults) - _MOST_FAULTS} more faults in this message.")
    return [*faults[:_MOST_FAULTS], more]
