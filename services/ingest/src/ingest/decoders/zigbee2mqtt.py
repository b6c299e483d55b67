"""zigbee2mqtt: an object of properties a device, and whether it is available.

Names of devices may hold `/`. Properties that are objects or lists (`update`, `color`) describe, they are no readings.
"""

from zoneinfo import ZoneInfo

import msgspec

from hdh.quantities import catalogue
from ingest.decoders.decoded import Address, Decoded, Decoder, Record
from ingest.decoders.fields import add_reading, read_fields, shown
from ingest.decoders.payload import read_json, read_time
from ingest.decoders.usual import Numbers, Usual
from ingest.message import Fault, Ignored, Reason

_AVAILABILITY = "availability"
_TIME = "last_seen"
_COMMANDS = frozenset({"set", "get"})
# One device may be several of a kind, told apart by the end of a property's name.
_ENDPOINTS = frozenset({"left", "right", "center", "top", "bottom", "l1", "l2", "l3", "l4", "l5", "l6", "l7", "l8"})
# Nearly all names end otherwise, which shows at their last character.
_ENDPOINT_ENDS = frozenset(end[-1] for end in _ENDPOINTS)
_LAMP_MAXIMUM = 254
_BATTERY_MILLIVOLTS = 100
_NO_MAINS = 1000
_EXACT = 2**53
_CONVERTED = frozenset({"illuminance_lux", "voltage", "brightness"})
_numbers = msgspec.json.Decoder(dict[str, float]).decode


def direct(address: Address) -> Address | Ignored:
    """See `ingest.decoders.decoded.Direct`."""
    levels = address.device.split("/")
    if levels[0] == "bridge":
        if levels[1:] == ["state"]:
            return msgspec.structs.replace(address, device="bridge", kind=_AVAILABILITY)
        # Lists of devices, logs, requests and answers: what the gateway says about itself.
        return Ignored.COMMAND
    if len(levels) > 1 and (_COMMANDS & set(levels[-2:])):
        return Ignored.COMMAND
    if len(levels) > 1 and levels[-1] == _AVAILABILITY:
        return msgspec.structs.replace(address, device="/".join(levels[:-1]), kind=_AVAILABILITY)
    return address


def read(payload: bytes, address: Address, zone: ZoneInfo) -> Decoded:
    """See `ingest.decoders.decoded.Read`."""
    decoded = Decoded([], [])
    if address.kind == _AVAILABILITY:
        _read_availability(payload, decoded)
        return decoded
    try:
        value = read_json(payload)
    except ValueError as error:
        decoded.faults.append(Fault(Reason.PAYLOAD, str(error)))
        return decoded
    if not isinstance(value, dict):
        text = f"{shown(value)} is no object. Set `output: json` in zigbee2mqtt."
        decoded.faults.append(Fault(Reason.PAYLOAD, text))
        return decoded
    time = value.pop(_TIME, None)
    try:
        time = None if time is None else read_time(time, zone)
    except ValueError as error:
        decoded.faults.append(Fault(Reason.TIME, str(error)))
        return decoded
    for component, properties in _components(value).items():
        if fields := read_fields(properties, decoded.faults):
            decoded.records.append(Record(component, time, fields))
    return decoded


def _read_availability(payload: bytes, decoded: Decoded) -> None:
    """`online`, `"online"` and `{"state": "online"}` say the same."""
    try:
        value = read_json(payload) if payload[:1] in (b"{", b'"') else payload.decode()
    except ValueError as error:
        decoded.faults.append(Fault(Reason.PAYLOAD, str(error)))
        return
    record = Record("", None, {})
    add_reading(record.fields, decoded.faults, "online", value.get("state") if isinstance(value, dict) else value)
    if record.fields:
        decoded.records.append(record)


def _components(value: dict[str, object]) -> dict[str, dict[str, object]]:
    """The properties of the device itself (under an empty name) and of its endpoints, in the catalogue's units."""
    own: dict[str, object] = {}
    components = {"": own}
    for name, reading in value.items():
        if isinstance(reading, (dict, list)):
            continue
        if name[-1:] in _ENDPOINT_ENDS:
            base, _, end = name.rpartition("_")
            if end in _ENDPOINTS and catalogue().resolve(base) is not None:
                components.setdefault(end, {})[base] = reading
                continue
        own[name] = reading
    for properties in components.values():
        _convert(properties)
    return components


def _convert(properties: dict[str, object]) -> None:
    """Bring what zigbee2mqtt counts in units of its own to the catalogue's."""
    if "illuminance_lux" in properties:
        # Older devices send the sensor's raw number beside it.
        properties.pop("illuminance", None)
    voltage = _number(properties.get("voltage"))
    # Of batteries it is in millivolts, of mains in volts.
    if voltage is not None and ("battery" in properties or voltage > _NO_MAINS):
        del properties["voltage"]
        properties["battery_voltage"] = voltage / 1000 if voltage >= _BATTERY_MILLIVOLTS else voltage
    if "brightness" in properties:
        brightness = properties.pop("brightness")
        level = _number(brightness)
        properties["lamp_brightness"] = brightness if level is None else round(level / _LAMP_MAXIMUM * 100, 2)


def _number(value: object) -> float | None:
    """A value that one can calculate with; None for any other, which is left to be read as it is."""
    if type(value) is float:
        return value
    return float(value) if type(value) is int and abs(value) < _EXACT else None


def _is_plain(name: str) -> bool:
    return name not in _CONVERTED and name.rpartition("_")[2] not in _ENDPOINTS


def _no_numbers(payload: bytes) -> dict[str, float]:
    raise ValueError(payload)


def _reader(address: Address) -> Numbers:
    return _no_numbers if address.kind == _AVAILABILITY else _numbers


def _find_time(names: tuple[str, ...]) -> str | None:
    return _TIME if _TIME in names else None


DECODER = Decoder(read, direct, Usual(_reader, _find_time, _is_plain))
