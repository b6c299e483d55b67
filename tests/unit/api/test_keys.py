"""API keys: made once, stored hashed, taken back at once."""

import stat
from pathlib import Path

import pytest

from api.keys import Key, Keys
from hdh.errors import Invalid, Misconfigured


def test_a_key_is_found_by_its_text_alone(tmp_path: Path) -> None:
    """The key that was made is found with its scope; another is not."""
    keys = Keys(tmp_path / "api")
    key = keys.add("anna", ["toe", "healthy-digital-house", "toe"], now=5)

    assert Key("anna", ("healthy-digital-house", "toe"), 5) == keys.find(key)
    assert [keys.find(key[:-1]), keys.find(key.upper()), keys.find("")] == [None, None, None]


def test_the_key_is_not_stored(tmp_path: Path) -> None:
    """Neither file holds the key's text, and only the owner may read them."""
    keys = Keys(tmp_path / "api")
    key = keys.add("anna", None, now=5)
    keys.close()

    files = list((tmp_path / "api").iterdir())
    assert files
    assert not any(key.encode() in file.read_bytes() for file in files)
    assert {0o600} == {stat.S_IMODE(file.stat().st_mode) for file in files}
    assert stat.S_IMODE((tmp_path / "api").stat().st_mode) == 0o700


def test_a_revoked_key_is_nobodys_at_once(tmp_path: Path) -> None:
    """Another process revokes: the next look finds nothing, the record stays, the name is free again."""
    serving, command = Keys(tmp_path), Keys(tmp_path)
    key = command.add("anna", None, now=5)
    assert Key("anna", None, 5) == serving.find(key)

    assert command.revoke("anna", now=6)

    assert serving.find(key) is None
    assert not serving.any_valid()
    assert serving.any_ever()
    assert not command.revoke("anna", now=7)
    again = command.add("anna", ["toe"], now=8)
    assert again != key
    assert [Key("anna", None, 5, 6), Key("anna", ("toe",), 8)] == serving.all()


@pytest.mark.parametrize("name", ["", " anna", "a\nb", "x" * 101, "a'; DROP TABLE keys; --"])
def test_strange_names_are_refused(tmp_path: Path, name: str) -> None:
    """A name can be written in a command and in a log."""
    with pytest.raises(Invalid):
        Keys(tmp_path).add(name, None, now=5)


def test_a_taken_name_is_refused(tmp_path: Path) -> None:
    """The error says how to go on."""
    keys = Keys(tmp_path)
    keys.add("anna", None, now=5)

    with pytest.raises(Invalid, match="api key revoke anna"):
        keys.add("anna", None, now=6)


def test_a_secret_stays(tmp_path: Path) -> None:
    """Two processes get the same secret, another name another one."""
    one, other = Keys(tmp_path), Keys(tmp_path)

    secret = one.secret("pseudonyms")

    assert (32, secret) == (len(secret), other.secret("pseudonyms"))
    assert secret != one.secret("else")


def test_a_folder_that_cannot_be_is_told(tmp_path: Path) -> None:
    """The sentence names the variable."""
    (tmp_path / "file").write_text("")

    with pytest.raises(Misconfigured, match="HDH_API_DATA_DIR"):
        Keys(tmp_path / "file" / "api")
