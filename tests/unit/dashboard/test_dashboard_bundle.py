"""The built pages, as they are answered from memory."""

import gzip
from pathlib import Path

import pytest
from starlette.requests import Request

from dashboard.bundle import Bundle
from hdh.errors import Misconfigured

SCRIPT = b"const answer = 42;\n" * 50


@pytest.fixture
def bundle(tmp_path: Path) -> Bundle:
    """A page, a script named by its content, and a picture that gzip cannot make smaller."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_bytes(b"<!doctype html>" * 20)
    (tmp_path / "assets" / "index-1a2b.js").write_bytes(SCRIPT)
    (tmp_path / "icon.png").write_bytes(bytes(range(256)))
    return Bundle.read(tmp_path)


def request(**headers: str) -> Request:
    """A browser's."""
    pairs = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": "GET", "path": "/", "headers": pairs})


def test_pages_that_were_not_built_are_told(tmp_path: Path) -> None:
    """With the command that builds them."""
    with pytest.raises(Misconfigured, match=r"not built: .* python3 -m infra\.make\.web build"):
        Bundle.read(tmp_path)


def test_files_are_found_by_their_path(bundle: Bundle) -> None:
    """The page is the one that all addresses open."""
    assert sorted(bundle.files) == ["assets/index-1a2b.js", "icon.png", "index.html"]
    assert bundle.page is bundle.files["index.html"]


def test_scripts_are_compressed_for_those_who_read_it(bundle: Bundle) -> None:
    """Others get them as they are; both say that it depends on who asks."""
    script = bundle.files["assets/index-1a2b.js"]
    packed, plain = script.answer(request(accept_encoding="br, gzip")), script.answer(request())
    assert (packed.headers["content-encoding"], gzip.decompress(bytes(packed.body))) == ("gzip", SCRIPT)
    assert ("content-encoding" in plain.headers, plain.body) == (False, SCRIPT)
    assert packed.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"


def test_what_cannot_be_made_smaller_stays_as_it_is(bundle: Bundle) -> None:
    """A picture."""
    assert "content-encoding" not in bundle.files["icon.png"].answer(request(accept_encoding="gzip")).headers


def test_only_what_is_named_by_its_content_is_kept_unasked(bundle: Bundle) -> None:
    """A new version of the page is seen at once."""
    caches = {path: file.answer(request()).headers["cache-control"] for path, file in bundle.files.items()}
    for_ever = "public, max-age=31536000, immutable"
    assert caches == {"assets/index-1a2b.js": for_ever, "icon.png": "no-cache", "index.html": "no-cache"}


def test_what_the_browser_has_is_not_sent_again(bundle: Bundle) -> None:
    """Unless it is a page that is none: a 404 stays a 404."""
    tag = bundle.page.etag
    known, wrong = (bundle.page.answer(request(if_none_match=tag), status=status) for status in (200, 404))
    assert (known.status_code, known.body, wrong.status_code) == (304, b"", 404)
