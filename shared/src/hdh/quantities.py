"""The quantity catalogue: what can be measured, in which unit, under which names. Its data is `quantities.yaml`."""

from dataclasses import dataclass
from enum import StrEnum


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
