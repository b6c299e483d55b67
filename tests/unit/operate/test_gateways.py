"""Which gateways can be added, and what they may do."""

from pathlib import Path

import pytest

from hdh.errors import Invalid, Misconfigured
from operate.broker.gateways import FILE, Asked, Gateway, Registry, check, read_registry
from operate.broker.passwords import PASSWD, render_passwd
from operate.broker.rights import gateway_user, render_acl, service_users
from operate.credentials import Credentials

LAB = Gateway("lab", "toe", "house one", "$7$", 1)
REGISTRY = Registry(projects=("toe",), gateways=(LAB,))


def test_a_plain_one_can_be_added() -> None:
    """A house may have spaces and any letters."""
    check(Asked("lab-2", "toe", "Mökki 3"), REGISTRY)


@pytest.mark.parametrize(
    ("asked", "parameter"),
    [
        (Asked("Lab", "toe", "h"), "NAME"),
        (Asked("", "toe", "h"), "NAME"),
        (Asked("a\nuser x", "toe", "h"), "NAME"),
        (Asked("lab", "toe", "h"), "NAME"),
        (Asked("l", "toe", ""), "--house"),
        (Asked("l", "toe", "#"), "--house"),
        (Asked("l", "toe", "+"), "--house"),
        (Asked("l", "toe", "a/b"), "--house"),
        (Asked("l", "toe", "h\ntopic #"), "--house"),
        (Asked("l", "toe", "$SYS"), "--house"),
        (Asked("l", "toe", " h"), "--house"),
        (Asked("l", "toe", "\ufffd"), "--house"),
        (Asked("l", "other", "h"), "--project"),
    ],
)
def test_a_name_that_could_widen_a_right_is_refused(asked: Asked, parameter: str) -> None:
    """A wildcard, another level, a line of its own in the access list; or a project that nobody listed."""
    with pytest.raises(Invalid) as caught:
        check(asked, REGISTRY)

    assert caught.value.parameter == parameter


def test_the_access_list_names_every_right() -> None:
    """And nothing that is not meant."""
    text = render_acl((*service_users(["toe"])[1:], gateway_user(LAB)))

    assert text.splitlines()[1:] == [
        "",
        "user simulator",
        "topic write toe/#",
        "",
        "user migrate",
        "topic write toe/#",
        "",
        "user health",
        "topic read $SYS/broker/uptime",
        "",
        "user gw-lab",
        "topic write toe/house one/#",
        "topic read toe/house one/error",
        "topic read toe/house one/+/error",
        "topic read toe/house one/+/+/error",
        "topic read toe/house one/+/+/+/error",
        "topic read toe/house one/+/+/+/+/error",
        "topic read toe/house one/+/+/+/+/+/error",
        "topic read toe/house one/+/+/+/+/+/+/error",
    ]


def test_a_damaged_file_is_told(tmp_path: Path) -> None:
    """It is not taken for an empty one, which would shut every gateway out."""
    Credentials(tmp_path).write(FILE, "{")

    with pytest.raises(Misconfigured, match=r"gateways\.json cannot be read"):
        read_registry(Credentials(tmp_path))


def test_a_list_of_gateways_that_was_lost_shuts_nobody_out(tmp_path: Path) -> None:
    """The broker's users tell that there were some: one sentence with the remedy, and nothing is written."""
    credentials = Credentials(tmp_path)
    credentials.write(PASSWD, render_passwd({"ingest": "$7$1", "gw-lab": "$7$2"}))

    with pytest.raises(Misconfigured, match=r"is missing, and the broker knows the gateways gw-lab, who would"):
        read_registry(credentials)

    credentials.write(PASSWD, render_passwd({"ingest": "$7$1"}))
    assert read_registry(credentials) == Registry()
