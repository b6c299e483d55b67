"""Tables in text, wide or long, one file or a folder of them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pyarrow import csv

from hdh.arrow import column_of, numpy_of, text_of
from hdh.errors import Misconfigured
from migrate.batch import BadRow, Batch, Chunk, Column, Labels
from migrate.sources.csv_form import Form, column_names
from migrate.sources.csv_times import parse_times
from migrate.sources.files import Files, Piece
from migrate.sources.interface import Read
from migrate.sources.texts import UNCLOSED, Records, table_quoting

_PIECE = 2 * 1024 * 1024
_LONGEST_SHOWN = 120
_EXACT = 2**53
_ZERO = column_of(np.zeros(1))[0]
_MISSING = ["", "NA", "na", "NaN", "nan", "N/A", "n/a", "NULL", "null", "None", "none", "-", "nil"]
_SPELLED = {"\t": "tab", ";": "semicolon", ",": "comma", "|": "bar"}


class CsvSource:
    """Tables in text.

    Args:
        files: the files.
        form: how they are written.
        doubts: what about the form was guessed.
    """

    def __init__(self, files: Files, form: Form, doubts: list[str] | None = None) -> None:
        self.name = "csv"
        self._files = files
        self._files.piece = _PIECE
        self._files.quoting = table_quoting(form.delimiter, form.skip)
        self._form = form
        self._doubts = doubts or []
        self._zone = ZoneInfo(form.zone) if form.zone else None
        self._names: dict[Path, list[str]] = {}

    def facts(self) -> list[tuple[str, str]]:
        """See `Source.facts`."""
        form = self._form
        return [
            ("delimiter", _SPELLED.get(form.delimiter, form.delimiter)),
            ("encoding", form.encoding),
            ("decimal", form.decimal),
            ("header", "yes" if form.header else "no"),
            ("time", f"{' + '.join(form.time)}, {form.time_format}" + (f" in {form.zone}" if form.zone else "")),
            ("labels", ", ".join(form.labels) or "none"),
            ("quantity", form.quantity or "by column"),
        ]

    def doubts(self) -> list[str]:
        """See `Source.doubts`."""
        return self._doubts

    def chunks(self) -> list[Chunk]:
        """See `Source.chunks`."""
        return self._files.chunks()

    def read(self, chunk: Chunk) -> Read:
        """See `Source.read`."""
        path = self._files.path_of(chunk)
        names = self._columns_of(path)
        if not names:
            return  # an empty file among others
        labels = _file_labels(path)
        for piece in self._files.read(chunk):
            yield from self._table(self._without_head(piece), names, labels)

    def checksum(self) -> str:
        """See `Source.checksum`."""
        return self._files.checksum()

    def close(self) -> None:
        """See `Source.close`."""
        self._files.close()

    def _columns_of(self, path: Path) -> list[str]:
        if path not in self._names:
            head, above = self._files.head(path), self._form.skip + self._form.header
            if any(number < above for number in _unreadable(head, self._form.encoding)):
                raise Misconfigured(f"{path}: its header is not {self._form.encoding}. Mend source.csv.encoding.")
            lines = head.decode(self._form.encoding, errors="replace").split("\n", self._form.skip)
            names = column_names(lines[-1].lstrip("\ufeff") if len(lines) > self._form.skip else "", self._form)
            wanted = (*self._form.time, *self._form.labels, *([self._form.quantity] if self._form.quantity else []))
            if head.strip() and (lacking := [name for name in wanted if name not in names]):
                raise Misconfigured(
                    f"{path}: there is no column {lacking[0]!r}; its columns are {', '.join(names) or 'none'}. "
                    "Mend source.csv in the mapping file, or take the file out of the folder."
                )
            self._names[path] = names
        return self._names[path]

    def _without_head(self, piece: Piece) -> Piece:
        """The records of data in a piece: the lines before them stand at the beginning of the file."""
        form = self._form
        lines = max(0, form.skip + (1 if form.header else 0) + 1 - piece.first)
        if form.header:
            lines = next((end for first, end in piece.records.joined if first == lines - 1), lines)
        if not lines:
            return piece
        data = piece.data.split(b"\n", lines)
        return Piece(piece.first + lines, data[-1] if len(data) > lines else b"", piece.records.without(lines))

    def _table(self, piece: Piece, names: list[str], labels: Labels) -> Iterator[Batch | BadRow]:
        records = piece.records
        for number in records.broken:
            yield BadRow(piece.first + number, "quotes", UNCLOSED)
        if unreadable := _unreadable(piece.data, self._form.encoding):
            detail = f"it is not {self._form.encoding}. Mend the line, or source.csv.encoding."
            yield from (BadRow(piece.first + number, "encoding", detail) for number in unreadable)
            records = records.broken_in(unreadable)
        data = records.blanked(piece.data)
        if not data.strip():
            return
        wrong: list[tuple[int, str]] = []

        def on_wrong(row: Any) -> str:  # noqa: ANN401 (pyarrow ships no types)
            wrong.append((row.number or 0, row.text))
            return "skip"

        table = csv.read_csv(
            pa.BufferReader(data),
            csv.ReadOptions(
                use_threads=False,
                block_size=len(data) + 1,
                column_names=names,
                encoding="utf-8" if self._form.encoding == "utf-8-sig" else self._form.encoding,
            ),
            csv.ParseOptions(
                delimiter=self._form.delimiter,
                invalid_row_handler=on_wrong,
                ignore_empty_lines=False,
                newlines_in_values=bool(records.joined),
            ),
            csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()),
                null_values=_MISSING,
                strings_can_be_null=True,
                check_utf8=False,
            ),
        )
        rows, bad = _number(piece.first, records, table.num_rows, wrong, len(names))
        yield from bad
        if table.num_rows:
            yield from self._batches(table.combine_chunks(), rows, labels, names)

    def _batches(
        self,
        table: Any,  # noqa: ANN401 (as above)
        rows: NDArray[np.int64],
        labels: Labels,
        names: list[str],
    ) -> Iterator[Batch | BadRow]:
        form = self._form
        texts = [_column(table, name) for name in form.time]
        spelled = texts[0] if len(texts) == 1 else pc.binary_join_element_wise(*texts, text_of(" "))
        time, good = parse_times(spelled, form.time_format, self._zone, form.doubled_hour)
        if not good.all():
            for index in np.flatnonzero(~good).tolist():
                text = spelled[index].as_py()
                if text is None and all(table[name][index].as_py() is None for name in names):
                    continue  # an empty line
                detail = f"the time {text!r} cannot be read as {form.time_format}. Mend it, or source.csv.time.format."
                yield BadRow(int(rows[index]), "time", detail, (text or "")[:_LONGEST_SHOWN])
            table = table.filter(column_of(good))
            rows, time = rows[good], time[good]
        if not len(rows):
            return
        taken = {*form.time, *form.labels, *([form.quantity] if form.quantity else [])}
        values = form.values or tuple(name for name in names if name not in taken)
        for own, chosen in self._groups(table):
            part = table if chosen is None else table.take(column_of(chosen))
            at = slice(None) if chosen is None else chosen
            field = dict(own).get("quantity")
            kept = tuple(pair for pair in own if pair[0] != "quantity")
            for split in _fields({name: _column(part, name) for name in values if name in names}, form.decimal):
                fields = {field or name: column for name, column in split.items()}
                yield Batch(tuple(sorted((*labels, *kept))), rows[at], time[at], fields)

    def _groups(self, table: Any) -> Iterator[tuple[Labels, NDArray[np.int64] | None]]:  # noqa: ANN401 (as above)
        """Rows that share their labels: the labels and the rows' positions; None: all."""
        keys = [(f"column.{name}", name) for name in self._form.labels]
        if self._form.quantity:
            keys.append(("quantity", self._form.quantity))
        if not keys:
            yield (), None
            return
        codes = np.zeros(table.num_rows, np.int64)
        known = []
        for _, name in keys:
            encoded = _column(table, name).fill_null(text_of("")).dictionary_encode()
            known.append(encoded.dictionary.to_pylist())
            codes = codes * len(encoded.dictionary) + numpy_of(encoded.indices)
        unique, first, inverse = np.unique(codes, return_index=True, return_inverse=True)
        order = np.argsort(inverse, kind="stable")
        ends = np.searchsorted(inverse[order], np.arange(len(unique) + 1))
        for number in range(len(unique)):
            labels = tuple(
                (key, text) for key, name in keys if (text := _column(table, name)[int(first[number])].as_py())
            )
            yield labels, order[ends[number] : ends[number + 1]]


def _number(
    first: int, records: Records, count: int, wrong: list[tuple[int, str]], columns: int
) -> tuple[NDArray[np.int64], list[BadRow]]:
    """The (first) line of each row, and the lines that are no rows."""
    within = [number for begin, end in records.joined for number in range(begin + 1, end)]
    lines = np.arange(first, first + count + len(wrong) + len(within), dtype=np.int64)
    numbers = np.delete(lines, np.array(within, np.int64))
    skipped = np.array([number - 1 for number, _ in wrong], np.int64)
    bad = [
        BadRow(int(numbers[number - 1]), "columns", _columns_detail(columns), text[:_LONGEST_SHOWN])
        for number, text in wrong
        if text.strip()
    ]
    return np.delete(numbers, skipped), bad


def _unreadable(data: bytes, encoding: str) -> list[int]:
    """The lines, counted from 0, that are not of an encoding."""
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return [number for number, line in enumerate(data.split(b"\n")) if not _is_readable(line, encoding)]
    return []


def _is_readable(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _column(table: Any, name: str) -> Any:  # noqa: ANN401 (as above)
    chunks = table[name].chunks
    return chunks[0] if len(chunks) == 1 else pa.concat_arrays(chunks)


def _fields(columns: dict[str, Any], decimal: str) -> Iterator[dict[str, Column]]:
    """The columns with values, typed; what a column holds beside numbers comes apart."""
    numbers: dict[str, Column] = {}
    others: list[dict[str, Column]] = []
    for name, texts in columns.items():
        if texts.null_count == len(texts):
            continue
        spelled = pc.utf8_trim_whitespace(texts)
        spelled = pc.replace_substring(spelled, ",", ".") if decimal == "," else spelled
        try:
            numbers[name] = _numbers(spelled)
        except pa.ArrowInvalid:
            others += [{name: column} for column in _mixed(texts, decimal)]
    if numbers:
        yield numbers
    yield from others


def _numbers(texts: Any) -> Column:  # noqa: ANN401 (as above)
    array = texts.cast(pa.float64())
    present = None
    if array.null_count:
        present = numpy_of(array.is_valid())
        array = array.fill_null(_ZERO)
    values = numpy_of(array)
    if (np.abs(values) >= _EXACT).any():
        raise pa.ArrowInvalid("perhaps whole numbers that no float holds")
    return Column("float", values, present)


def _mixed(texts: Any, decimal: str) -> Iterator[Column]:  # noqa: ANN401 (as above)
    """A column that holds more than plain numbers: numbers, long whole numbers and texts, each apart."""
    count = len(texts)
    kinds: dict[str, dict[int, float | int | str]] = {"float": {}, "integer": {}, "text": {}}
    for index, text in enumerate(texts.to_pylist()):
        if text is None:
            continue
        spelled = text.strip().replace(",", ".") if decimal == "," else text.strip()
        if spelled.lstrip("+-").isdecimal() and len(spelled) < 19 and abs(int(spelled)) >= _EXACT:  # noqa: PLR2004 (64 bits)
            kinds["integer"][index] = int(spelled)
            continue
        try:
            kinds["float"][index] = float(spelled) if "_" not in spelled else float("x")
        except ValueError:
            kinds["text"][index] = text
    types: dict[str, Any] = {"float": np.float64, "integer": np.int64, "text": np.object_}
    for kind, found in kinds.items():
        if found:
            values = np.zeros(count, types[kind])
            present = np.zeros(count, np.bool_)
            for index, value in found.items():
                values[index], present[index] = value, True
            yield Column(kind, values, present)  # type: ignore[arg-type]


def _file_labels(path: Path) -> Labels:
    """What a file's name says: all of it, and its first, middle and last parts between `_`."""
    stem = path.name.split(".")[0]
    parts = [part for part in stem.split("_") if part] or [stem]
    labels = {
        "file": stem,
        "folder": path.parent.name,
        "file.first": parts[0],
        "file.middle": "_".join(parts[1:-1]),
        "file.last": parts[-1],
    }
    return tuple((key, text) for key, text in labels.items() if text)


def _columns_detail(columns: int) -> str:
    return f"it does not have {columns} columns as the others. Mend the line; is a text with the delimiter in quotes?"
