"""InfluxDB servers of generation 1 and 2 over HTTP, in chunks of a measurement and a window of time."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from hdh.errors import Misconfigured
from hdh.store.influxdb.influxql import identifier
from migrate.batch import Batch, Chunk, Column, Kind, Labels
from migrate.sources.columns import spread, texts_column
from migrate.sources.influxql import EVER, Server, within
from migrate.sources.interface import Read

WINDOWS = {"1h": 3_600_000, "6h": 21_600_000, "1d": 86_400_000, "7d": 604_800_000, "28d": 2_419_200_000}
"""Lengths of chunks, ms."""

_TYPES: dict[str, Kind] = {
    "float": "float",
    "integer": "integer",
    "unsigned": "unsigned",
    "boolean": "boolean",
    "string": "text",
}
_CASTS: dict[Kind, str] = {kind: spelled for spelled, kind in _TYPES.items()}
_OWN = {"_internal", "_monitoring", "_tasks"}
"""What servers keep about themselves: taken only where it is asked for."""


@dataclass(frozen=True, slots=True)
class Table:
    """A measurement of a database and retention policy, with the kinds of its fields."""

    database: str
    policy: str
    measurement: str
    fields: tuple[tuple[str, Kind], ...]

    @property
    def source(self) -> str:
        """As a statement names it."""
        return ".".join(identifier(part) for part in (self.database, self.policy, self.measurement))


class InfluxSource:
    """A server's measurements.

    Args:
        server: the server.
        databases: those to take, `db` or `db/policy`; empty: all.
        window: a key of WINDOWS; None: chosen by how much there is.
        start: epoch ms, the first time to take, or None.
        stop: epoch ms, the first time not to take, or None.
    """

    def __init__(
        self,
        server: Server,
        databases: tuple[str, ...] = (),
        window: str | None = None,
        start: int | None = None,
        stop: int | None = None,
    ) -> None:
        self.name = "influxdb"
        self.window = window or "7d"
        self._server = server
        self._databases = databases
        low, high = EVER
        self._span = (low if start is None else max(low, start), high if stop is None else min(high, stop))
        self._tables: list[Table] | None = None
        self._parts: dict[str, tuple[Table, int, int]] = {}
        self._checksum = 0

    def facts(self) -> list[tuple[str, str]]:
        """See `Source.facts`."""
        tables = self.tables()
        policies = sorted({f"{table.database}/{table.policy}" for table in tables})
        return [
            ("server", self._server.version()),
            ("databases", ", ".join(policies) or "none"),
            ("measurements", str(len(tables))),
            ("window", self.window),
        ]

    def doubts(self) -> list[str]:
        """See `Source.doubts`."""
        return []

    def tables(self) -> list[Table]:
        """All measurements."""
        if self._tables is None:
            self._tables = list(self._find_tables())
        return self._tables

    def chunks(self) -> list[Chunk]:
        """See `Source.chunks`: windows that hold something; a chunk's state is how many readings it holds."""
        width = WINDOWS[self.window]
        found: list[Chunk] = []
        for table in self.tables():
            for start, stop, count in self._windows(table, width):
                name = f"{table.database}.{table.policy}.{table.measurement}:{start}"
                self._parts[name] = (table, max(start, self._span[0]), min(stop, self._span[1]))
                found.append(Chunk(len(found), name, str(count), count))
        return found

    def _windows(self, table: Table, width: int) -> list[tuple[int, int, int]]:
        """Start, stop and number of readings of the windows that hold something."""
        counts = self._server.counts(table.database, table.source, self._span, width)
        windows = [(start, start + width, count) for start, count in counts]
        # Windows at the ends of a server's time do not fit into it, and it leaves them out.
        lacking = self._server.total(table.database, table.source, self._span) - sum(count for _, count in counts)
        if lacking > 0:
            first, last = (windows[0][0], windows[-1][1]) if windows else (0, 0)
            windows = [(self._span[0], first, lacking), *windows, (last, self._span[1], lacking)]
        return windows

    def read(self, chunk: Chunk) -> Read:
        """See `Source.read`."""
        table, start, stop = self._parts[chunk.name]
        columns = [(name, kind, f"c{number}") for number, (name, kind) in enumerate(table.fields)]
        what = ", ".join(f'{identifier(name)}::{_CASTS[kind]} AS "{alias}"' for name, kind, alias in columns)
        # Bounds are whole milliseconds: points that will share one are in one chunk.
        statement = f"SELECT {what} FROM {table.source} WHERE {within(start, stop)} GROUP BY *"  # noqa: S608 (names are quoted)
        base: Labels = (("database", table.database), ("measurement", table.measurement), ("policy", table.policy))
        self._checksum = row = 0
        for series, raw in self._server.series(table.database, statement):
            self._checksum = zlib.crc32(raw, self._checksum)
            values = series["values"]
            tags = tuple((f"tag.{key}", text) for key, text in series.get("tags", {}).items() if text)
            yield from _batches(tuple(sorted((*base, *tags))), columns, series["columns"], values, row)
            row += len(values)

    def checksum(self) -> str:
        """See `Source.checksum`."""
        return f"{self._checksum:08x}"

    def close(self) -> None:
        """See `Source.close`."""
        self._server.close()

    def _find_tables(self) -> Iterator[Table]:
        wanted, known = dict.fromkeys(self._databases), self._server.databases()
        if lacking := [name for name in wanted if name not in known and name.partition("/")[0] not in known]:
            there = ", ".join(known) or "none"
            raise Misconfigured(
                f"source.databases: there is no {lacking[0]!r} that this user may read; there are {there}. "
                "Mend the name, or the user's rights."
            )
        for database in known:
            for policy in self._server.policies(database):
                if wanted and database not in wanted and f"{database}/{policy}" not in wanted:
                    continue
                if not wanted and database in _OWN:
                    continue
                for measurement, fields in sorted(self._server.fields(database, policy).items()):
                    yield Table(database, policy, measurement, _kinds(fields))


def _kinds(fields: dict[str, set[str]]) -> tuple[tuple[str, Kind], ...]:
    """Each field with the kinds that it holds; whole numbers are read as floats where it holds both."""
    found: list[tuple[str, Kind]] = []
    for name, types in sorted(fields.items()):
        kinds = {_TYPES[each] for each in types if each in _TYPES}
        if "float" in kinds:
            kinds -= {"integer", "unsigned"}
        found += [(name, kind) for kind in sorted(kinds)]
    return tuple(found)


def _batches(
    labels: Labels, columns: list[tuple[str, Kind, str]], names: list[str], values: list[list[Any]], first: int
) -> Iterator[Batch]:
    """Rows of one series as JSON has them. A field of several kinds comes in several batches."""
    cells = dict(zip(names, zip(*values, strict=True), strict=True))
    time = np.array(cells["time"], np.int64)
    rows = np.arange(first + 1, first + 1 + len(time), dtype=np.int64)
    batches: list[dict[str, Column]] = [{}]
    for name, kind, alias in columns:
        column = _column(kind, cells.get(alias, ()), len(time))
        if column is None:
            continue
        place = next((batch for batch in batches if name not in batch), None)
        if place is None:
            place = {}
            batches.append(place)
        place[name] = column
    for fields in batches:
        if fields:
            yield Batch(labels, rows, time, fields)


def _column(kind: Kind, cells: tuple[Any, ...], rows: int) -> Column | None:
    if None not in cells:
        at, present = range(rows), cells
    else:
        at_list = [index for index, cell in enumerate(cells) if cell is not None]
        at, present = at_list, tuple(cells[index] for index in at_list)  # type: ignore[assignment]
    if not present:
        return None
    match kind:
        case "text":
            column = texts_column(present)
        case "boolean":
            column = Column(kind, np.array(present, np.bool_))
        case "integer":
            column = Column(kind, np.array(present, np.int64))
        case "unsigned":
            column = Column(kind, np.array(present, np.uint64))
        case _:
            column = Column(kind, np.array(present, np.float64))
    return spread(column, list(at) if len(present) < rows else at, rows)
