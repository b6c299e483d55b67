"""What sources give: readings in columns, under the names that the source uses. Data only."""

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Labels: TypeAlias = tuple[tuple[str, str], ...]
"""What a source says about a series, sorted pairs of key and text: measurement and tags, or columns of a table."""

Kind = Literal["float", "integer", "unsigned", "boolean", "text"]

NUMBERS: frozenset[Kind] = frozenset({"float", "integer", "unsigned"})

_OBJECTS_OF_A_COLUMN = 8
"""A column's arrays take some 400 bytes beside its values, as much as so many readings with their times and lines."""

FIELD = "field"
"""The label that tells the readings of one row apart: a field, or a column of a wide table."""


@dataclass(frozen=True, slots=True)
class Column:
    """The values of one field.

    Attributes:
        kind: what the source holds.
        values: float64, int64, uint64, bool or text (object), one a row.
        present: which rows have a value; None: all.
    """

    kind: Kind
    values: NDArray[np.generic]
    present: NDArray[np.bool_] | None = None

    def count(self) -> int:
        """How many values there are."""
        return len(self.values) if self.present is None else int(np.count_nonzero(self.present))

    def present_or_all(self) -> NDArray[np.bool_]:
        """Which rows have a value."""
        return np.ones(len(self.values), np.bool_) if self.present is None else self.present


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows that share their labels.

    Attributes:
        labels: what the source says about all of them.
        rows: int64, the line in the file, or the number of the row within the chunk of a server.
        time: int64, epoch nanoseconds.
        fields: by the field's name.
    """

    labels: Labels
    rows: NDArray[np.int64]
    time: NDArray[np.int64]
    fields: dict[str, Column]

    @property
    def weight(self) -> int:
        """What it takes of memory, in readings: its objects are as heavy as some of these."""
        return weight_of(len(self.rows), len(self.fields))


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row, or one value of it, that cannot be read.

    Attributes:
        row: as in `Batch.rows`; 0 where it has no number.
        reason: one word.
        detail: a sentence with what is wrong and the remedy.
        text: the beginning of what stands there.
        count: how many readings it stands for.
    """

    row: int
    reason: str
    detail: str
    text: str = ""
    count: int = 1


@dataclass(frozen=True, slots=True)
class Chunk:
    """A part of a source that is read, written and noted as a whole.

    Attributes:
        number: its place in the source, from 0.
        name: names it in the ledger; the same part has the same name in every run.
        state: changes if the part does (as far as can be told without reading it).
        size: how much is in it, in the source's own measure, for progress.
    """

    number: int
    name: str
    state: str
    size: int


@dataclass(slots=True)
class SeriesFound:
    """What inspecting found of one series.

    Attributes:
        labels: with FIELD.
        kind: of its values.
        count: how many readings were seen.
        first: epoch ns.
        last: epoch ns.
        low: the least value seen, of numbers.
        high: the greatest value seen, of numbers.
        samples: some readings: time (epoch ns) and value, as read.
    """

    labels: Labels
    kind: Kind
    count: int = 0
    first: int = 0
    last: int = 0
    low: float | None = None
    high: float | None = None
    samples: list[tuple[int, float | int | bool | str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Found:
    """What a source holds.

    Attributes:
        series: what was seen, sorted by labels.
        exact: whether all of it was looked at; else counts are estimated from a part.
        readings: how many readings, perhaps estimated.
        facts: what was found out about its form, for a person: pairs of what and how.
        doubts: sentences about what was guessed and may be wrong.
        bad: the first bad rows.
    """

    series: list[SeriesFound]
    exact: bool
    readings: int
    facts: list[tuple[str, str]]
    doubts: list[str] = field(default_factory=list)
    bad: list[BadRow] = field(default_factory=list)


def weight_of(rows: int, fields: int) -> int:
    """What columns of so many rows take of memory, in readings."""
    return (rows + _OBJECTS_OF_A_COLUMN) * fields


def label(labels: Labels, key: str) -> str:
    """The label of this key, empty without one."""
    return next((text for name, text in labels if name == key), "")
