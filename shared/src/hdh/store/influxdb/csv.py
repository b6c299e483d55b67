"""InfluxQL's answers as CSV: cut into statements as the bytes come, without holding more than a piece."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_QUOTE = b'"'
# Python's csv module has a limit on a cell's length that holds for the whole process.
_CELL = re.compile(rb'(?:"((?:[^"]|"")*+)"|([^,\n]*+))([,\n])')


@dataclass(frozen=True, slots=True)
class Rows:
    """Whole rows of one statement; a long answer comes in several.

    Attributes:
        columns: `name`, `tags` and those that the statement asked for.
        data: the rows, without the line of columns.
    """

    columns: list[str]
    data: bytes


def split(pieces: Iterable[bytes]) -> Iterator[Rows]:
    """Cut an answer into the rows of its statements; each statement with an answer gives at least one `Rows`.

    A statement's rows follow a line of columns, and an empty line ends them. A statement without an answer leaves no
    trace. What follows the last line break is not yielded: a row that was cut is no row.
    """
    columns: list[str] | None = None
    for lines in _whole_lines(pieces):
        position = 0
        while position < len(lines):
            if lines.startswith(b"\n", position):
                columns, position = None, position + 1
            elif columns is None:
                end = _line_end(lines, position)
                (columns,) = table(lines[position : end + 1])
                position = end + 1
                yield Rows(columns, b"")
            else:
                end = _rows_end(lines, position)
                yield Rows(columns, lines[position:end])
                position = end


def table(data: bytes) -> Iterator[list[str]]:
    """Whole rows as text, cell by cell."""
    row: list[str] = []
    for quoted, plain, end in _CELL.findall(data):
        row.append((quoted.replace(b'""', _QUOTE) or plain).decode(errors="replace"))
        if end == b"\n":
            yield row
            row = []


def _whole_lines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces that end where a row ends; a line break within quotes ends none."""
    rest = b""
    for piece in pieces:
        data = rest + piece
        end = _last_line_end(data)
        if end:
            yield data[:end]
        rest = data[end:]


def _last_line_end(data: bytes) -> int:
    """The position after the last line break outside quotes, 0 without one."""
    end = len(data)
    quotes = data.count(_QUOTE)
    while (found := data.rfind(b"\n", 0, end)) >= 0:
        quotes -= data.count(_QUOTE, found, end)
        if quotes % 2 == 0:
            return found + 1
        end = found
    return 0


def _line_end(data: bytes, start: int) -> int:
    """The position of the first line break outside quotes."""
    return _first_outside(data, b"\n", start)


def _rows_end(data: bytes, start: int) -> int:
    """The position after the last row before an empty line, or the end."""
    end = _first_outside(data, b"\n\n", start)
    return end + 1 if end < len(data) else end


def _first_outside(data: bytes, what: bytes, start: int) -> int:
    counted, quotes, found = start, 0, data.find(what, start)
    while found >= 0:
        quotes += data.count(_QUOTE, counted, found)
        if quotes % 2 == 0:
            return found
        counted, found = found, data.find(what, found + 1)
    return len(data)
