"""What a migration began with and what is there when it goes on."""

from pathlib import Path

import pytest

from hdh.errors import Misconfigured
from tests.common.migrate import move
from tests.integration.test_migrate_files import LINES, lines_mapping


def test_another_mapping_is_refused_once_something_was_moved(tmp_path: Path) -> None:
    """What was moved went by the old file: a changed one would leave both."""
    path = tmp_path / "history.lp"
    path.write_text(LINES)
    mapping = lines_mapping(path)
    move(mapping)
    mapping.write_text(mapping.read_text(encoding="utf-8").replace("toe", "healthy-digital-house"), encoding="utf-8")
    with pytest.raises(Misconfigured, match="The mapping file was changed"):
        move(mapping)


def test_a_comment_is_no_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What decides is what mapping and site file say; another retention is a change."""
    path, site = tmp_path / "history.lp", tmp_path / "site.yaml"
    path.write_text(LINES)
    site.write_text("projects:\n  - {id: toe, title: TOE, timezone: Europe/Helsinki, retention: forever}\n")
    monkeypatch.setenv("HDH_SITE_FILE", str(site))
    mapping = lines_mapping(path)
    mapping.write_text(mapping.read_text(encoding="utf-8") + "doubts: []\n", encoding="utf-8")
    move(mapping)
    for file in (mapping, site):
        file.write_text("# Looked through.\n" + file.read_text(encoding="utf-8"), encoding="utf-8")
    mapping.write_text(mapping.read_text(encoding="utf-8").replace("doubts: []\n", ""), encoding="utf-8")
    assert "0 of 1 parts were moved now" in move(mapping)
    site.write_text(site.read_text(encoding="utf-8").replace("forever", "100000d"), encoding="utf-8")
    with pytest.raises(Misconfigured, match="The site file was changed"):
        move(mapping)
