"""A listed project as placing needs it."""

from zoneinfo import ZoneInfo

import msgspec

from hdh.site import Project
from hdh.site.stand import Devices
from hdh.times import spell
from ingest.ahead import Ahead
from ingest.message import Fault, Reason


class Lane(msgspec.Struct):
    """What stays the same between the messages of a project, and which times it has given out.

    Attributes:
        project: as listed.
        houses: the zones of its houses.
        devices: its listed devices.
        ahead: the times of readings that had none.
    """

    project: Project
    houses: dict[str, ZoneInfo]
    devices: Devices
    ahead: Ahead

    @classmethod
    def of(cls, project: Project) -> "Lane":
        """The lane of a project that has given out no times yet."""
        return cls(project, {house.id: house.zone for house in project.houses}, Devices(project), Ahead())


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
