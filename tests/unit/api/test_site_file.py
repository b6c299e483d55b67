"""The site file is read again when it changes."""

from pathlib import Path

import pytest

from api.site_file import SiteFile
from hdh.errors import Misconfigured

GOOD = "projects:\n  - id: {}\n    timezone: Europe/Helsinki\n"


def test_a_change_counts_and_a_bad_one_is_told(tmp_path: Path) -> None:
    """A bad file leaves the old site in use, with a problem until it is good again."""
    path = tmp_path / "site.yaml"
    path.write_text(GOOD.format("one"))
    seconds = iter(range(0, 1000, 2))
    site_file = SiteFile(path, clock=lambda: next(seconds))
    found = [([p.id for p in site_file.site.projects], site_file.problem)]

    path.write_text(GOOD.format("second"))
    found.append(([p.id for p in site_file.site.projects], site_file.problem))
    path.write_text("projects: 7\n")
    broken = ([p.id for p in site_file.site.projects], site_file.problem or "")
    path.unlink()
    missing = [p.id for p in site_file.site.projects]
    path.write_text(GOOD.format("thirds"))
    found.append(([p.id for p in site_file.site.projects], site_file.problem))

    assert found == [(["one"], None), (["second"], None), (["thirds"], None)]
    assert ["second"] == broken[0] == missing
    assert "site.yaml" in broken[1]


def test_a_bad_file_at_the_start_is_an_error(tmp_path: Path) -> None:
    """There is no old one to stay with."""
    with pytest.raises(Misconfigured, match="site"):
        SiteFile(tmp_path / "site.yaml")


def test_without_a_file_there_is_the_default() -> None:
    """The two projects."""
    assert [project.id for project in SiteFile(None).site.projects] == ["healthy-digital-house", "toe"]
