"""Settings from the environment and from files; every mistake named by its variable."""

from pathlib import Path

import pytest
from pydantic import Field

from hdh.errors import Misconfigured
from hdh.settings import (
    Address,
    Broker,
    BrokerSettings,
    Settings,
    SiteSettings,
    StoreSettings,
    load,
    parse_address,
    parse_broker_url,
)


class Example(StoreSettings, BrokerSettings, SiteSettings):
    """What a service composes."""

    limit: int = Field(default=5, ge=1, description="How many.")


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> None:
    """No variable of the machine that runs the tests."""
    for name in Example.model_fields:
        for suffix in ("", "_FILE"):
            monkeypatch.delenv(f"HDH_{name.upper()}{suffix}", raising=False)


def test_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each variable gives its setting; the others have their defaults."""
    monkeypatch.setenv("HDH_STORE_URL", "sqlite:///store.db")
    monkeypatch.setenv("HDH_STORE_TOKEN", "secret")
    monkeypatch.setenv("HDH_BROKER_URL", "mqtts://ingest@broker")
    monkeypatch.setenv("HDH_LIMIT", "7")
    settings = load(Example)
    assert (settings.store_url, settings.store_secret, settings.limit) == ("sqlite:///store.db", "secret", 7)
    assert settings.broker == Broker(host="broker", port=8883, user="ingest", tls=True)
    assert (settings.broker_password, settings.site_file) == (None, None)


def test_an_empty_variable_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """As an env file writes what it leaves open."""
    monkeypatch.setenv("HDH_STORE_URL", "sqlite:///store.db")
    monkeypatch.setenv("HDH_LIMIT", "")
    monkeypatch.setenv("HDH_STORE_TOKEN", "")
    settings = load(Example)
    assert (settings.limit, settings.store_secret) == (5, None)


def test_a_secret_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not when settings are printed or logged."""
    monkeypatch.setenv("HDH_STORE_URL", "sqlite:///store.db")
    monkeypatch.setenv("HDH_STORE_TOKEN", "hush")
    assert "hush" not in repr(load(Example))


def test_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Any setting may come from a file; the newline at its end does not belong to it."""
    for name, text in (("STORE_TOKEN", "user:pass word \n"), ("STORE_URL", "sqlite:///store.db\r\n"), ("LIMIT", "9\n")):
        (tmp_path / name).write_text(text)
        monkeypatch.setenv(f"HDH_{name}_FILE", str(tmp_path / name))
    settings = load(Example)
    assert (settings.store_secret, settings.store_url, settings.limit) == ("user:pass word ", "sqlite:///store.db", 9)


def test_a_variable_and_its_file_contradict(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Which one is meant is not guessed."""
    (tmp_path / "token").write_text("a")
    monkeypatch.setenv("HDH_STORE_TOKEN", "b")
    monkeypatch.setenv("HDH_STORE_TOKEN_FILE", str(tmp_path / "token"))
    with pytest.raises(Misconfigured, match="HDH_STORE_TOKEN_FILE and HDH_STORE_TOKEN are both set"):
        load(Example)


def test_a_file_that_is_not_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The sentence names the variable, the path and why."""
    monkeypatch.setenv("HDH_STORE_TOKEN_FILE", str(tmp_path / "none"))
    with pytest.raises(Misconfigured, match=r"HDH_STORE_TOKEN_FILE=.*none: No such file or directory"):
        load(Example)


def test_a_file_that_is_no_text(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Binary in a secret's file is a mistake with a name, no stack trace."""
    (tmp_path / "token").write_bytes(b"\xff\xfe\x00")
    monkeypatch.setenv("HDH_STORE_TOKEN_FILE", str(tmp_path / "token"))
    with pytest.raises(Misconfigured, match="HDH_STORE_TOKEN_FILE"):
        load(Example)


def test_every_mistake_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line for each, with the variable and what belongs into it."""
    monkeypatch.setenv("HDH_BROKER_URL", "http://broker")
    monkeypatch.setenv("HDH_LIMIT", "none")
    with pytest.raises(Misconfigured) as raised:
        load(Example)
    lines = sorted(str(raised.value).splitlines())
    assert [line.split(" ")[0].rstrip(":") for line in lines] == ["HDH_BROKER_URL", "HDH_LIMIT", "HDH_STORE_URL"]
    assert lines[0].startswith("HDH_BROKER_URL: a broker's URL is mqtt://user@host:1883")
    assert lines[1].endswith("How many.")
    assert lines[2].startswith("HDH_STORE_URL is not set. The store:")


def test_a_store_url_is_checked_when_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything starts, not at the first write."""
    monkeypatch.setenv("HDH_STORE_URL", "influxdb://influxdb:8086")
    with pytest.raises(Misconfigured, match=r"HDH_STORE_URL.*organisation"):
        load(StoreSettings)


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("foo", "HDH_STORE_URL: 'foo': what has no scheme is no known store. Examples: sqlite:"),
        ("influx://host", "HDH_STORE_URL: 'influx://host': 'influx' is no known store. Examples: sqlite:"),
    ],
)
def test_a_wrong_store_url_is_told_once(url: str, told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The variable's name, what was given, what is wrong; then examples, and what belongs there."""
    monkeypatch.setenv("HDH_STORE_URL", url)
    with pytest.raises(Misconfigured) as raised:
        load(StoreSettings)
    text = str(raised.value)
    assert text.startswith(told)
    assert text.count("HDH_STORE_URL") == 1
    assert ".." not in text


@pytest.mark.parametrize(
    ("content", "told"), [(None, "No such file or directory"), ("none", "is no certificate in PEM")]
)
def test_certificates_are_read_with_the_settings(
    content: str | None, told: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Whoever speaks with a broker is told before it begins, in one sentence."""
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_text(content)
    monkeypatch.setenv("HDH_BROKER_CA_FILE", str(path))
    with pytest.raises(Misconfigured) as raised:
        load(BrokerSettings)
    assert str(raised.value).startswith(f"HDH_BROKER_CA_FILE: {path}: {told}. The CA certificate")


def test_settings_do_not_change() -> None:
    """They are read once."""

    class Own(Settings):
        limit: int = 3

    with pytest.raises(ValueError, match="frozen"):
        load(Own).limit = 4  # type: ignore[misc]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("127.0.0.1:9100", Address(host="127.0.0.1", port=9100)),
        ("[::1]:9100", Address(host="::1", port=9100)),
        ("localhost:0", Address(host="localhost", port=0)),
    ],
)
def test_addresses(text: str, expected: Address) -> None:
    """There and back."""
    assert parse_address(text) == expected
    assert str(expected) == text


@pytest.mark.parametrize(
    "text", ["", "9100", ":9100", "localhost", "localhost:", "localhost:99999", "h:1/path", "a b:1:2"]
)
def test_what_is_no_address(text: str) -> None:
    """It is an error, never a guess."""
    with pytest.raises(ValueError):
        parse_address(text)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("mqtt://broker", Broker(host="broker", port=1883, user=None, tls=False)),
        ("mqtt://in%20gest@broker:1884/", Broker(host="broker", port=1884, user="in gest", tls=False)),
        ("mqtts://broker:1", Broker(host="broker", port=1, user=None, tls=True)),
        ("mqtt://[::1]:1883", Broker(host="::1", port=1883, user=None, tls=False)),
    ],
)
def test_broker_urls(url: str, expected: Broker) -> None:
    """Host, port, user and whether it is encrypted."""
    assert parse_broker_url(url) == expected


@pytest.mark.parametrize(
    "url", ["", "broker:1883", "http://broker", "mqtt://", "mqtt://broker/topic", "mqtt://broker:x"]
)
def test_what_is_no_broker_url(url: str) -> None:
    """The error shows what one looks like, or what is wrong with the port."""
    with pytest.raises(ValueError):
        parse_broker_url(url)


def test_a_password_in_a_broker_url_is_refused() -> None:
    """It names where it belongs, and does not repeat it."""
    with pytest.raises(ValueError, match="HDH_BROKER_PASSWORD") as raised:
        parse_broker_url("mqtt://user:hush@broker")
    assert "hush" not in str(raised.value)
