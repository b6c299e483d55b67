"""What a gateway has to say: the readings of a device. Data only."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from simulator.house import Device, House
from simulator.measure import Values
from simulator.message import Message


@dataclass(frozen=True, slots=True)
class Reading:
    """What a device measured.

    Attributes:
        time: when, epoch ms.
        clock: when by the device's own clock, epoch ms; equal to `time` unless the clock is wrong.
        values: quantity to value.
        since_midnight: kWh by its meter since the local day began, where it has one.
        yesterday: kWh of the day before.
    """

    time: int
    clock: int
    values: Values
    since_midnight: float = 0.0
    yesterday: float = 0.0


Speak: TypeAlias = Callable[[House, Device, Sequence[Reading]], list[Message]]
"""The messages for one or more readings of a device, in order of time."""
