"""The built pages: read once, compressed once, answered from memory."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from hdh.errors import Misconfigured

_PAGE = "index.html"
# Their names change with their content, so a browser need never ask again.
_NAMED_BY_CONTENT = "assets/"
_FOR_EVER = "public, max-age=31536000, immutable"
_COMPRESSED = ("text/", "application/json", "application/manifest+json", "image/svg+xml")


@dataclass(frozen=True, slots=True)
class File:
    """One file.

    Attributes:
        packed: the body with gzip; None where that saves nothing.
    """

    media_type: str
    body: bytes
    packed: bytes | None
    etag: str
    cache: str

    def answer(self, request: Request, *, status: int = 200) -> Response:
        """The response; 304 where the browser has it already."""
        headers = {"ETag": self.etag, "Cache-Control": self.cache, "Vary": "Accept-Encoding"}
        if status == 200 and request.headers.get("If-None-Match") == self.etag:  # noqa: PLR2004 (HTTP's own number)
            return Response(status_code=304, headers=headers)
        if self.packed is not None and "gzip" in request.headers.get("Accept-Encoding", ""):
            headers["Content-Encoding"] = "gzip"
            return Response(self.packed, status, headers, self.media_type)
        return Response(self.body, status, headers, self.media_type)


@dataclass(frozen=True, slots=True)
class Bundle:
    """All files by their path, and the page that all addresses of the dashboard open."""

    files: Mapping[str, File]

    @classmethod
    def read(cls, folder: Path) -> Bundle:
        """Read what `npm run build` has made.

        Raises:
            Misconfigured: it was not built.
        """
        if not (folder / _PAGE).is_file():
            raise Misconfigured(
                f"The pages are not built: {folder} has no {_PAGE}."
                " Build them once: python3 -m infra.make.web build (it needs Node 20 and npm)."
            )
        paths = sorted(path for path in folder.rglob("*") if path.is_file())
        return cls({path.relative_to(folder).as_posix(): _file(path, folder) for path in paths})

    @property
    def page(self) -> File:
        """`index.html`."""
        return self.files[_PAGE]


def _file(path: Path, folder: Path) -> File:
    body = path.read_bytes()
    media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    packed = gzip.compress(body, mtime=0) if media_type.startswith(_COMPRESSED) else None
    if path.suffix == ".webmanifest":
        media_type = "application/manifest+json"
    return File(
        media_type=media_type,
        body=body,
        packed=packed if packed and len(packed) < len(body) else None,
        etag=f'"{hashlib.sha256(body).hexdigest()[:32]}"',
        cache=_FOR_EVER if path.relative_to(folder).as_posix().startswith(_NAMED_BY_CONTENT) else "no-cache",
    )
