"""The quantity catalogue: what can be measured, in which unit, under which names. Its data is `quantities.yaml`."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from hdh.errors import Misconfigured
from hdh.model import MEASUREMENTS, OTHER, TEXT_SUFFIX

_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
# A term of UCUM: an atom with prefix and exponent (also in brackets), a factor, or an annotation; joined by . and /.
_TERM = r"(?:(?:[A-Za-z%]*(?:\[[^\[\]\s]+\])?(?:[+-]?\d+)?|\d+)(?:\{[^{}\s]*\})?)"
_UCUM = re.compile(rf"(?=.){_TERM}(?:[./]{_TERM})*")
_HUMP = re.compile(r"(?<=[a-zäöå0-9])(?=[A-ZÄÖÅ])")
_SEPARATORS = re.compile(r"[ .\-_]+")  # no other white space: a line break is no part of a name
_BETWEEN_LETTERS = re.compile(r"(?<=[^\W\d_])_(?=[^\W\d_])")
_CACHED_SPELLINGS = 8192


class Kind(StrEnum):
    """How a quantity behaves: a gauge goes up and down, a counter rises until reset, a state holds till it changes."""

    GAUGE = "gauge"
    COUNTER = "counter"
    STATE = "state"


@dataclass(frozen=True, slots=True)
class Quantity:
    """One entry of the catalogue.

    Attributes:
        name: snake_case, the field in the store.
        measurement: one of `hdh.model.MEASUREMENTS`.
        unit: UCUM code, `Cel`; `1` where there is none.
        symbol: the unit as people write it, `°C`.
        kind: gauge, counter or state.
        low: the least plausible value, or None.
        high: the greatest plausible value, or None.
        english: its name in English.
        finnish: its name in Finnish.
        aliases: names seen in the wild.
    """

    name: str
    measurement: str
    unit: str
    symbol: str
    kind: Kind
    low: float | None
    high: float | None
    english: str
    finnish: str
    aliases: tuple[str, ...]


class _Entry(BaseModel):
    """An entry as the file spells it."""

    model_config = ConfigDict(extra="forbid")

    name: str
    measurement: str
    unit: str
    symbol: str
    kind: Kind
    range: tuple[float | None, float | None]
    english: str
    finnish: str
    aliases: tuple[str, ...]


class Catalogue:
    """All quantities, found by name or by any spelling of an alias. Iterates sorted by name.

    Raises:
        Misconfigured: quantities contradict each other or are malformed; the text has a line per problem.
    """

    def __init__(self, quantities: Iterable[Quantity]) -> None:
        self._by_name: dict[str, Quantity] = {}
        self._by_key: dict[str, Quantity] = {}
        self._by_spelling: dict[str, Quantity | None] = {}
        problems = [problem for quantity in quantities for problem in self._add(quantity)]
        if problems:
            raise Misconfigured("\n".join(problems))
        self._sorted = tuple(sorted(self._by_name.values(), key=lambda quantity: quantity.name))

    def __iter__(self) -> Iterator[Quantity]:
        return iter(self._sorted)

    def __len__(self) -> int:
        return len(self._sorted)

    def get(self, name: str) -> Quantity | None:
        """The quantity of exactly this name."""
        return self._by_name.get(name)

    def resolve(self, spelling: str) -> Quantity | None:
        """The quantity of this name or alias, however it is spelled: `tempC`, `dew-point`, `PM2.5`."""
        # Every field of every message passes here: a spelling seen before costs one look-up.
        try:
            return self._by_spelling[spelling]
        except KeyError:
            pass
        if len(self._by_spelling) >= _CACHED_SPELLINGS:
            self._by_spelling.clear()
        found = self._by_spelling[spelling] = self._by_key.get(_key(spelling))
        return found

    def measurement_of(self, field: str) -> str:
        """The measurement that a field of the store belongs to; `other` if the catalogue does not know the field."""
        quantity = self._by_name.get(field) or self._by_name.get(field.removesuffix(TEXT_SUFFIX))
        return OTHER if quantity is None else quantity.measurement

    def _add(self, quantity: Quantity) -> Iterator[str]:
        """Add a quantity and yield what is wrong with it."""
        where = f"quantity {quantity.name!r}"
        if not _NAME.fullmatch(quantity.name) or quantity.name.endswith(TEXT_SUFFIX) or quantity.name == "time":
            yield f"{where}: the name must be snake_case, must not end in {TEXT_SUFFIX!r} and must not be 'time'."
        if quantity.measurement not in MEASUREMENTS or quantity.measurement == OTHER:
            yield f"{where}: {quantity.measurement!r} is no measurement; choose of {', '.join(MEASUREMENTS[:-1])}."
        if not _UCUM.fullmatch(quantity.unit):
            yield f"{where}: {quantity.unit!r} is no UCUM code; write 1 where there is no unit."
        if quantity.low is not None and quantity.high is not None and quantity.low >= quantity.high:
            yield f"{where}: the range must rise from {quantity.low} to {quantity.high}."
        for spelling in (quantity.name, *quantity.aliases):
            owner = self._by_key.setdefault(_key(spelling), quantity)
            if owner is not quantity or (spelling != quantity.name and _key(spelling) == _key(quantity.name)):
                yield f"{where}: {spelling!r} already leads to {owner.name!r}; remove it."
        self._by_name[quantity.name] = quantity


def snake_case(text: str) -> str:
    """A name as fields are spelled: `dewPoint`, `Dew-Point` and `dew point` come to `dew_point`."""
    return _SEPARATORS.sub("_", _HUMP.sub("_", text.strip(" "))).lower()


@cache
def catalogue() -> Catalogue:
    """The project's catalogue, loaded on first use."""
    return parse_catalogue((files("hdh") / "quantities.yaml").read_text(encoding="utf-8"))


def parse_catalogue(text: str) -> Catalogue:
    """Read and check a catalogue.

    Raises:
        Misconfigured: the text has a line per problem.
    """
    try:
        entries = TypeAdapter(list[_Entry]).validate_python(yaml.safe_load(text))
    except yaml.YAMLError as error:
        raise Misconfigured(f"the catalogue is no YAML: {error}") from error
    except ValidationError as error:
        lines = (f"entry {'.'.join(map(str, problem['loc']))}: {problem['msg']}" for problem in error.errors())
        raise Misconfigured("\n".join(lines)) from None
    return Catalogue(_quantity(entry) for entry in entries)


def _quantity(entry: _Entry) -> Quantity:
    low, high = entry.range
    values = entry.model_dump(exclude={"range"})
    return Quantity(**values, low=low, high=high)


def _key(spelling: str) -> str:
    """What spellings of one name have in common. An underscore beside a digit stays: PM1.0 is not PM10."""
    return _BETWEEN_LETTERS.sub("", snake_case(spelling))
