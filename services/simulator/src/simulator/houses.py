"""The five houses of the simulator: two projects, five gateways, each of another make."""

from simulator.house import Device, Habit, Heating, House, Kind, Person, Room, Speech, Use

_KOIVULA = House(
    project="healthy-digital-house",
    id="koivula",
    speech=Speech.OBJECT,
    loss=1.1,
    heating=Heating.AIR_PUMP,
    panels=5.0,
    rooms=(
        Room("living-room", Use.LIVING, 28.0, 5.0, 21.5),
        Room("kitchen", Use.KITCHEN, 14.0, 1.8, 21.0),
        Room("bedroom", Use.BEDROOM, 13.0, 1.6, 20.0),
        Room("childs-room", Use.BEDROOM, 11.0, 1.4, 21.0),
        Room("bathroom", Use.BATHROOM, 6.0, 0.0, 22.5),
    ),
    people=(
        Person(Habit.WORK, "bedroom"),
        Person(Habit.WORK, "bedroom"),
        Person(Habit.SCHOOL, "childs-room"),
    ),
    devices=(
        Device("air-1", Kind.AIR, "living-room"),
        Device("air-2", Kind.AIR, "bedroom"),
        Device("air-3", Kind.AIR, "childs-room"),
        Device("climate-1", Kind.CLIMATE, "kitchen"),
        Device("climate-2", Kind.CLIMATE, "bathroom"),
        Device("meter", Kind.METER, "kitchen"),
        Device("heat-pump", Kind.HEAT_PUMP, "bathroom"),
        Device("solar", Kind.SOLAR, "kitchen"),
        Device("water-meter", Kind.WATER, "bathroom"),
        Device("weather", Kind.WEATHER, "living-room"),
    ),
)
_PIHLAJA = House(
    project="healthy-digital-house",
    id="pihlaja",
    speech=Speech.ZIGBEE2MQTT,
    loss=0.9,
    rooms=(
        Room("living-room", Use.LIVING, 24.0, 4.0, 21.0),
        Room("kitchen", Use.KITCHEN, 10.0, 1.5, 21.0),
        Room("bedroom", Use.BEDROOM, 12.0, 1.6, 19.5),
        Room("study", Use.STUDY, 9.0, 1.4, 21.0),
        Room("bathroom", Use.BATHROOM, 4.5, 0.0, 22.0),
    ),
    people=(Person(Habit.HOME, "bedroom"), Person(Habit.WORK, "bedroom")),
    devices=(
        Device("living_room_climate", Kind.CLIMATE, "living-room"),
        Device("bedroom_air", Kind.AIR, "bedroom"),
        Device("study_air", Kind.AIR, "study"),
        Device("bathroom_climate", Kind.CLIMATE, "bathroom"),
        Device("living_room_motion", Kind.MOTION, "living-room"),
        Device("bedroom_window", Kind.CONTACT, "bedroom"),
        Device("living_room_radiator", Kind.THERMOSTAT, "living-room"),
        Device("kitchen_plug", Kind.PLUG, "kitchen", "dishwasher"),
    ),
)
_HAAPALA = House(
    project="healthy-digital-house",
    id="haapala",
    speech=Speech.VALUE,
    loss=1.6,
    heating=Heating.ELECTRIC,
    rooms=(
        Room("living-room", Use.LIVING, 20.0, 3.0, 20.5),
        Room("kitchen", Use.KITCHEN, 9.0, 1.2, 20.5),
        Room("bedroom", Use.BEDROOM, 11.0, 1.4, 19.0),
        Room("bathroom", Use.BATHROOM, 4.0, 0.0, 22.0),
    ),
    people=(Person(Habit.HOME, "bedroom"),),
    devices=(
        Device("thermometer", Kind.CLIMATE, "living-room"),
        Device("hygrometer", Kind.CLIMATE, "bathroom"),
        Device("meter", Kind.METER, "kitchen"),
    ),
)
_TUOMELA = House(
    project="toe",
    id="tuomela",
    speech=Speech.ARRAY,
    loss=1.0,
    heating=Heating.GROUND_PUMP,
    rooms=(
        Room("living-room", Use.LIVING, 30.0, 5.5, 21.0),
        Room("kitchen", Use.KITCHEN, 15.0, 2.0, 21.0),
        Room("bedroom", Use.BEDROOM, 14.0, 1.8, 20.5),
        Room("study", Use.STUDY, 10.0, 1.5, 21.5),
        Room("bathroom", Use.BATHROOM, 7.0, 0.0, 23.0),
    ),
    people=(Person(Habit.HOME, "bedroom"), Person(Habit.HOME, "bedroom")),
    devices=(
        Device("node-1", Kind.AIR, "living-room"),
        Device("node-2", Kind.AIR, "bedroom"),
        Device("node-3", Kind.AIR, "study"),
        Device("node-4", Kind.THERMOSTAT, "living-room"),
        Device("node-5", Kind.METER, "kitchen"),
        Device("node-6", Kind.HEAT_PUMP, "bathroom"),
    ),
)
_KATAJISTO = House(
    project="toe",
    id="katajisto",
    speech=Speech.TASMOTA,
    loss=1.3,
    rooms=(
        Room("living-room", Use.LIVING, 22.0, 3.5, 21.0),
        Room("kitchen", Use.KITCHEN, 12.0, 1.6, 20.5),
        Room("bedroom", Use.BEDROOM, 12.0, 1.5, 20.0),
        Room("bathroom", Use.BATHROOM, 5.0, 0.0, 22.0),
    ),
    people=(Person(Habit.WORK, "bedroom"), Person(Habit.WORK, "bedroom"), Person(Habit.SCHOOL, "bedroom")),
    devices=(
        Device("tasmota-living", Kind.CLIMATE, "living-room"),
        Device("tasmota-bedroom", Kind.AIR, "bedroom"),
        Device("tasmota-tv", Kind.PLUG, "living-room", "tv"),
        Device("tasmota-washer", Kind.PLUG, "bathroom", "washing_machine"),
        Device("tasmota-meter", Kind.METER, "kitchen"),
    ),
)

HOUSES = (_KOIVULA, _PIHLAJA, _HAAPALA, _TUOMELA, _KATAJISTO)
