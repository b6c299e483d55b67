"""From a journaled message to points: who measured where, and when."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

import msgspec
import structlog

from hdh.model import Point
from hdh.site import Site
from hdh.site.stand import Stand
from ingest.ahead import Ahead
from ingest.decoders import Address, Record
from ingest.decoders.decoded import Read
from ingest.decoders.usual import Groups, group
from ingest.lane import Lane, check_time
from ingest.message import Fault, Ignored, Message, Placed, Reason
from ingest.routes import Routed, Router
from ingest.short_way import ShortWay, points_of

_CACHED_TOPICS = 32_768
_CACHED_CHARACTERS = 4 * 1024 * 1024
_CACHED_SHAPES = 4_096
_CACHED_COMPONENTS = 256
_LONGEST_TOPIC = 1_024
_LONGEST_COMPONENT = 128
_LONGEST_SHAPE = 64
_MOST_FAULTS = 20

_log = structlog.get_logger()


class _Bound(msgspec.Struct):
    """All that stays the same between the messages of one topic."""

    lane: Lane
    address: Address
    read: Read
    zone: ZoneInfo
    server_time: bool
    stands: dict[str, Stand]
    short_way: ShortWay | None = None


class Placer:
    """Turns messages into points, by the site file. Not safe for use by several threads at once.

    Args:
        site: what is listed.

    Raises:
        Misconfigured: a route of the site file names a decoder that is not there.
    """

    def __init__(self, site: Site) -> None:
        self._router = Router(site)
        self._lanes = {project.id: Lane.of(project) for project in site.projects}
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

    def short_way(self, topic: str) -> ShortWay | None:
        """The way of usual messages on a topic, at a fraction of the cost; None where there is none."""
        bound = self._find(topic)[1]
        return bound.short_way if type(bound) is _Bound else None

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
        points += points_of(self._shapes.get(names) or self._shape(names), place, time, fields)

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
        bound = _Bound(lane, address, routed.decoder.read, zone, server_time, {})
        if routed.decoder.usual is not None:
            bound.short_way = ShortWay(
                routed.decoder.usual, address, self._stand(bound, ""), lane, keeps_time=not server_time
            )
        return project, bound

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


def place(placer: Placer, message: Message) -> Placed:
    """What a message comes to; if a decoder fails on it, that is a fault of the message's, never the end of all."""
    try:
        return placer.place(message)
    except Exception as error:  # noqa: BLE001 (any bug)
        _log.exception("decoder_failed", topic=message.topic, time=message.time)
        detail = f"a decoder failed on it, which is a fault in ingest: {type(error).__name__}: {error}"
        return Placed([], [Fault(Reason.PAYLOAD, detail[:1000])])


def _bounded(faults: list[Fault]) -> list[Fault]:
    """The first faults; a payload of a million wrong fields must not make a million sentences last."""
    if len(faults) <= _MOST_FAULTS:
        return faults
    more = Fault(faults[_MOST_FAULTS].reason, f"and {len(faults) - _MOST_FAULTS} more faults in this message.")
    return [*faults[:_MOST_FAULTS], more]
