"""The site file's schema: which keys there are, and what each may hold."""

from collections.abc import Callable
from typing import Annotated, Any, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from hdh.site.model import TimeSource
from hdh.site.template import parse_template
from hdh.site.values import (
    check_device,
    check_level,
    check_project,
    check_quantity,
    parse_length,
    parse_retention,
    parse_time,
    parse_zone,
)


def _checked(check: Callable[..., object], *arguments: object) -> AfterValidator:
    """Let a text pass as it is if `check` does not raise."""

    def validate(text: str) -> str:
        check(text, *arguments)
        return text

    return AfterValidator(validate)


_NO_OFFSET_NEEDED = parse_zone("UTC")
ProjectId: TypeAlias = Annotated[str, _checked(check_project)]
Level: TypeAlias = Annotated[str, _checked(check_level)]
DeviceId: TypeAlias = Annotated[str, _checked(check_device)]
Zone: TypeAlias = Annotated[str, _checked(parse_zone)]
Length: TypeAlias = Annotated[str, _checked(parse_length)]
Retention: TypeAlias = Annotated[str, _checked(parse_retention)]
Time: TypeAlias = Annotated[str, _checked(parse_time, _NO_OFFSET_NEEDED)]
QuantityName: TypeAlias = Annotated[str, _checked(check_quantity)]
Topic: TypeAlias = Annotated[str, _checked(parse_template)]
Corner: TypeAlias = Annotated[list[float], Field(min_length=2, max_length=2)]


class Entry(BaseModel):
    """What all entries have in common: nothing is guessed, and no key is overlooked."""

    model_config = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)


class RoomEntry(Entry):
    """A room."""

    id: Level
    name: str | None = None
    floor: int = 0
    polygon: Annotated[list[Corner], Field(min_length=3)] | None = Field(
        default=None, description="Corners on the floor plan, [x, y] in metres."
    )


class HouseEntry(Entry):
    """A house."""

    id: Level
    name: str | None = None
    pseudonym: Level | None = Field(default=None, description="Its name in public answers.")
    timezone: Zone | None = Field(default=None, description="Where it is not the project's.")
    rooms: list[RoomEntry] = []


class AssignmentEntry(Entry):
    """Where a device stood, from when until when."""

    house: Level
    room: Level | None = None
    start: Time | None = Field(default=None, alias="from", description="Date or time, local to the house; inclusive.")
    stop: Time | None = Field(default=None, alias="until", description="Date or time, local to the house; exclusive.")


class DeviceEntry(Entry):
    """A device."""

    id: DeviceId
    name: str | None = None
    house: Level | None = Field(default=None, description="The house that its topic names, where ids repeat.")
    time_source: TimeSource = "device"
    assignments: list[AssignmentEntry] = []
    interval: Length | None = Field(default=None, description="How far apart its readings should be, 1m.")
    intervals: dict[QuantityName, Length] = Field(default={}, description="The same by quantity, {battery: 12h}.")


class ProjectEntry(Entry):
    """A project."""

    id: ProjectId
    title: str | None = None
    timezone: Zone
    public: bool = False
    retention: Retention = Field(default="forever", description="90d, 10y or forever.")
    clock_earliest: Time = Field(default="2000-01-01T00:00:00Z", description="Readings before this are rejected.")
    clock_ahead: Length = Field(default="24h", description="Readings further ahead of their arrival are rejected.")
    houses: list[HouseEntry] = []
    devices: list[DeviceEntry] = []


class RouteEntry(Entry):
    """Which topics a decoder reads."""

    topic: Topic = Field(description="toe/{house}/zigbee2mqtt/{device...}")
    decoder: str
    project: ProjectId | None = None
    house: Level | None = None
    room: Level | None = None
    device: DeviceId | None = None


class SiteEntry(Entry):
    """The whole file."""

    projects: Annotated[list[ProjectEntry], Field(min_length=1)]
    routes: list[RouteEntry] = []


ENTRIES: dict[tuple[str, ...], type[Entry]] = {
    (): SiteEntry,
    ("projects",): ProjectEntry,
    ("projects", "houses"): HouseEntry,
    ("projects", "houses", "rooms"): RoomEntry,
    ("projects", "devices"): DeviceEntry,
    ("projects", "devices", "assignments"): AssignmentEntry,
    ("routes",): RouteEntry,
}
"""The entry that stands at a path (without indexes)."""


def keys_of(entry: type[Entry]) -> set[str]:
    """The keys that an entry may have, as the file spells them."""
    return {field.alias or name for name, field in entry.model_fields.items()}


def json_schema() -> dict[str, Any]:
    """The site file's JSON schema, for editors that complete and check while one types."""
    return SiteEntry.model_json_schema()
