"""What a house is made of: rooms, people, devices and the gateway that speaks for them. Data only."""

from dataclasses import dataclass
from enum import StrEnum
from zlib import crc32


class Use(StrEnum):
    """What a room is for; it decides when people are in it and what they do there."""

    BEDROOM = "bedroom"
    LIVING = "living"
    KITCHEN = "kitchen"
    BATHROOM = "bathroom"
    STUDY = "study"


class Habit(StrEnum):
    """How a person spends a working day."""

    WORK = "work"
    SCHOOL = "school"
    HOME = "home"


class Kind(StrEnum):
    """What a device measures."""

    CLIMATE = "climate"
    AIR = "air"
    MOTION = "motion"
    CONTACT = "contact"
    THERMOSTAT = "thermostat"
    METER = "meter"
    PLUG = "plug"
    WATER = "water"
    WEATHER = "weather"
    HEAT_PUMP = "heat_pump"
    SOLAR = "solar"


class Heating(StrEnum):
    """What keeps a house warm."""

    DISTRICT = "district"
    ELECTRIC = "electric"
    AIR_PUMP = "air_pump"
    GROUND_PUMP = "ground_pump"


class Speech(StrEnum):
    """The convention that a gateway speaks."""

    OBJECT = "object"
    ARRAY = "array"
    VALUE = "value"
    ZIGBEE2MQTT = "zigbee2mqtt"
    TASMOTA = "tasmota"


@dataclass(frozen=True, slots=True)
class Room:
    """A room.

    Attributes:
        id: as in topics and the site file.
        use: what it is for.
        area: of the floor, m².
        window: of the glass, m².
        setpoint: what its thermostat is set to, °C.
    """

    id: str
    use: Use
    area: float
    window: float
    setpoint: float = 21.5


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who lives there, and the room that they sleep in."""

    habit: Habit
    bedroom: str


@dataclass(frozen=True, slots=True)
class Device:
    """A device.

    Attributes:
        id: as in topics and the site file.
        kind: what it measures.
        room: where it is; a house's meter is where its cabinet is.
        appliance: what a plug feeds.
    """

    id: str
    kind: Kind
    room: str
    appliance: str = ""


@dataclass(frozen=True, slots=True)
class House:
    """A house.

    Attributes:
        project: the project that it takes part in.
        id: as in topics and the site file.
        speech: the convention of its gateway.
        loss: how leaky and badly insulated it is, W/K for each m² of floor.
        heating: what keeps it warm.
        panels: peak power of the solar panels on its roof, kW.
    """

    project: str
    id: str
    speech: Speech
    loss: float
    rooms: tuple[Room, ...]
    people: tuple[Person, ...]
    devices: tuple[Device, ...]
    heating: Heating = Heating.DISTRICT
    panels: float = 0.0

    @property
    def key(self) -> str:
        """Its name among all houses."""
        return f"{self.project}/{self.id}"

    def salt(self, device: Device) -> int:
        """A number of the device's own, so that devices do not report in step with each other."""
        return crc32(f"{self.key}/{device.id}".encode())
