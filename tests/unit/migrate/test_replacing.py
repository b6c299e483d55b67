"""Files that are there whole or not at all, and what is said where they cannot be written."""

from pathlib import Path

import pytest

from hdh.errors import Misconfigured
from migrate.ledger import Ledger
from migrate.replacing import replacing


def test_what_breaks_off_leaves_the_old_file(tmp_path: Path) -> None:
    """The file is replaced at the end, and only then."""
    path = tmp_path / "report.json"
    path.write_text("old")
    with pytest.raises(ZeroDivisionError), replacing(path) as file:
        file.write(str(1 / 0))
    assert path.read_text() == "old"
    with replacing(path) as file:
        file.write("new")
    assert [(each.name, each.read_text()) for each in tmp_path.iterdir()] == [("report.json", "new")]


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """With the system's words and the remedy."""
    path = tmp_path / "gone" / "report.json"
    words = r"report.json cannot be written: No such file.*Make room or mend"
    with pytest.raises(Misconfigured, match=words), replacing(path) as file:
        file.write("new")


def test_a_ledger_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    """Its folder is not there, or may not be written to."""
    with pytest.raises(Misconfigured, match=r"The ledger .*flat.ledger.db cannot be used: .* Mend the folder's rights"):
        Ledger(tmp_path / "gone" / "flat.ledger.db")
