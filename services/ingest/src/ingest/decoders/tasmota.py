"""Tasmota: `SENSOR` with an object a sensor, `STATE` of the device, `LWT` whether it is online.

Each sensor is a component named as Tasmota names it; where it has an id, by that, as numbers change when one fails.
Meters (`ENERGY`) belong to the device itself, and their lists (phases, channels) to components `1`, `2`, ….
"""

from typing import Any
from zoneinfo import ZoneInfo

from hdh.quantities import catalogue
from ingest.decoders.decoded import Address, Decoded, Decoder, Record
from ingest.decoders.fields import Fields, add_reading, read_fields, shown
from ingest.decoders.payload import read_json, read_local_time
from ingest.message import Fault, Ignored, Reason

_COMMANDS = ("RESULT", "POWER", "STATUS", "LOGGING", "UPGRADE")
_UNITS = ("TempUnit", "PressureUnit", "SpeedUnit")
_NO_READINGS = frozenset({"Time", "Epoch", *_UNITS})
_IDENTITY = frozenset({"Id", "mac", "MAC", "alias", "TotalStartTime"})
_METER = {
    "Total": "energy_total",
    "Today": "energy_today",
    "Yesterday": "energy_yesterday",
    "Period": "energy_period",
    "ExportActive": "energy_export_total",
    "Factor": "power_factor",
}
_CHIP = {"Temperature": "device_temperature"}
_WIFI = {"RSSI": "signal_quality", "Signal": "rssi"}
# A device's unit to the catalogue's: value * factor + shift.
_CONVERSIONS = {
    "F": ("Cel", 5 / 9, -160 / 9),
    "mmHg": ("hPa", 1.333223874, 0.0),
    "inHg": ("hPa", 33.86388667, 0.0),
    "km/h": ("m/s", 1 / 3.6, 0.0),
    "mph": ("m/s", 0.44704, 0.0),
    "kn": ("m/s", 1.852 / 3.6, 0.0),
    "ft/s": ("m/s", 0.3048, 0.0),
}
_DEEPEST = 3

_Components = dict[str, dict[str, Any]]


def direct(address: Address) -> Address | Ignored:
    """See `ingest.decoders.decoded.Direct`."""
    kind = address.kind.upper()
    if kind.startswith(_COMMANDS):
        return Ignored.COMMAND
    # Versions, addresses and the reason of a restart.
    return Ignored.EMPTY if kind.startswith("INFO") else address


def read(payload: bytes, address: Address, zone: ZoneInfo) -> Decoded:
    """See `ingest.decoders.decoded.Read`."""
    decoded = Decoded([], [])
    try:
        value = payload.decode() if address.kind == "LWT" else read_json(payload)
    except ValueError as error:
        decoded.faults.append(Fault(Reason.PAYLOAD, str(error)))
        return decoded
    if address.kind == "LWT":
        fields: Fields = {}
        add_reading(fields, decoded.faults, "online", value)
        decoded.records.append(Record("", None, fields))
    elif isinstance(value, dict):
        _read_object(value, address.kind, zone, decoded)
    else:
        decoded.faults.append(Fault(Reason.PAYLOAD, f"{shown(value)} is no object. Tasmota sends one here."))
    return decoded


def _read_object(value: dict[str, Any], kind: str, zone: ZoneInfo, decoded: Decoded) -> None:
    # The epoch, where it is sent too, leaves no doubt about the zone.
    stamp = value.get("Epoch", value.get("Time"))
    time = second = None
    if stamp is not None:
        try:
            time, second = read_local_time(stamp, zone)
        except ValueError as error:
            decoded.faults.append(Fault(Reason.TIME, str(error)))
            return
    components: _Components = {"": {}}
    if kind.endswith("STATE"):
        _take_state(value, components)
    else:
        _take_sensors(value, components)
    units = [unit for key in _UNITS if isinstance(unit := value.get(key), str) and unit in _CONVERSIONS]
    for component, readings in components.items():
        if not readings:
            continue
        fields = read_fields(readings, decoded.faults)
        for unit in units:
            _convert(fields, unit)
        if fields:
            decoded.records.append(Record(component, time, fields, second))


def _take_sensors(value: dict[str, Any], components: _Components) -> None:
    for name, found in value.items():
        if name in _NO_READINGS:
            continue
        if name == "ENERGY" and isinstance(found, dict):
            _take(components, "", _renamed(found, _METER))
        elif name == "ESP32" and isinstance(found, dict):
            _take(components, "", _renamed(found, _CHIP))
        elif isinstance(found, dict):
            if "CarbonDioxide" in found and "eCO2" in found:
                # One is measured, the other is smoothed from it.
                found["co2_smoothed"] = found.pop("eCO2")
            _take(components, _component(name, found), found)
        else:
            _take_switch(components, name, found)


def _take_state(value: dict[str, Any], components: _Components) -> None:
    """The state holds much about firmware and network that is no reading."""
    own = components[""]
    for name in ("UptimeSec", "Dimmer"):
        if name in value:
            own[name] = value[name]
    for name, found in value.items():
        if name.startswith("POWER"):
            _take_switch(components, name, found)
    wifi = value.get("Wifi")
    if isinstance(wifi, dict):
        own.update({quantity: wifi[name] for name, quantity in _WIFI.items() if name in wifi})


def _take_switch(components: _Components, name: str, found: object) -> None:
    """`POWER2` and `Switch2` are the switches of components; all else is a reading of the device itself."""
    for prefix in ("POWER", "Switch"):
        number = name.removeprefix(prefix)
        if name.startswith(prefix) and (not number or number.isdigit()):
            components.setdefault(number, {})["switch"] = found
            return
    components[""][name] = found


def _take(components: _Components, component: str, readings: dict[str, Any], depth: int = 0) -> None:
    own = components.setdefault(component, {})
    for name, found in readings.items():
        if name in _IDENTITY:
            continue
        if isinstance(found, list) and depth < _DEEPEST:
            for number, entry in enumerate(found, 1):
                _take(components, _join(component, str(number)), {name: entry}, depth + 1)
        elif isinstance(found, dict) and depth < _DEEPEST:
            _take(components, _join(component, name), found, depth + 1)
        else:
            own[name] = found


def _component(name: str, readings: dict[str, Any]) -> str:
    identity = readings.get("Id")
    if not isinstance(identity, str) or not identity:
        return name
    kind, _, number = name.rpartition("-")
    return f"{kind if kind and number.isdigit() else name}-{identity}"


def _renamed(readings: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    return {names.get(name, name): reading for name, reading in readings.items()}


def _join(component: str, name: str) -> str:
    return f"{component}.{name}" if component else name


def _convert(fields: Fields, unit: str) -> None:
    target, factor, shift = _CONVERSIONS[unit]
    for name, value in fields.items():
        quantity = catalogue().get(name)
        if quantity is not None and quantity.unit == target and isinstance(value, float):
            fields[name] = round(value * factor + shift, 4)


DECODER = Decoder(read, direct)
