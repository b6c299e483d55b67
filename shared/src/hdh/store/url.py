"""HDH_STORE_URL: where the store is and of which kind."""

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from hdh.errors import Misconfigured

_CREDENTIALS = re.compile("//[^/]*@")
_EXAMPLES = "Examples: sqlite:////data/store.db, influxdb://influxdb:8086?generation=2&org=hdh."


@dataclass(frozen=True, slots=True)
class SqliteUrl:
    """A SQLite store: one database file."""

    path: Path
    read_only: bool = False


@dataclass(frozen=True, slots=True)
class InfluxUrl:
    """An InfluxDB server; `generation` 1 or 2, `org` for generation 2 only."""

    host: str
    port: int
    generation: int
    org: str | None = None
    tls: bool = False

    @property
    def base(self) -> str:
        """The address as HTTP knows it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.tls else 'http'}://{host}:{self.port}"


def parse_store_url(url: str) -> SqliteUrl | InfluxUrl:
    """Read a store URL.

    Raises:
        Misconfigured: it is not one; the sentence says what is wrong.
    """
    given, url = url, _CREDENTIALS.sub("//…@", url)
    try:
        parts = urlsplit(given)
        port = parts.port or 8086
    except ValueError as error:
        raise Misconfigured(f"HDH_STORE_URL={url!r} is not a URL: {error}. {_EXAMPLES}") from error
    if parts.fragment:
        raise Misconfigured(f"HDH_STORE_URL={url!r}: write # as %23 where it belongs to the path.")
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    if parts.scheme == "sqlite":
        return _sqlite(url, parts.netloc, unquote(parts.path), options)
    if parts.scheme not in {"influxdb", "influxdbs"}:
        scheme = repr(parts.scheme) if parts.scheme else "what has no scheme"
        raise Misconfigured(f"HDH_STORE_URL={url!r}: {scheme} is no known store. {_EXAMPLES}")
    if parts.username or parts.password:
        raise Misconfigured("HDH_STORE_URL holds credentials: give them as HDH_STORE_TOKEN or HDH_STORE_TOKEN_FILE.")
    if parts.path.strip("/"):
        raise Misconfigured(f"HDH_STORE_URL={url!r}: it has a path, which a server of this kind does not. {_EXAMPLES}")
    _refuse_unknown(url, options, {"generation", "org"})
    generation = options.get("generation", "2")
    if not parts.hostname or generation not in {"1", "2"}:
        raise Misconfigured(f"HDH_STORE_URL={url!r}: it needs a host, and a generation of 1 or 2. {_EXAMPLES}")
    org = options.get("org") or None
    if generation == "2" and org is None:
        raise Misconfigured(f"HDH_STORE_URL={url!r}: generation 2 needs an organisation, `&org=…`. {_EXAMPLES}")
    return InfluxUrl(parts.hostname, port, int(generation), org, tls=parts.scheme == "influxdbs")


def _sqlite(url: str, netloc: str, path: str, options: dict[str, str]) -> SqliteUrl:
    _refuse_unknown(url, options, {"mode"})
    if netloc or not path.strip("/"):
        raise Misconfigured(f"HDH_STORE_URL={url!r}: an absolute path has four slashes. {_EXAMPLES}")
    if options.get("mode", "rw") not in {"rw", "ro"}:
        raise Misconfigured(f"HDH_STORE_URL={url!r}: mode is rw or ro.")
    # sqlite:///relative.db and sqlite:////absolute.db: one slash ends the (empty) host.
    return SqliteUrl(Path(path[1:]), read_only=options.get("mode") == "ro")


def _refuse_unknown(url: str, options: dict[str, str], known: set[str]) -> None:
    if unknown := sorted(set(options) - known):
        raise Misconfigured(f"HDH_STORE_URL={url!r}: unknown option {unknown[0]!r}; known: {', '.join(sorted(known))}.")
