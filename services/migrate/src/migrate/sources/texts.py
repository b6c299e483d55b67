"""Texts in quotes that hold line breaks: which lines make one record, in tables and in line protocol."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

LONGEST_TEXT = 1024 * 1024
"""Bytes: a record with line breaks that is longer is none, but a quote that somebody forgot to close."""

UNCLOSED = (
    f"a text in quotes opens in this line and is not closed within {LONGEST_TEXT // 1024:,} KiB, or before the file "
    "ends. Close it, or remove the line."
)

_NAME = rb"(?:\\[,= ]|[^ ])++"
_TEXT = rb'(?:[^"\\]|\\.)*+"'
_FIELDS = rb'(?:[^"=]++|"|=(?!")|="%b)*+' % _TEXT


@dataclass(frozen=True, slots=True)
class Quoting:
    """How texts are quoted.

    Attributes:
        outside: matches a line up to a text that it leaves open, all of it if there is none.
        inside: the same for a line that begins within a text; no match where it does not end there.
        skip: lines at the beginning of a file that hold no records.
        longest: bytes that a record with line breaks may have.
    """

    outside: re.Pattern[bytes]
    inside: re.Pattern[bytes]
    skip: int = 0
    longest: int = LONGEST_TEXT

    def left_open(self, line: bytes, *, inside: bool) -> bool:
        """Whether a text is open at the end of a line; `inside`: whether one was at its beginning."""
        match = (self.inside if inside else self.outside).match(line)
        return match is None or match.end() < len(line)


LINE_PROTOCOL = Quoting(
    re.compile(rb" *#.*| *%b +%b|.*" % (_NAME, _FIELDS), re.DOTALL), re.compile(_TEXT + _FIELDS, re.DOTALL)
)
"""A text is the value of a field, so that it follows a `=` behind measurement and tags."""


def table_quoting(delimiter: str, skip: int) -> Quoting:
    """Of a table: a text begins at the beginning of a cell, and doubled quotes within it are none."""
    ends = re.escape(delimiter.encode()) + rb"\r"
    text, rest = rb'(?:[^"]++|"")*+"', rb"[^%b]*+(?:[%b]|\Z)" % (ends, ends)
    cells = rb'(?:(?:"%b|(?!"))%b)*+' % (text, rest)
    return Quoting(re.compile(rb"(?:\xef\xbb\xbf)?" + cells), re.compile(text + rest + cells), skip)


@dataclass(frozen=True, slots=True)
class Records:
    """How lines make records, where it is not one each. Lines are counted from 0.

    Attributes:
        joined: those of more than one line: the first one, and the one behind the last.
        broken: the lines in which a text opens that has no end.
        end: where the last joined one ends, in bytes.
    """

    joined: list[tuple[int, int]] = field(default_factory=list)
    broken: list[int] = field(default_factory=list)
    end: int = 0

    def without(self, lines: int) -> "Records":
        """The same without some lines at the beginning."""
        joined = [(first - lines, end - lines) for first, end in self.joined if first >= lines]
        return Records(joined, [number - lines for number in self.broken if number >= lines])

    def broken_in(self, lines: list[int]) -> "Records":
        """The same where the records that have one of these lines are broken."""
        gone = {pair for pair in self.joined if any(pair[0] <= line < pair[1] for line in lines)}
        within = {line for first, end in gone for line in range(first, end)}
        return Records([pair for pair in self.joined if pair not in gone], sorted({*self.broken, *lines, *within}))

    def blanked(self, data: bytes) -> bytes:
        """The data with broken lines made empty."""
        if not self.broken:
            return data
        lines = data.split(b"\n")
        for number in self.broken:
            lines[number] = b""
        return b"\n".join(lines)


def find_records(data: bytes, quoting: Quoting, *, skip: int = 0, ahead: Callable[[], bytes] = lambda: b"") -> Records:
    """Find the records of more than one line.

    Args:
        data: lines, the first of which begins a record.
        quoting: how texts are quoted.
        skip: lines that hold no records.
        ahead: gives the lines behind the data, more than a record may have; asked once, where the last one needs them.
    """
    joined: list[tuple[int, int]] = []
    broken: list[int] = []
    until, asked = len(data), False
    number = counted = position = last = 0
    for _ in range(skip):
        position = _line_end(data, position) + 1
    while (quote := data.find(b'"', position)) >= 0:
        begin, position = data.rfind(b"\n", 0, quote) + 1, _line_end(data, quote)
        if begin >= until:
            break
        if not quoting.left_open(data[begin:position], inside=False):
            continue
        number += data.count(b"\n", counted, begin)
        counted = begin
        end = _record_end(data, begin, position, quoting)
        if end is None and not asked and until - begin <= quoting.longest:
            data, asked = data + ahead(), True
            end = _record_end(data, begin, position, quoting)
        if end is None:
            broken.append(number)
        else:
            position = end
            last = min(end + 1, len(data))
            joined.append((number, number + data.count(b"\n", begin, end) + 1))
    return Records(joined, broken, last)


def _record_end(data: bytes, begin: int, position: int, quoting: Quoting) -> int | None:
    """The end of the line in which a record ends that begins at `begin`, and whose first line ends at `position`."""
    while (quote := data.find(b'"', position)) >= 0:
        line, position = data.rfind(b"\n", 0, quote) + 1, _line_end(data, quote)
        if line - begin > quoting.longest:
            return None
        if not quoting.left_open(data[line:position], inside=True):
            return position
    return None


def _line_end(data: bytes, position: int) -> int:
    end = data.find(b"\n", position)
    return len(data) if end < 0 else end
