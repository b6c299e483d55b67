"""The mapping file's schema: which keys there are, and what each may hold."""

from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, Field

from hdh.errors import Misconfigured
from hdh.settings import parse_broker_url
from hdh.site.schema import Entry, Time, Zone
from hdh.store.url import parse_store_url
from ingest.decoders.fields import field_of
from migrate.units import check_unit


def _check_store(url: str) -> str:
    try:
        parse_store_url(url)
    except Misconfigured as error:
        raise ValueError(str(error).replace("HDH_STORE_URL=", "")) from None
    return url


def _check_broker(url: str) -> str:
    parse_broker_url(url)
    return url


def _check_quantity(name: str) -> str:
    if "{" not in name and (fault := field_of(name).fault):
        raise ValueError(fault.detail)
    return name


def _check_unit(unit: str) -> str:
    check_unit(unit)
    return unit


StoreUrl: TypeAlias = Annotated[str, AfterValidator(_check_store)]
BrokerUrl: TypeAlias = Annotated[str, AfterValidator(_check_broker)]
QuantityName: TypeAlias = Annotated[str, AfterValidator(_check_quantity)]
Unit: TypeAlias = Annotated[str, AfterValidator(_check_unit)]
SourceKind = Literal["line-protocol", "csv", "influxdb", "journal"]


class TimeEntry(Entry):
    """The time in a table."""

    columns: Annotated[list[str], Field(min_length=1, max_length=2)] = Field(description="One, or date and clock.")
    format: Literal["seconds", "milliseconds", "microseconds", "nanoseconds", "iso", "day-first", "month-first"]
    zone: Zone | None = Field(default=None, description="Of times without offset.")
    doubled_hour: Literal["first", "second"] = Field(
        default="first", description="Which one a time in the hour that comes twice in autumn is."
    )


class CsvEntry(Entry):
    """The form of a table in text."""

    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = ","
    encoding: str = "utf-8"
    decimal: Literal[".", ","] = "."
    header: bool = True
    skip_lines: Annotated[int, Field(ge=0, le=1000)] = Field(default=0, description="Before header or data.")
    time: TimeEntry
    labels: list[str] = Field(default=[], description="Columns that say whose readings a row holds.")
    quantity: str | None = Field(default=None, description="The column that says what a value is, in long tables.")
    values: list[str] = Field(default=[], description="The columns with values; without it all others.")


class SourceEntry(Entry):
    """Where history comes from."""

    kind: SourceKind
    path: str | None = Field(default=None, description="A file or folder; relative to the mapping file.")
    files: str = Field(default="*", description="Of a folder, the files that match.")
    precision: Literal["ns", "us", "ms", "s"] = Field(default="ns", description="Of the times in line protocol.")
    csv: CsvEntry | None = None
    url: StoreUrl | None = Field(default=None, description="influxdb://host:8086?generation=1")
    databases: list[str] = Field(default=[], description="db or db/policy; generation 2: buckets. Without it all.")
    window: Literal["1h", "6h", "1d", "7d", "28d"] = Field(default="7d", description="How long a chunk is.")
    start: Time | None = Field(default=None, description="Readings before this are left where they are.")
    stop: Time | None = Field(default=None, description="Readings from this on are left where they are.")


class DestinationEntry(Entry):
    """Where history goes."""

    store: StoreUrl | None = Field(default=None, description="As HDH_STORE_URL, which holds without it.")
    broker: BrokerUrl | None = Field(default=None, description="For replay; as HDH_BROKER_URL, which holds without it.")


class PlaceEntry(Entry):
    """Where readings belong; {label} stands for what the source says."""

    project: str | None = None
    house: str | None = None
    room: str | None = None
    device: str | None = None


class SeriesEntry(PlaceEntry):
    """What becomes of some series of the source."""

    match: dict[str, str] = Field(description="Labels and what they must be; * and ? stand for other text.")
    skip: str | None = Field(default=None, description="Leave them where they are; the text says why.")
    quantity: QuantityName | None = None
    unit: Unit | None = Field(default=None, description="The source's unit; without it the catalogue's.")
    scale: float = 1.0
    offset: float = Field(default=0.0, description="Added after scaling, before the unit is converted.")
    minimum: float | None = Field(default=None, description="Less, after conversion, is left out.")
    maximum: float | None = Field(default=None, description="More, after conversion, is left out.")
    doubt: str | None = Field(default=None, description="Decide it, then remove this line; until then nothing runs.")


class RenameEntry(Entry):
    """Names that are spelled otherwise in the destination."""

    house: dict[str, str] = Field(default={})
    room: dict[str, str] = Field(default={})
    device: dict[str, str] = Field(default={})


class MappingEntry(Entry):
    """The whole file."""

    source: SourceEntry
    destination: DestinationEntry = DestinationEntry()
    place: PlaceEntry = PlaceEntry()
    rename: RenameEntry = RenameEntry()
    series: Annotated[list[SeriesEntry], Field(min_length=1)]
    doubts: list[str] = Field(default=[], description="Of the source's form; remove what is decided.")


ENTRIES: dict[tuple[str, ...], type[Entry]] = {
    (): MappingEntry,
    ("source",): SourceEntry,
    ("source", "csv"): CsvEntry,
    ("source", "csv", "time"): TimeEntry,
    ("destination",): DestinationEntry,
    ("place",): PlaceEntry,
    ("rename",): RenameEntry,
    ("series",): SeriesEntry,
}
"""The entry that stands at a path (without indexes)."""
