"""Secrets as files."""

from pathlib import Path

import pytest

from hdh.errors import Misconfigured
from operate.credentials import Credentials


def test_a_secret_is_made_once(tmp_path: Path) -> None:
    """The second time it is read."""
    credentials = Credentials(tmp_path)

    assert [credentials.ensure("a/b", lambda: "first"), credentials.ensure("a/b", lambda: "second")] == ["first"] * 2
    assert credentials.made == ["a/b"]
    assert (tmp_path / "a/b").read_text() == "first\n"


def test_an_empty_file_is_a_missing_one(tmp_path: Path) -> None:
    """As a full disk may leave it."""
    (tmp_path / "a").touch()

    assert Credentials(tmp_path).ensure("a", lambda: "made") == "made"


def test_only_the_owner_reads_it(tmp_path: Path) -> None:
    """From its first moment, whatever the process's mask."""
    Credentials(tmp_path).write("a/b", "secret")

    assert [oct((tmp_path / name).stat().st_mode & 0o777) for name in ("a/b", "a")] == ["0o600", "0o700"]


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    """With the variable that names it."""
    with (
        pytest.raises(Misconfigured, match=r"No such file.*HDH_OPERATE_CREDENTIALS_DIR"),
        Credentials(tmp_path / "x").lock(),
    ):
        pass
