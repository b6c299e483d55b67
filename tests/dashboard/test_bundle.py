"""What a browser has to fetch, and what it is told it may do."""

import gzip
import re
from pathlib import Path

import pytest

from dashboard.serving import BUNDLE
from tests.common.api import CLIENT
from tests.dashboard.conftest import Stack

pytestmark = [pytest.mark.browser, pytest.mark.mosquitto]

BUDGET = 170_000


@pytest.mark.usefixtures("pages")
def test_all_scripts_and_styles_keep_the_budget() -> None:
    """170 kB with gzip, of all pages together."""
    files = [path for path in Path(BUNDLE).rglob("*") if path.suffix in {".js", ".css", ".html"}]
    sizes = {path.name: len(gzip.compress(path.read_bytes())) for path in files}
    assert sum(sizes.values()) <= BUDGET, sizes


@pytest.mark.parametrize("path", ["/", "/house/a/b", "/nothing", "/health/live", "/api/v1/projects", "/assets/none.js"])
def test_every_answer_has_the_policy(stack: Stack, path: str) -> None:
    """No inline script or style, no other origin, no frame."""
    answer = CLIENT.get(stack.dashboard.url + path)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert not re.search(r"unsafe|https?:|\*|data:", policy)


@pytest.mark.usefixtures("pages")
def test_the_page_has_no_inline_script_or_style() -> None:
    """All of it comes from files of its own."""
    page = Path(BUNDLE, "index.html").read_text(encoding="utf-8")
    assert re.findall(r"<script(?![^>]*\bsrc=)|<style|\bstyle=|\bon\w+=", page) == []
    assert re.findall(r"(?:src|href)=\"(?!/)", page) == []


def test_files_named_by_content_are_kept_and_the_page_is_asked_for(stack: Stack) -> None:
    """A new version is seen at once, and costs nothing where nothing is new."""
    page = CLIENT.get(stack.dashboard.url)
    assert page.headers["Cache-Control"] == "no-cache"
    again = CLIENT.get(stack.dashboard.url, headers={"If-None-Match": page.headers["ETag"]})
    assert again.status_code == 304
    script = re.search(r'src="(/assets/[^"]+)"', page.text)
    assert script
    assert "immutable" in CLIENT.get(stack.dashboard.url + script[1]).headers["Cache-Control"]
