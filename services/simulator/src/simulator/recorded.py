"""Recorded readings: files of one series each, `<Room>_<Quantity>.csv`, merged into one gateway's messages."""

import heapq
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hdh.errors import Invalid
from hdh.quantities import catalogue
from simulator.message import Message

_NOT_IN_TOPICS = frozenset("+#/\0")


@dataclass(frozen=True, slots=True)
class Source:
    """One file, and what its readings are."""

    path: Path
    room: str
    device: str
    quantity: str


def parse_overrides(texts: Sequence[str]) -> dict[str, tuple[str | None, str]]:
    """`NAME=quantity` or `NAME=device/quantity` to the device, if named, and the quantity.

    Raises:
        Invalid: it is neither.
    """
    overrides = {}
    for text in texts:
        name, _, target = text.partition("=")
        device, slash, quantity = target.rpartition("/")
        if not name or not quantity or (slash and not device):
            remedy = "Give NAME=quantity or NAME=device/quantity, for example Brightness=illuminance."
            raise Invalid("It maps nothing.", parameter="--quantity", value=text, remedy=remedy)
        overrides[name] = (device or None, quantity)
    return overrides


def sources(paths: Sequence[Path], device: str, overrides: Mapping[str, tuple[str | None, str]]) -> list[Source]:
    """What each file holds.

    Raises:
        Invalid: a name says no room and quantity that the catalogue knows, or two files hold the same series.
    """
    found: dict[tuple[str, str, str], Source] = {}
    for path in paths:
        source = _source(path, device, overrides)
        key = (source.room, source.device, source.quantity)
        if other := found.get(key):
            text = f"It holds {source.quantity} of {source.device} in {source.room}, as {other.path.name} does."
            remedy = "Give one of them a device of its own: --quantity NAME=device/quantity."
            raise Invalid(text, parameter="FILE", value=path.name, remedy=remedy)
        found[key] = source
    return list(found.values())


def _source(path: Path, device: str, overrides: Mapping[str, tuple[str | None, str]]) -> Source:
    room, _, name = path.stem.partition("_")
    if room and name in overrides:
        own, quantity = overrides[name]
        return Source(path, room.lower(), own or device, quantity)
    component, _, rest = name.partition("_")
    for part, text in ((None, name), (component, rest)):
        if room and text and (known := catalogue().resolve(text)):
            return Source(path, room.lower(), device if part is None else f"{device}.{part.lower()}", known.name)
    remedy = f"Name the file <Room>_<Quantity>.csv, or say what it is: --quantity {name or 'NAME'}=quantity."
    raise Invalid("The catalogue knows no such quantity.", parameter="FILE", value=path.name, remedy=remedy)


def messages(found: Sequence[Source], project: str, house: str) -> Iterator[Message]:
    """A native message for each reading of all files, in the order of time; values are spelled as in the file.

    Raises:
        Invalid: a line is no reading, with file and line; or a name cannot stand in a topic.
    """
    for parameter, name in (("--project", project), ("--house", house), *_levels(found)):
        if not name or set(name) & _NOT_IN_TOPICS:
            remedy = "Give a name without + # / and NUL."
            raise Invalid("It cannot stand in a topic.", parameter=parameter, value=name, remedy=remedy)
    series = (_read(source, f"{project}/{house}/{source.room}/{source.device}") for source in found)
    return heapq.merge(*series, key=lambda message: message.time)


def _levels(found: Sequence[Source]) -> Iterator[tuple[str, str]]:
    for source in found:
        yield from ((f"room of {source.path.name}", source.room), (f"device of {source.path.name}", source.device))


def _read(source: Source, topic: str) -> Iterator[Message]:
    field = json.dumps(source.quantity)
    # A byte that is no UTF-8 becomes a character that is in no number: the line is told like any other bad one.
    with source.path.open(encoding="utf-8", errors="replace") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            time, value = _parse(source.path, number, line)
            yield Message(round(float(time) * 1000), topic, f'{{"time":{time},{field}:{value}}}'.encode())


def _parse(path: Path, number: int, line: str) -> tuple[str, str]:
    time, tab, value = line.rstrip("\r\n").partition("\t")
    try:
        # What JSON reads as a number is passed on to the letter.
        good = bool(tab) and all(math.isfinite(json.loads(part)) for part in (time, value))
    except (ValueError, TypeError):
        good = False
    if not good:
        remedy = "A line is epoch seconds, a tab and a number."
        raise Invalid("It is no reading.", parameter=f"{path.name}:{number}", value=line.strip()[:60], remedy=remedy)
    return time, value
