"""HDH_STORE_URL: what it may be, and what each mistake is called."""

from pathlib import Path

import pytest

from hdh.errors import Misconfigured
from hdh.store import open_admin, open_reader, open_writer
from hdh.store.url import InfluxUrl, SqliteUrl, parse_store_url


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("sqlite:////data/store.db", SqliteUrl(Path("/data/store.db"))),
        ("sqlite:///store.db", SqliteUrl(Path("store.db"))),
        ("sqlite:///.demo/my%20store.db?mode=ro", SqliteUrl(Path(".demo/my store.db"), read_only=True)),
        ("sqlite:////data/store.db?mode=rw", SqliteUrl(Path("/data/store.db"))),
        ("influxdb://influxdb:8087?generation=2&org=hdh", InfluxUrl("influxdb", 8087, 2, "hdh")),
        ("influxdb://influxdb?org=hdh", InfluxUrl("influxdb", 8086, 2, "hdh")),
        ("influxdb://127.0.0.1?generation=1", InfluxUrl("127.0.0.1", 8086, 1)),
        ("influxdbs://store.example:443?generation=1", InfluxUrl("store.example", 443, 1, None, tls=True)),
        ("influxdb://[::1]:8086?generation=1", InfluxUrl("::1", 8086, 1)),
    ],
)
def test_good_ones(url: str, expected: SqliteUrl | InfluxUrl) -> None:
    """Each part arrives where it belongs."""
    assert parse_store_url(url) == expected


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("", "no known store"),
        ("store.db", "no known store"),
        ("postgres://db", "'postgres' is no known store"),
        ("sqlite://store.db", "four slashes"),
        ("sqlite:///", "four slashes"),
        ("sqlite:////data/store.db?mode=x", "mode is rw or ro"),
        ("sqlite:////data/store.db?cache=shared", "unknown option 'cache'"),
        ("sqlite:////data/#1.db", "write # as %23"),
        ("influxdb://influxdb:8086", "needs an organisation"),
        ("influxdb://influxdb?generation=2&org=", "needs an organisation"),
        ("influxdb://influxdb?generation=3", "generation of 1 or 2"),
        ("influxdb://?generation=1", "needs a host"),
        ("influxdb://influxdb:port?generation=1", "is not a URL"),
        ("influxdb://influxdb:99999?generation=1", "is not a URL"),
        ("influxdb://user:password@influxdb?generation=1", "HDH_STORE_TOKEN"),
        ("influxdb://influxdb?generation=1&bucket=x", "unknown option 'bucket'"),
        ("influxdb://influxdb/path?generation=1", "path"),
    ],
)
def test_each_mistake_is_named(url: str, words: str) -> None:
    """The sentence names the variable and the mistake."""
    with pytest.raises(Misconfigured, match=words) as raised:
        parse_store_url(url)
    assert str(raised.value).startswith("HDH_STORE_URL")


@pytest.mark.parametrize("rest", ["influxdb?generation=1", "influxdb:port", "h#x", "h?unknown=1"])
@pytest.mark.parametrize("scheme", ["influxdb", "sqlite", "other"])
def test_a_password_in_the_url_is_not_repeated(scheme: str, rest: str) -> None:
    """What is secret stays out of the logs that an error goes to."""
    with pytest.raises(Misconfigured) as raised:
        parse_store_url(f"{scheme}://user:hush@{rest}")
    assert "hush" not in str(raised.value)


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("influxdb://h:1?generation=1", "http://h:1"),
        ("influxdbs://h:1?generation=1", "https://h:1"),
        ("influxdb://[::1]:8086?generation=1", "http://[::1]:8086"),
    ],
)
def test_the_address_as_http_knows_it(url: str, base: str) -> None:
    """Scheme, host and port."""
    parsed = parse_store_url(url)
    assert isinstance(parsed, InfluxUrl)
    assert parsed.base == base


@pytest.mark.parametrize("opens", [open_writer, open_reader, open_admin])
def test_opening_touches_nothing(opens: type, tmp_path: Path) -> None:
    """A store that is away shows on first use, not when it is opened."""
    opens(f"sqlite:///{tmp_path}/none/store.db").close()
    assert list(tmp_path.iterdir()) == []
    opens("influxdb://192.0.2.1:1?generation=1").close()
