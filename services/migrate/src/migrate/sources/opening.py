"""Opens the source that a mapping file names."""

from hdh.errors import Misconfigured
from hdh.site import Site
from hdh.store.url import InfluxUrl, parse_store_url
from migrate.mapping.load import Mapping
from migrate.mapping.schema import CsvEntry
from migrate.sources.csv import CsvSource
from migrate.sources.csv_form import Form
from migrate.sources.files import Files, paths_of
from migrate.sources.influxdb import InfluxSource
from migrate.sources.influxql import Server
from migrate.sources.interface import Source
from migrate.sources.journal import JournalSource
from migrate.sources.line_protocol import LineProtocolSource


def open_source(mapping: Mapping, site: Site, token: str | None) -> Source:
    """Open the source of a mapping.

    Args:
        mapping: the mapping file.
        site: by which a journal's messages are placed.
        token: of a server, HDH_MIGRATE_SOURCE_TOKEN.

    Raises:
        Misconfigured: it is not there, or cannot be what the mapping says.
    """
    entry = mapping.entry.source
    if entry.kind == "influxdb":
        start, stop = mapping.bounds()
        server = Server(server_url(entry.url or ""), token)
        return InfluxSource(server, tuple(entry.databases), entry.window, start, stop)
    root = mapping.resolve(entry.path or "")
    if entry.kind == "journal":
        return JournalSource(root, site)
    files = Files(paths_of(root, entry.files), root)
    if entry.kind == "csv" and entry.csv is not None:
        return CsvSource(files, form_of(entry.csv))
    return LineProtocolSource(files, entry.precision)


def server_url(url: str) -> InfluxUrl:
    """The address of a server that is a source.

    Raises:
        Misconfigured: it is none.
    """
    try:
        parsed = parse_store_url(url)
    except Misconfigured as error:
        raise Misconfigured(str(error).replace("HDH_STORE_URL", "source.url")) from None
    if not isinstance(parsed, InfluxUrl):
        raise Misconfigured(
            f"source.url={url!r}: it names no InfluxDB server. As in influxdb://host:8086?generation=1."
        )
    return parsed


def form_of(entry: CsvEntry) -> Form:
    """The form of a table as the mapping file spells it."""
    return Form(
        delimiter=entry.delimiter,
        encoding=entry.encoding,
        decimal=entry.decimal,
        header=entry.header,
        skip=entry.skip_lines,
        time=tuple(entry.time.columns),
        time_format=entry.time.format,
        zone=entry.time.zone,
        doubled_hour=entry.time.doubled_hour,
        labels=tuple(entry.labels),
        quantity=entry.quantity,
        values=tuple(entry.values),
    )
