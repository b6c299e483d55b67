"""What goes wrong with devices now and then, as it does in houses; decided by seed, device and day."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from random import Random

from simulator.clock import DAY, MINUTE_MS, midnight
from simulator.house import Device, House, Speech

_CHANCE = 0.06
_TEN_YEARS_MS = 315_569_520_000


class Trouble(StrEnum):
    """A kind of fault."""

    SILENT = "silent"  # no messages: a flat battery, a lost network
    STUCK = "stuck"  # the last value again and again
    CLOCK = "clock"  # a time of 1970 or of ten years on
    GARBAGE = "garbage"  # a payload that is no payload


_MINUTES = {
    Trouble.SILENT: (60, 300),
    Trouble.STUCK: (120, 420),
    Trouble.CLOCK: (10, 20),
    Trouble.GARBAGE: (10, 20),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault of one device, from one minute until before another (UTC minutes since 1970)."""

    trouble: Trouble
    start: int
    stop: int
    future: bool

    def clock(self, time: int) -> int:
        """What the device takes the time for: years on, or as if it had been switched on when the fault began."""
        return time + _TEN_YEARS_MS if self.future else time - self.start * MINUTE_MS


@lru_cache(maxsize=1024)
def fault(seed: int, house: House, device: Device, day: date) -> Fault | None:
    """The fault that a device has on a local day, if any; it ends before the day does."""
    chance = Random(f"{seed}/{house.key}/{device.id}/{day}/fault")
    if chance.random() >= _CHANCE:
        return None
    # A bare value has no clock that could be wrong.
    kinds = [kind for kind in Trouble if house.speech is not Speech.VALUE or kind is not Trouble.CLOCK]
    trouble = chance.choice(kinds)
    minutes = chance.randint(*_MINUTES[trouble])
    start = midnight(day) + chance.randint(0, DAY - minutes - 61)
    return Fault(trouble, start, start + minutes, chance.random() < 0.5)  # noqa: PLR2004 (even odds)
