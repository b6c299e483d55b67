"""What operate reads from its environment."""

import pytest

from hdh.errors import Misconfigured
from hdh.settings import load
from operate.settings import SetupSettings


def test_the_hosts_are_those_by_which_somebody_finds_the_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    """An address that means "all of them" is none."""
    monkeypatch.setenv("HDH_OPERATE_BROKER_HOSTS", "0.0.0.0, ::,iot.example.org, 192.0.2.7,")

    assert load(SetupSettings).hosts == ["iot.example.org", "192.0.2.7"]


def test_a_host_that_is_none_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """By name, with an example."""
    monkeypatch.setenv("HDH_OPERATE_BROKER_HOSTS", "iot.example.org,a b")

    with pytest.raises(Misconfigured, match=r"'a b' is no host name and no IP address; write broker\.example\.org"):
        load(SetupSettings)
