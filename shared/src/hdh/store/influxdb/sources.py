"""Where series stand in the store: in which measurement, under which stored names. A series may have two sources."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from operator import attrgetter

from hdh.line_protocol import from_stored
from hdh.model import MEASUREMENTS, OTHER, TEXT_SUFFIX, Series
from hdh.quantities import catalogue
from hdh.store.influxdb.arrays import Kind
from hdh.store.influxdb.csv import table
from hdh.store.influxdb.http import Http
from hdh.store.influxdb.influxql import Parameters, identifier, where
from hdh.store.influxdb.query import batched, stream, stream_tagged
from hdh.store.interface import Selection

STATEMENTS = 200
"""How many statements go in one request: a request for each costs more than the statement does."""

_FEW = 50
"""So many alternatives the server compares for each series faster than we do."""

_NUMBERS = {"float", "integer", "unsigned"}
_NAMES = attrgetter("project", "house", "room", "device", "quantity")
"""What series are sorted by. Their own comparison takes many times as long, and there are thousands."""

_PLACE = '"device", "house", "room"'


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a measurement by its stored name."""

    measurement: str
    name: str
    kind: Kind

    def select(self, function: str, alias: str) -> str:
        """The beginning of a statement: the field itself, or a function of it, under another name."""
        name = identifier(self.name)
        what = f"{function}({name})" if function else name
        return f'SELECT {what} AS "{alias}" FROM {identifier(self.measurement)}'  # noqa: S608 (all are quoted)


@dataclass(frozen=True, slots=True)
class Source:
    """One of the places where readings of a series stand.

    Attributes:
        series: whose readings.
        field: where.
        tags: device, house and room as stored.
    """

    series: Series
    field: Field
    tags: tuple[str, str, str]

    @property
    def is_boolean(self) -> bool:
        """Whether the server cannot compute with its values."""
        return self.field.kind is Kind.BOOLEAN

    def condition(self, parameters: Parameters) -> str:
        """The condition that selects it; a tag that it lacks equals the empty text."""
        pairs = zip(("device", "house", "room"), self.tags, strict=True)
        return " AND ".join(f'"{key}" = {parameters.bind(value)}' for key, value in pairs)


@dataclass(frozen=True, slots=True)
class Found:
    """What one selector or count found of a source."""

    source: Source
    time: int
    value: float | str


def find_fields(http: Http, selection: Selection) -> list[Field]:
    """The fields that the selected quantities have in the project.

    Only numbers and booleans under a number's name and text under a text's are readings; a stranger's other fields
    are not seen.
    """
    types: dict[tuple[str, str], set[str]] = {}
    for rows in stream(http, selection.project, ["SHOW FIELD KEYS"], Parameters()):
        for measurement, _, name, field_type in table(rows.data):
            if measurement in MEASUREMENTS:
                types.setdefault((measurement, name), set()).add(field_type)
    fields = [Field(*key, kind) for key, found in types.items() if (kind := _kind(key[1], found))]
    wanted = set(selection.quantities)
    return [field for field in fields if not wanted or from_stored(field.name) in wanted]


def select(
    http: Http, selection: Selection, fields: Iterable[Field], function: str, condition: Callable[[Parameters], str]
) -> Iterator[Found]:
    """Apply `first`, `last` or `count` to every selected source; one that holds nothing is left out.

    Args:
        http: the server.
        selection: the project and the tags.
        fields: of which fields.
        function: one selector a statement, as only then its time is the reading's.
        condition: makes the condition on time.
    """
    few = _few(selection)
    houses, rooms, devices = set(selection.houses), set(selection.rooms), set(selection.devices)
    for batch in batched(fields, STATEMENTS):
        parameters = Parameters()
        clause = where([*parameters.selection(few), condition(parameters)])
        statements = [
            f"{field.select(function, f'f{number}')}{clause} GROUP BY {_PLACE}" for number, field in enumerate(batch)
        ]
        for answer in stream_tagged(http, selection.project, statements, parameters):
            source = _source(selection.project, batch[int(answer["columns"][1][1:])], answer["tags"])
            series = source.series
            if (
                (not houses or series.house in houses)
                and (not rooms or series.room in rooms)
                and (not devices or series.device in devices)
            ):
                ((time, value),) = answer["values"]
                yield Found(source, time, value)


def by_series(sources: Iterable[Source]) -> dict[Series, list[Source]]:
    """Sources by series, sorted; a series' own measurement stands before others that it is found in."""
    names = catalogue()

    def rank(source: Source) -> tuple[bool, bool, str]:
        measurement = source.field.measurement
        own = names.measurement_of(source.series.quantity)
        return measurement != own, measurement == OTHER, measurement

    groups: dict[Series, list[Source]] = {}
    for source in sources:
        groups.setdefault(source.series, []).append(source)
    return {
        series: sorted(groups[series], key=rank) if len(groups[series]) > 1 else groups[series]
        for series in sorted(groups, key=_NAMES)
    }


def _few(selection: Selection) -> Selection:
    """The selection by those tags of which it names few; by the others we select ourselves."""

    def few(names: tuple[str, ...]) -> tuple[str, ...]:
        return names if len(names) <= _FEW else ()

    return Selection(selection.project, few(selection.houses), few(selection.rooms), few(selection.devices))


def _kind(name: str, types: set[str]) -> Kind | None:
    if name.endswith(TEXT_SUFFIX):
        return Kind.TEXT if "string" in types else None
    if types & _NUMBERS:
        return Kind.NUMBER
    return Kind.BOOLEAN if "boolean" in types else None


def _source(project: str, field: Field, tags: dict[str, str]) -> Source:
    device, house, room = (tags.get(key, "") for key in ("device", "house", "room"))
    series = Series(project, from_stored(house), from_stored(room), from_stored(device), from_stored(field.name))
    return Source(series, field, (device, house, room))
