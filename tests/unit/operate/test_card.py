"""What the owner of a gateway is given."""

import shlex

from operate.broker.card import Card
from operate.broker.gateways import Gateway

CARD = Card(Gateway("lab", "toe", "house one", "$7$", 1), "secret", "-----BEGIN…", "iot.example.org", 8884)


def test_the_text_says_what_to_enter_where() -> None:
    """And ends in a command that can be pasted, whatever the house is called."""
    lines = CARD.as_text().splitlines()

    assert lines[:2] == ["broker    iot.example.org, port 8884, TLS", "user      gw-lab"]
    assert lines[3] == "password  secret"
    assert lines[5:7] == ["rights    topic write toe/house one/#", "          topic read toe/house one/error"]
    assert shlex.split(lines[-1]) == [
        "mosquitto_pub", "-h", "iot.example.org", "-p", "8884", "--cafile", "ca.crt", "-u", "gw-lab", "-P", "secret",
        "-q", "1", "-t", "toe/house one/room/device", "-m", '{"temperature": 21.5}',
    ]  # fmt: skip


def test_programs_get_the_same() -> None:
    """As one object."""
    card = CARD.as_json()

    assert (card["user"], card["password"], card["host"], card["port"]) == ("gw-lab", "secret", "iot.example.org", 8884)
    assert card["write"] == ("toe/house one/#",)
