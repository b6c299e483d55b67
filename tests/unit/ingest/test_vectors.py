"""The decoders on what devices really publish: recorded messages in `vectors/`, and anything at all."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from hdh.model import Place, Point
from hdh.site import parse_site
from hdh.times import from_iso
from ingest.decoders import DECODERS, Decoded
from ingest.decoders.decoded import Address
from ingest.message import Ignored, Message
from ingest.place import Placer

SITE = """\
projects:
  - id: toe
    timezone: Europe/Helsinki
    houses: [{id: h1}, {id: h2, timezone: Europe/Berlin}]
"""
FOLDER = Path(__file__).parent / "vectors"


def _cases() -> list[Any]:
    files = sorted(FOLDER.glob("*.yaml"))
    vectors = [(file.stem, vector) for file in files for vector in yaml.load(file.read_text(), yaml.BaseLoader)]
    return [pytest.param(vector, id=f"{name}: {vector['name']}") for name, vector in vectors]


def _point(measurement: str, where: str, time: str, fields: dict[str, str]) -> Point:
    house, room, device = where.split("/", 2)
    values = {name: value if name.endswith("_text") else float(value) for name, value in fields.items()}
    return Point(measurement, Place(house, room, device), from_iso(time), values)


@pytest.mark.parametrize("vector", _cases())
def test_a_recorded_message_comes_to_what_it_means(vector: dict[str, Any]) -> None:
    """Points, reasons of faults and the reason to ignore are the recorded ones."""
    message = Message(vector["topic"], vector["payload"].encode(), from_iso(vector["arrived"]))
    placed = Placer(parse_site(SITE, "site.yaml")).place(message)
    assert placed.points == [_point(*point) for point in vector.get("points", [])]
    assert [fault.reason.value for fault in placed.faults] == vector.get("faults", [])
    assert (placed.ignored.value if placed.ignored else None) == vector.get("ignored")


def test_every_decoder_has_recorded_messages() -> None:
    """Whoever adds a decoder adds its vectors."""
    assert {file.stem for file in FOLDER.glob("*.yaml")} == set(DECODERS)


KEYS = st.sampled_from(
    (
        *("time", "Time", "Epoch", "last_seen", "value"),
        *("ENERGY", "Total", "Wifi", "POWER", "POWER1", "Switch1", "TempUnit", "ESP32", "Id", "Temperature"),
        *("state", "state_left", "voltage", "battery", "brightness", "illuminance_lux"),
    )
)
VALUES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["ON", "F", "2026-10-25T03:30:00"])
)
JSON = st.recursive(VALUES, lambda inner: st.lists(inner) | st.dictionaries(st.text() | KEYS, inner))
KINDS = st.sampled_from(["SENSOR", "STATE", "LWT", "availability", "temperature", "x" * 70, ""])


@pytest.mark.parametrize("name", sorted(DECODERS))
@given(
    payload=st.binary(min_size=1) | JSON.map(lambda value: json.dumps(value).encode()),
    kind=KINDS,
    device=st.text(min_size=1) | st.sampled_from(["bridge/state", "a/availability", "a/set", "/"]),
)
def test_no_payload_crashes_a_decoder(name: str, payload: bytes, kind: str, device: str) -> None:
    """Whatever arrives: records of finite numbers and text, faults, or nothing."""
    decoder = DECODERS[name]
    address = decoder.direct(Address("toe", "h1", "", device, kind, kind))
    if isinstance(address, Ignored):
        return
    decoded = decoder.read(payload, address, parse_site(SITE, "site.yaml").projects[0].zone)
    assert isinstance(decoded, Decoded)
    for record in decoded.records:
        for field, value in record.fields.items():
            assert field.endswith("_text") if isinstance(value, str) else abs(value) < float("inf")


@pytest.mark.parametrize("name", sorted(DECODERS))
@pytest.mark.parametrize("payload", [b"[" * 200_000, b'{"a":' * 900 + b"1" + b"}" * 900, b'{"a":' * 200_000, b"\xff"])
def test_no_bomb_crashes_a_decoder(name: str, payload: bytes) -> None:
    """Depth and size end as faults or as nothing."""
    decoder = DECODERS[name]
    decoded = decoder.read(
        payload, Address("toe", "h1", "", "d", "q", "SENSOR"), parse_site(SITE, "s").projects[0].zone
    )
    assert decoded.records == []
