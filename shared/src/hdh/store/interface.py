"""The store as its users see it: three small interfaces, as rights are split.

Every method may raise `Retryable` (the store is away, hangs or is overloaded) and `Misconfigured` (unknown project,
missing right, wrong credentials). A method returns only what the store confirmed as whole: never a part taken for it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

from hdh.model import Place, Point, Series, Span

if TYPE_CHECKING:  # writers live in images without numpy
    import numpy as np
    from numpy.typing import NDArray

    from hdh.windows import Window

    Values: TypeAlias = NDArray[np.float64] | NDArray[np.object_]


KNOWN_PLACES = 200_000
"""How many places, at most, a writer remembers that has to, unless it is told otherwise."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A point that the store will never take.

    Attributes:
        index: its place in the sequence that was to be written.
        reason: `expired` (older than the project's retention) or `store` (anything else the store refuses).
        detail: the store's own words.
    """

    index: int
    reason: Literal["expired", "store"]
    detail: str


@dataclass(frozen=True, slots=True)
class Selection:
    """Which series of one project. An empty tuple selects all; several values in one tuple are alternatives.

    Names are compared whole and as they are: a name that tries to be a pattern or a statement matches only itself.
    """

    project: str
    houses: tuple[str, ...] = ()
    rooms: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()
    quantities: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SeriesInfo:
    """A series that holds at least one reading: first and last time (epoch ms) and the number of readings."""

    series: Series
    first: int
    last: int
    count: int


@dataclass(frozen=True, slots=True)
class Chunk:
    """Readings of one series, ascending: `time` int64 epoch ms, `value` float64 (NaN: null) or text (object)."""

    series: Series
    time: "NDArray[np.int64]"
    value: "Values"


@dataclass(frozen=True, slots=True)
class Columns:
    """Readings of one place that share a measurement, in columns: each row is a point.

    Attributes:
        measurement: as of a point.
        place: as of a point.
        time: int64 epoch ms, one a row.
        fields: quantity to values, one a row: float64 (NaN: no reading) or, under `<quantity>_text`, text (object;
            None: no reading). A row without any reading is no point.
    """

    measurement: str
    place: Place
    time: "NDArray[np.int64]"
    fields: "dict[str, Values]"

    def __len__(self) -> int:
        return len(self.time)


@dataclass(frozen=True, slots=True)
class Latest:
    """The newest reading of a series, by its own time."""

    series: Series
    time: int
    value: float | str


@dataclass(frozen=True, slots=True)
class Token:
    """A right to use the store: what goes into HDH_STORE_TOKEN (`user:password` in generation 1 of InfluxDB)."""

    name: str
    secret: str


class Writer(Protocol):
    """Writes and deletes. Not safe for use by several threads at once."""

    def write(self, project: str, points: Sequence[Point]) -> list[Refusal]:
        """Write points; a point that is there already (same place, measurement, time) is overwritten field by field.

        Returns:
            The refused points, ascending by index. All others are confirmed and durable when this returns.
        """

    def write_columns(self, project: str, parts: "Sequence[Columns]") -> list[Refusal]:
        """Write as `write` does, many times faster where points come in columns. Needs numpy and pyarrow.

        Returns:
            The refused rows; their index counts the rows of all parts, one part after the other.
        """

    def check(self, project: str) -> None:
        """Return if the project is there and we may write to it; raise what is wrong otherwise. Changes nothing."""

    def delete(self, project: str, span: Span, selection: Selection | None = None) -> None:
        """Delete every reading in `span` of the selected places (the selection's quantities must be empty)."""

    def close(self) -> None:
        """Give back what is held open."""


class Reader(Protocol):
    """Reads. Safe for use by several threads at once."""

    def projects(self) -> list[str]:
        """The projects that the store has and this reader may see, sorted."""

    def series(self, selection: Selection) -> list[SeriesInfo]:
        """The selected series that hold readings, sorted by `Series`; a series in two measurements is one."""

    def read(self, selection: Selection, span: Span) -> Iterator[Chunk]:
        """Raw readings, series by series in the order of `Series`, each ascending; a series may take several chunks."""

    def aggregate(self, selection: Selection, span: Span, window: "Window") -> Iterator[Chunk]:
        """One value a window, series by series; `time` is the window's start, gaps by the window's policy.

        Text series know `count`, `first` and `last` (and no gap policy but null and skip); other aggregates skip them.
        A series without readings in the span is left out.
        """

    def outline(self, selection: Selection, span: Span, points: int) -> Iterator[Chunk]:
        """Of each selected series of numbers the readings that its curve touches, in one chunk, for charts.

        Real readings, ascending: the first and the last of the span, and the least and greatest of each of at least
        `2 * points` equal buckets of time between them; all of them where they are few. At most `8 * points + 2`: to
        choose `points` of them is the caller's part (`MinMaxLTTBDownsampler`'s second step). Series of text and series
        without readings in the span are left out.
        """

    def latest(self, selection: Selection) -> list[Latest]:
        """The newest reading of each selected series, sorted by `Series`."""

    def health(self) -> None:
        """Return if the store answers and takes our credentials; raise what is wrong otherwise."""

    def close(self) -> None:
        """Give back what is held open."""


class Admin(Protocol):
    """Sets up. Needs the rights of an administrator."""

    def projects(self) -> dict[str, int | None]:
        """Each project with its retention in milliseconds, None for ever."""

    def create_project(self, project: str, retention: int | None = None) -> None:
        """Create the project, or bring the retention of one that is there to `retention` (ms; None: for ever)."""

    def drop_project(self, project: str) -> None:
        """Delete the project with all its data; an unknown one is no error."""

    def create_token(self, name: str, *, read: Sequence[str] = (), write: Sequence[str] = ()) -> Token:
        """Make credentials with exactly these rights on these projects; an earlier token of this name is revoked."""

    def tokens(self) -> list[str]:
        """The names of the tokens that are there, sorted."""

    def revoke_token(self, name: str) -> None:
        """Take the token back; an unknown one is no error."""

    def close(self) -> None:
        """Give back what is held open."""
