"""Mosquitto's password hashes."""

import subprocess
from pathlib import Path

import pytest

from operate.broker.passwords import fits, hash_password, make_password, read_passwd, render_passwd
from tests.common.servers import find

# Made by mosquitto_passwd 2.0.11 of the password `pw`.
RECORDED = (
    "$7$101$aXRBnuI2zCtArs8l$N90tLbhFuY+ebNjO42dzzV8H9rm9mco/sktt80Y6ShuiTREFOQOarIKmcyo0uVpSlkmcqeJujcaMf9MqqxosHw=="
)


def test_a_hash_of_mosquitto_fits_its_password() -> None:
    """We read what mosquitto_passwd writes."""
    assert fits("pw", RECORDED)
    assert not fits("pw2", RECORDED)


def test_our_own_hash_fits() -> None:
    """And it is another one each time."""
    password = make_password()

    first, second = hash_password(password), hash_password(password)

    assert fits(password, first)
    assert fits(password, second)
    assert first != second


@pytest.mark.parametrize("damaged", ["", "$7$101$", "$6$101$aaaa$bbbb", "$7$x$aaaa$bbbb", "plain", RECORDED[:-3]])
def test_what_is_no_hash_fits_nothing(damaged: str) -> None:
    """A damaged line is a line to write anew, not an error."""
    assert not fits("pw", damaged)


def test_users_come_back_from_the_file() -> None:
    """Sorted, and without lines that have no hash."""
    text = render_passwd({"b": "$7$1$a$b", "a": "$7$1$c$d"})

    assert text == "a:$7$1$c$d\nb:$7$1$a$b\n"
    assert read_passwd(text + "nobody\n\n") == {"a": "$7$1$c$d", "b": "$7$1$a$b"}


@pytest.mark.mosquitto
def test_mosquitto_takes_the_file(tmp_path: Path) -> None:
    """Its own tool reads what we write and leaves it as it is when it changes another user."""
    program = find("mosquitto_passwd")
    if program is None:
        pytest.skip("not run: mosquitto_passwd is not installed (apt-get install mosquitto)")
    path = tmp_path / "passwd"
    line = f"kept:{hash_password('word')}\n"
    path.write_text(line)

    subprocess.run([program, "-b", str(path), "other", "pw"], check=True)

    assert path.read_text().startswith(line)
