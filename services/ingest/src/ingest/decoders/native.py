"""The project's own payloads: a JSON object of readings with their time, or a list of such objects.

`{"time": 1767225600, "temperature": 21.4, "humidity": 45}`; without `time` the reading is as old as its arrival.
"""

from zoneinfo import ZoneInfo

import msgspec

from ingest.decoders.decoded import Address, Decoded, Decoder, Record
from ingest.decoders.fields import read_fields, shown
from ingest.decoders.payload import read_json, read_time
from ingest.decoders.usual import Usual
from ingest.message import Fault, Reason

_OTHER_TIMES = ("timestamp", "ts", "Time", "Timestamp")
_numbers = msgspec.json.Decoder(dict[str, float]).decode


def read(payload: bytes, address: Address, zone: ZoneInfo) -> Decoded:
    """See `ingest.decoders.decoded.Read`."""
    del address, zone
    decoded = Decoded([], [])
    try:
        value = read_json(payload)
    except ValueError as error:
        decoded.faults.append(Fault(Reason.PAYLOAD, str(error)))
        return decoded
    for entry in value if isinstance(value, list) else (value,):
        if isinstance(entry, dict):
            _read_object(entry, decoded)
        else:
            text = f"{shown(entry)} is no object. Send an object of names and values, or a list of such objects."
            decoded.faults.append(Fault(Reason.PAYLOAD, text))
    return decoded


def _read_object(entry: dict[str, object], decoded: Decoded) -> None:
    time = entry.pop("time", None)
    if time is None:
        # Who sends no `time` but one of these means the same by it.
        other = next((key for key in _OTHER_TIMES if entry.get(key) is not None), None)
        time = None if other is None else entry.pop(other)
    if time is not None:
        try:
            time = read_time(time)
        except ValueError as error:
            decoded.faults.append(Fault(Reason.TIME, str(error)))
            return
    fields = read_fields(entry, decoded.faults)
    if fields:
        decoded.records.append(Record("", time, fields))


def _find_time(names: tuple[str, ...]) -> str | None:
    return next((name for name in ("time", *_OTHER_TIMES) if name in names), None)


DECODER = Decoder(read, usual=Usual(lambda _: _numbers, _find_time))
