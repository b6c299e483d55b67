"""What reads foreign bytes, each as a function of bytes that must end well, and what it reads every day as seeds."""

import json
from collections.abc import Callable
from contextlib import suppress
from functools import cache, partial
from pathlib import Path
from typing import TypeAlias
from zoneinfo import ZoneInfo

import yaml

from api.accepts import chosen_format
from api.intervals import parse_interval
from api.problems import Problem
from api.selections import parse_series
from api.timerange import parse_moment
from hdh import line_protocol, ucum
from hdh.errors import Invalid, Misconfigured
from hdh.mqtt import packets
from hdh.site import Site, parse_site
from hdh.windows import Every
from ingest.decoders import DECODERS
from ingest.message import Message
from ingest.packets import Packets
from ingest.place import Placer
from migrate.sources.lines import Context, Parser

Target: TypeAlias = Callable[[bytes], None]

_VECTORS = Path(__file__).parents[1] / "unit" / "ingest" / "vectors"
_SITE_FILE = Path(__file__).parents[2] / "compose" / "site.yaml"
_NOW = 1_800_000_000_000
_SITE = """
projects:
  - {id: toe, timezone: Europe/Helsinki}
routes:
"""


def read_packets(data: bytes) -> None:
    """What a broker sends: nothing is read beyond its end, and every part of a packet is there."""
    for five in (False, True):
        found = Packets()
        assert 0 <= found.take(data, 0, five=five) <= len(data)
        assert len(found.topics) == len(found.payloads) == len(found.packet_ids)


def place(decoder: str, data: bytes) -> None:
    """A message that a decoder gets: points of finite numbers, or a reason."""
    kind, _, payload = data.partition(b"\n")
    name = kind.decode(errors="replace")
    placed = _placer(decoder).place(Message(f"{decoder}/{name}", payload, _NOW))
    for point in placed.points:
        assert line_protocol.decode(line_protocol.encode([point])) == [point]
    assert placed.points or placed.faults or placed.ignored


@cache
def _placer(decoder: str) -> Placer:
    tail = "{device}/{quantity}" if decoder == "value" else "{device...}"
    topics = f'{decoder}/{tail}", decoder: {decoder}, project: toe, house: h, room: r'
    return Placer(_site(f'{_SITE}  - {{topic: "{topics}}}\n'))


def _site(text: str) -> Site:
    return parse_site(text, "site.yaml")


def read_site(data: bytes) -> None:
    """A site file: a site, or what is wrong with it."""
    with suppress(Misconfigured):
        _site(data.decode(errors="replace"))


def read_own_lines(data: bytes) -> None:
    """Line protocol as we write it: points, or what is wrong."""
    with suppress(ValueError):
        line_protocol.decode(data)


def read_lines(data: bytes) -> None:
    """Line protocol as anybody writes it: what is read or told is one of its lines."""
    parser = Parser(1, 1, Context())
    parser.take(data)
    rows = [int(row) for batch in parser.batches() for row in batch.rows]
    told = {bad.row for bad in (*parser.bad, *parser.late)}
    assert {*rows, *told} <= set(range(1, data.count(b"\n") + 2))


def read_parameters(data: bytes) -> None:
    """What stands in the API's parameters: a value, or what is wrong with it."""
    text = data.decode(errors="replace")
    readers: tuple[Callable[[str], object], ...] = (
        partial(parse_moment, parameter="start", now=_NOW, zone=ZoneInfo("Europe/Helsinki")),
        parse_interval,
        parse_series,
        Every.parse,
        ucum.units_of,
        lambda name: chosen_format(name, None),
        lambda accept: chosen_format(None, accept),
    )
    for read in readers:
        with suppress(Invalid, Problem):
            read(text)


TARGETS: dict[str, Target] = {
    "packets": read_packets,
    **{f"decoder-{name}": partial(place, name) for name in DECODERS},
    "site": read_site,
    "own-lines": read_own_lines,
    "lines": read_lines,
    "parameters": read_parameters,
}


def seeds(target: str) -> list[bytes]:
    """What a target reads every day."""
    if target.startswith("decoder-"):
        vectors = yaml.safe_load((_VECTORS / f"{target.removeprefix('decoder-')}.yaml").read_text(encoding="utf-8"))
        return [f"{vector['topic'].partition('/')[2]}\n{vector['payload']}".encode() for vector in vectors]
    payload = json.dumps({"time": _NOW, "temperature": 21.5}).encode()
    lines = [
        b'climate,house=h,room=r,device=d temperature=21.5,note_text="a \\"b\\"" 1800000000000\n',
        b"m\\ x,a=b\\,c f=1i,g=t,h=1e3\n# comment\nm f=2u 5\n",
    ]
    return {
        "packets": [packets.publish("toe/h/r/d", payload, 7), b"\x30\x05\x00\x01a\x00b", b"\xd0\x00"],
        "site": [_SITE_FILE.read_bytes(), b"projects:\n  - {id: toe, timezone: Europe/Helsinki}\n"],
        "own-lines": lines,
        "lines": lines,
        "parameters": [
            b"-7d",
            b"2026-01-31T12:00:00+02:00",
            b"1800000000",
            b"5m",
            b"a/b/c/d/e",
            b"text/csv;q=0.5",
            b"m3/h",
        ],
    }[target]
