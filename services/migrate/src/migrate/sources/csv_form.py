"""The form of a table in text, as the mapping file spells it, and finding it out from a file's beginning."""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from migrate.sources.csv_times import guess_format, needs_zone

_DELIMITERS = ("\t", ";", ",", "|")
_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?")
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+")
_DATE = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}")
_CLOCK = re.compile(r"\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?")
_MISSING = {"", "na", "nan", "n/a", "null", "none", "-", "nil"}
_QUANTITY_NAMES = {"quantity", "field", "_field", "variable", "parameter", "metric", "property", "sensor_type", "suure"}
_NO_TIME = "no column holds times (epoch seconds or milliseconds, ISO 8601, 31.12.2025 12:00)"
_ROWS = 200
_SHOWN = 80
_MOST = 0.75


@dataclass(frozen=True, slots=True)
class Form:
    """How a table is written.

    Attributes:
        delimiter: between cells.
        encoding: as Python names it.
        decimal: `.` or `,`.
        header: whether the first line names the columns; without it they are called 1, 2, 3 …
        skip: lines before header or data.
        time: the columns with the time (date and clock may be two).
        time_format: see `csv_times.FORMATS`.
        zone: of times without offset.
        doubled_hour: `first` or `second`: which one a time in the hour that comes twice in autumn is.
        labels: columns that say whose readings a row holds.
        quantity: the column that says what a row's value is, in long tables.
        values: the columns with values; empty: all others.
    """

    delimiter: str = ","
    encoding: str = "utf-8"
    decimal: str = "."
    header: bool = True
    skip: int = 0
    time: tuple[str, ...] = ("time",)
    time_format: str = "iso"
    zone: str | None = None
    doubled_hour: str = "first"
    labels: tuple[str, ...] = ()
    quantity: str | None = None
    values: tuple[str, ...] = ()


@dataclass(slots=True)
class Detected:
    """A form that was found out, with what about it may be wrong; `problem` where it is no table of readings."""

    form: Form = field(default_factory=Form)
    doubts: list[str] = field(default_factory=list)
    problem: str = ""


def detect(head: bytes, zone: str | None = None) -> Detected:
    """Find out the form of a table from its beginning (whole lines).

    Args:
        head: the first lines.
        zone: of times without offset, unless the mapping says otherwise.
    """
    found = Detected()
    if not head.strip():
        found.problem = "it is empty"
        return found
    found.problem = _no_text(head)
    if found.problem:
        return found
    text, encoding = _decode(head, found.doubts)
    lines = [line for line in text.splitlines()[: _ROWS + 20] if line.strip()]
    skip = _lines_before(lines)
    try:
        delimiter = _delimiter(lines[skip:])
        rows = list(csv.reader(io.StringIO("\n".join(lines[skip:])), delimiter=delimiter))
    except csv.Error as error:
        found.problem = f"its cells cannot be told apart ({error}); is a quote in its first lines never closed?"
        return found
    mixed = _mixed(rows, delimiter)
    header = _is_header(rows)
    if header and len(rows) == 1:
        found.problem = "it holds a header and no rows. Name a file with readings"
        return found
    names = rows[0] if header else [str(number + 1) for number in range(len(rows[0]))]
    columns = _columns(names, rows[1 if header else 0 :])
    form = Form(delimiter=delimiter, encoding=encoding, header=header, skip=skip, decimal=_decimal(delimiter, columns))
    _roles(found, form, columns, zone)
    if mixed:
        found.doubts.append(f"{mixed} Lines that are separated in another way are rejected.")
    if found.problem == _NO_TIME:
        row = lines[min(skip + header, len(lines) - 1)][:_SHOWN]
        found.problem += f". {mixed or f'Its first row is {row!r}.'} If it has times, write the mapping file by hand"
    return found


def column_names(head: str, form: Form) -> list[str]:
    """The names of a file's columns; those without one, and doubled ones, are called by their number.

    Args:
        head: the beginning of the file, from the header or the first row on.
        form: how it is written.
    """
    try:
        cells = next(csv.reader(io.StringIO(head, newline=""), delimiter=form.delimiter), [])
    except csv.Error:  # a quote that is not closed: the row is told when it is read
        cells = head.partition("\n")[0].split(form.delimiter)
    names: list[str] = []
    for number, cell in enumerate(cells, 1):
        name = cell.strip() if form.header else ""
        names.append(name if name and name not in names else str(number))
    return names


def _no_text(head: bytes) -> str:
    """Why these bytes are no lines of text; empty if they are."""
    if b"\0" in head:
        return "it holds bytes that no text has (is it a workbook, an archive, or UTF-16? Save it as CSV in UTF-8)"
    if b"\r" in head and b"\n" not in head:
        return "its lines end with carriage returns alone (mend it: tr '\\r' '\\n')"
    return ""


def _mixed(rows: list[list[str]], delimiter: str) -> str:
    """A sentence about a line whose cells are separated by another delimiter than those of most lines."""
    usual = max(len(row) for row in rows)
    for line in (row[0] for row in rows if len(row) == 1 < usual):
        for other in _DELIMITERS:
            if other != delimiter and len(line.split(other)) == usual:
                return f"Delimiters are mixed: {delimiter!r} in most lines, {other!r} in {line[:_SHOWN]!r}."
    return ""


def _decode(head: bytes, doubts: list[str]) -> tuple[str, str]:
    if head.startswith(b"\xef\xbb\xbf"):
        return head.decode("utf-8-sig", errors="replace"), "utf-8-sig"
    try:
        return head.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        doubts.append("The encoding is not UTF-8; it is read as Windows-1252. Are names with ä, ö and ° right?")
        return head.decode("cp1252", errors="replace"), "cp1252"


def _lines_before(lines: Sequence[str]) -> int:
    """Lines of comments before the table."""
    return next((number for number, line in enumerate(lines) if not line.lstrip("\ufeff").startswith("#")), 0)


def _delimiter(lines: Sequence[str]) -> str:
    def score(delimiter: str) -> tuple[float, int]:
        counts = [len(row) for row in csv.reader(lines, delimiter=delimiter)]
        usual = max(set(counts), key=counts.count)
        return (counts.count(usual) / len(counts) if usual > 1 else 0.0, usual)

    # Where all rows have as many of two, that which makes more cells; a comma may be a decimal's.
    return max(_DELIMITERS, key=lambda each: (round(score(each)[0], 1), each != ",", score(each)[1]))


def _is_header(rows: list[list[str]]) -> bool:
    first = [cell.strip() for cell in rows[0]]
    return not any(_NUMBER.fullmatch(cell) or guess_format([cell]) for cell in first if cell.lower() not in _MISSING)


def _columns(names: list[str], rows: list[list[str]]) -> dict[str, list[str]]:
    columns: dict[str, list[str]] = {}
    for number, name in enumerate(names):
        key = name.strip() if name.strip() and name.strip() not in columns else str(number + 1)
        cells = [row[number].strip() for row in rows if number < len(row)]
        columns[key] = [cell for cell in cells if cell.lower() not in _MISSING]
    return columns


def _decimal(delimiter: str, columns: dict[str, list[str]]) -> str:
    if delimiter == ",":
        return "."
    return "," if any(_DECIMAL_COMMA.fullmatch(cell) for cells in columns.values() for cell in cells) else "."


def _share(cells: Sequence[str], pattern: re.Pattern[str]) -> float:
    return sum(bool(pattern.fullmatch(cell)) for cell in cells) / len(cells) if cells else 0.0


def _roles(found: Detected, form: Form, columns: dict[str, list[str]], zone: str | None) -> Detected:
    time, time_format = _time_columns(columns)
    if not time:
        found.problem = _NO_TIME
        return found
    if time_format == "month-first?":
        found.doubts.append("Times could be day first or month first; they are read as day first.")
        time_format = "day-first"
    rest = {name: cells for name, cells in columns.items() if name not in time}
    numbers = [name for name, cells in rest.items() if not cells or _share(cells, _NUMBER) >= _MOST]
    texts = [name for name in rest if name not in numbers]
    form = replace(form, time=time, time_format=time_format)
    first_time = " ".join(columns[name][0] for name in time)
    if needs_zone(time_format, first_time):
        form = replace(form, zone=zone or "UTC")
        found.doubts.append(
            f"Times have no offset from UTC; they are read as local to {form.zone}, in the doubled hour of autumn as "
            "the first one (`doubled_hour: first`)."
        )
    quantity = next((name for name in texts if name.lower() in _QUANTITY_NAMES), None)
    if quantity is None and texts and len([n for n in numbers if columns[n]]) == 1:
        quantity = None if len(texts) == 1 and len(set(rest[texts[0]])) > _ROWS // 2 else _quantity_of(texts, rest)
    labels = tuple(name for name in texts if name != quantity) if texts and numbers else ()
    found.form = replace(form, labels=labels, quantity=quantity, values=() if not texts else tuple(numbers))
    if not numbers:
        found.form = replace(found.form, labels=(), quantity=None, values=())
    if not rest:
        found.problem = "it has no column beside the time. Name a file with readings"
    return found


def _quantity_of(texts: list[str], columns: dict[str, list[str]]) -> str | None:
    """Of columns with text the one whose texts the catalogue knows as quantities."""
    from hdh.quantities import catalogue  # noqa: PLC0415 (loaded only where a table is looked at)

    def known(name: str) -> int:
        return sum(catalogue().resolve(cell) is not None for cell in set(columns[name]))

    best = max(texts, key=known)
    return best if known(best) else None


def _time_columns(columns: dict[str, list[str]]) -> tuple[tuple[str, ...], str]:
    for name, cells in columns.items():
        if cells and (found := guess_format(cells)):
            return (name,), found
    dates = [name for name, cells in columns.items() if _share(cells, _DATE) >= _MOST]
    clocks = [name for name, cells in columns.items() if _share(cells, _CLOCK) >= _MOST]
    if dates and clocks:
        joined = [" ".join(pair) for pair in zip(columns[dates[0]], columns[clocks[0]], strict=False)]
        if found := guess_format(joined):
            return (dates[0], clocks[0]), found
    return (), ""
