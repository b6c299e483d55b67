"""Series kept on disk for the time of one answer, so that they can be read side by side in bounded memory."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import Self

import numpy as np
import orjson

from api.answers import Block, Head, Times, Values

# Of each series one page is held while all are read: of a thousand series some 32 MB.
_PAGE_ROWS = 2_048
_IN_MEMORY = 4_000_000


@dataclass(frozen=True, slots=True)
class _Page:
    """Where some readings of a series lie."""

    offset: int
    rows: int
    size: int
    is_text: bool


class Spool:
    """Readings by series. The file has no name: whatever happens, it is gone with the process.

    Args:
        folder: where it lies, once it is too large for memory.
    """

    def __init__(self, folder: Path) -> None:
        self._file = SpooledTemporaryFile(_IN_MEMORY, dir=str(folder))  # noqa: SIM115 (closed with the spool)
        self._pages: dict[Head, list[_Page]] = {}
        self._end = 0
        self.readings = 0

    def add(self, block: Block) -> None:
        """Keep a block; those of one series come in the order of their times."""
        pages = self._pages.setdefault(block.head, [])
        for start in range(0, block.time.size, _PAGE_ROWS):
            rows = slice(start, start + _PAGE_ROWS)
            pages.append(self._write(block.time[rows], block.value[rows]))
        self.readings += block.time.size

    @property
    def heads(self) -> list[Head]:
        """The series, in the order in which they came."""
        return list(self._pages)

    def is_text(self, head: Head) -> bool:
        """Whether a series has text among its values."""
        return any(page.is_text for page in self._pages[head])

    def pages(self, head: Head) -> Iterator[tuple[Times, Values]]:
        """The readings of a series, some at a time; several series may be read at once, by one thread."""
        return (self._read(page) for page in self._pages[head])

    def close(self) -> None:
        """Free the space."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _write(self, time: Times, value: Values) -> _Page:
        is_text = value.dtype == object
        data = time.tobytes() + (orjson.dumps(value.tolist()) if is_text else value.tobytes())
        self._file.seek(self._end)
        self._file.write(data)
        page = _Page(self._end, time.size, len(data), is_text)
        self._end += len(data)
        return page

    def _read(self, page: _Page) -> tuple[Times, Values]:
        self._file.seek(page.offset)
        data = self._file.read(page.size)
        time = np.frombuffer(data, np.int64, page.rows)
        rest = data[time.nbytes :]
        return time, np.array(orjson.loads(rest), object) if page.is_text else np.frombuffer(rest, np.float64)
