"""A device over a week: when it reports, what it holds back, and what goes wrong with it."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from simulator.clock import MINUTE_MS, local
from simulator.faults import Fault, Trouble, fault
from simulator.gateways import SPEAK, Reading
from simulator.house import Device, House, Kind, Speech
from simulator.measure import KILOWATT_HOUR, Values, measure
from simulator.message import Message
from simulator.meters import TOTAL, used
from simulator.state import HouseState

SPARSE = 5
"""Minutes between the reports of a gateway that catches up; also how many minutes an array holds."""

_HEARTBEAT = 60
_EVENTS = (Kind.MOTION, Kind.CONTACT)


@dataclass(slots=True)
class Sensor:
    """One device; `report` is called minute after minute from the beginning of the week."""

    seed: int
    house: House
    device: Device
    _offset: int = field(init=False)
    _today: date | None = None
    _fault: Fault | None = None
    _stuck: Values | None = None
    _last: bool | None = None
    _held: list[Reading] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._offset = self.house.salt(self.device)

    def report(self, state: HouseState, *, wanted: bool, sparse: bool) -> list[Message]:
        """What it publishes in this minute; nothing is worked out where that is not `wanted`."""
        today, _ = local(state.minute)
        if today != self._today:
            self._today, self._fault, self._stuck = today, fault(self.seed, self.house, self.device, today), None
        now = self._fault if self._fault and self._fault.start <= state.minute < self._fault.stop else None
        if now and now.trouble is Trouble.STUCK and self._stuck is None:
            self._stuck = measure(self.seed, self.house, self.device, state)
        changed = self._has_changed(state)
        if not wanted or not (changed or self._is_due(state.minute, sparse=sparse)):
            return []
        if now and now.trouble is Trouble.SILENT:
            # What an array has gathered until then is lost with it.
            self._held.clear()
            return []
        return self._spoil(now, self._speak(state, now))

    def _has_changed(self, state: HouseState) -> bool:
        if self.device.kind not in _EVENTS:
            return False
        room = state.rooms[self.device.room]
        value = room.motion if self.device.kind is Kind.MOTION else room.window
        before, self._last = self._last, value
        return before is not None and value != before

    def _is_due(self, minute: int, *, sparse: bool) -> bool:
        if self.device.kind in _EVENTS:
            return (minute + self._offset) % _HEARTBEAT == 0
        return not sparse or self.house.speech is Speech.ARRAY or (minute + self._offset) % SPARSE == 0

    def _speak(self, state: HouseState, now: Fault | None) -> list[Message]:
        time = state.minute * MINUTE_MS + self._offset % 60 * 1000
        clock = now.clock(time) if now and now.trouble is Trouble.CLOCK else time
        stuck = self._stuck if now and now.trouble is Trouble.STUCK else None
        values = stuck or measure(self.seed, self.house, self.device, state)
        self._held.append(Reading(time, clock, values, *self._days(values)))
        if self.house.speech is Speech.ARRAY and state.minute % SPARSE != SPARSE - 1:
            return []
        readings, self._held = self._held, []
        return SPEAK[self.house.speech](self.house, self.device, readings)

    def _days(self, values: Values) -> tuple[float, float]:
        """The energy since midnight and that of yesterday, kWh, which Tasmota tells."""
        if "energy_total" not in values or self.house.speech is not Speech.TASMOTA or self._today is None:
            return 0.0, 0.0
        name = self.device.appliance or TOTAL
        this = used(self.house, self.seed, self._today)[name] / KILOWATT_HOUR
        last = used(self.house, self.seed, self._today - timedelta(days=1))[name] / KILOWATT_HOUR
        return round(values["energy_total"] - this, 3), round(this - last, 3)

    def _spoil(self, now: Fault | None, messages: list[Message]) -> list[Message]:
        if now is None or now.trouble is not Trouble.GARBAGE:
            return messages
        # Half of it arrives; of a bare value, what a driver says that could not read its chip.
        return [
            Message(m.time, m.topic, m.payload[: len(m.payload) // 2] if m.timed else b"nan", m.timed) for m in messages
        ]
