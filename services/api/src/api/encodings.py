"""Compression of bodies: what the client takes, at little cost."""

import zlib
from collections.abc import Callable, Iterator
from typing import Protocol

import zstandard

# The first levels halve texts as well as the others nearly do, in a tenth of the time.
_GZIP_LEVEL = 1
_GZIP_BITS = 31
_ZSTD_LEVEL = 1


class _Compressor(Protocol):
    def compress(self, data: bytes, /) -> bytes: ...
    def flush(self) -> bytes: ...


def _zstd() -> _Compressor:
    return zstandard.ZstdCompressor(_ZSTD_LEVEL).compressobj()


def _gzip() -> _Compressor:
    return zlib.compressobj(_GZIP_LEVEL, wbits=_GZIP_BITS)


# Of those that are taken equally gladly the first, which costs a tenth.
_COMPRESSORS: dict[str, Callable[[], _Compressor]] = {"zstd": _zstd, "gzip": _gzip}


def chosen_encoding(accept: str | None) -> str | None:
    """The encoding that the header Accept-Encoding asks for, None for the body as it is."""
    wanted: dict[str, float] = {}
    for part in (accept or "").split(","):
        name, *parameters = (text.strip() for text in part.split(";"))
        quality = next((text[2:] for text in parameters if text.startswith("q=")), "1")
        try:
            wanted[name.lower()] = float(quality)
        except ValueError:
            wanted[name.lower()] = 0.0
    best = max(_COMPRESSORS, key=lambda name: wanted.get(name, 0.0))
    quality_of_best = wanted.get(best, 0.0)
    return best if 0 < quality_of_best >= wanted.get("identity", 0.0) else None


def compressed(pieces: Iterator[bytes], encoding: str | None) -> Iterator[bytes]:
    """The same bytes, encoded; a body that breaks off has no valid end."""
    if encoding is None:
        yield from pieces
        return
    compressor = _COMPRESSORS[encoding]()
    for piece in pieces:
        if data := compressor.compress(piece):
            yield data
    yield compressor.flush()
