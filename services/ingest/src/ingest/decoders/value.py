"""One quantity a topic: a bare number, boolean, word or JSON text; or an object with `value` and perhaps `time`."""

from zoneinfo import ZoneInfo

import msgspec

from ingest.decoders.decoded import Address, Decoded, Decoder, Record
from ingest.decoders.fields import add_reading, shown
from ingest.decoders.payload import TooMuch, read_json, read_time
from ingest.decoders.usual import Numbers, Usual
from ingest.message import Fault, Reason

_number = msgspec.json.Decoder(float).decode


def read(payload: bytes, address: Address, zone: ZoneInfo) -> Decoded:
    """See `ingest.decoders.decoded.Read`."""
    del zone
    record, decoded = Record("", None, {}), Decoded([], [])
    try:
        value: object = read_json(payload)
    except TooMuch as error:
        decoded.faults.append(Fault(Reason.PAYLOAD, str(error)))
        return decoded
    except ValueError:
        # What is no JSON is a word such as ON, or a number such as .5 or +21.
        try:
            value = payload.decode().strip()
        except UnicodeDecodeError:
            text = "the payload is not UTF-8. Send a number or a word, or use a route with another decoder."
            decoded.faults.append(Fault(Reason.PAYLOAD, text))
            return decoded
    if isinstance(value, dict):
        if "value" not in value:
            text = f"{shown(value)} has no `value`. Send a bare value, or an object with `value` and `time`."
            decoded.faults.append(Fault(Reason.PAYLOAD, text))
            return decoded
        value = _take_time(value, record, decoded.faults)
    if not decoded.faults:
        add_reading(record.fields, decoded.faults, address.quantity, value)
    if record.fields:
        decoded.records.append(record)
    return decoded


def _take_time(value: dict[str, object], record: Record, faults: list[Fault]) -> object:
    time = value.get("time", value.get("timestamp"))
    try:
        record.time = None if time is None else read_time(time)
    except ValueError as error:
        faults.append(Fault(Reason.TIME, str(error)))
    return value["value"]


def _reader(address: Address) -> Numbers:
    quantity = address.quantity
    return lambda payload: {quantity: _number(payload)}


DECODER = Decoder(read, usual=Usual(_reader, lambda _: None, objects=False))
