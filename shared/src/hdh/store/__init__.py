"""The stores: open one by its URL and use it through the interfaces of `hdh.store.interface`.

`sqlite:////data/store.db` (add `?mode=ro` to open it for reading only) or
`influxdb://host:8086?generation=1|2&org=hdh` (`influxdbs://` for TLS).
Imports are made on use: a writer's image has no numpy and no pyarrow.
"""

from hdh.store.interface import KNOWN_PLACES, Admin, Reader, Writer
from hdh.store.url import InfluxUrl, SqliteUrl, parse_store_url


def open_writer(url: str, token: str | None = None, *, known_places: int = KNOWN_PLACES) -> Writer:
    """Open the store for writing. Does not touch the network: a store that is away shows on first use.

    Args:
        url: HDH_STORE_URL.
        token: HDH_STORE_TOKEN.
        known_places: how many places, at most, a writer remembers that has to (SQLite's): who meets them one by one,
            in turns, is fast with all of them; who brings many readings of each at once needs few.

    Raises:
        Misconfigured: the URL or the token cannot be right; the sentence names HDH_STORE_URL or HDH_STORE_TOKEN.
    """
    match parse_store_url(url):
        case SqliteUrl() as parsed:
            from hdh.store.sqlite.writer import SqliteWriter

            return SqliteWriter(parsed, known_places=known_places)
        case InfluxUrl() as parsed:
            from hdh.store.influxdb.writer import InfluxWriter

            return InfluxWriter(parsed, token)


def open_reader(url: str, token: str | None = None) -> Reader:
    """Open the store for reading; see `open_writer`."""
    match parse_store_url(url):
        case SqliteUrl() as parsed:
            from hdh.store.sqlite.reader import SqliteReader

            return SqliteReader(parsed)
        case InfluxUrl() as parsed:
            from hdh.store.influxdb.reader import InfluxReader

            return InfluxReader(parsed, token)


def open_admin(url: str, token: str | None = None) -> Admin:
    """Open the store for setting it up; see `open_writer`."""
    match parse_store_url(url):
        case SqliteUrl() as parsed:
            from hdh.store.sqlite.admin import SqliteAdmin

            return SqliteAdmin(parsed)
        case InfluxUrl() as parsed:
            from hdh.store.influxdb.admin import open_influx_admin

            return open_influx_admin(parsed, token)
