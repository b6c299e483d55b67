"""Where a device stands: as its data says, or by the dated assignments of the site file."""

import msgspec

from hdh.model import UNASSIGNED, Place
from hdh.site.model import Assignment, Device, Project


class Stand(msgspec.Struct, frozen=True):
    """Where a device or component stands.

    Attributes:
        place: as its data says; it holds before the first and after the last assignment.
        assigned: dated assignments with the place of each.
    """

    place: Place
    assigned: tuple[tuple[Assignment, Place], ...]

    def at(self, time: int) -> Place:
        """The place at a time (epoch ms)."""
        for assignment, place in self.assigned:
            if assignment.holds(time):
                return place
        return self.place


class Devices:
    """The listed devices of a project."""

    def __init__(self, project: Project) -> None:
        self._devices = {(device.house, device.id): device for device in project.devices}

    def find(self, house: str, name: str) -> Device | None:
        """The listed device of this name, in this house if it is listed so."""
        return self._devices.get((house, name)) or self._devices.get((None, name))

    def stand(self, house: str, room: str, device: str, component: str) -> Stand:
        """Where a device, or a component of it, stands. Texts that the data does not say are empty."""
        known = device or UNASSIGNED
        name = f"{known}.{component}" if component else known
        # A listed component goes its own way, others go with their device.
        listed = self.find(house, name) or self.find(house, known)
        assignments = listed.assignments if listed else ()
        return Stand(
            Place(house or UNASSIGNED, room or UNASSIGNED, name),
            tuple((assignment, Place(assignment.house, assignment.room, name)) for assignment in assignments),
        )
