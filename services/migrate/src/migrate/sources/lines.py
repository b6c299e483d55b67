"""Lines of line protocol to columns, grouped by measurement and tags."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from migrate.batch import BadRow, Batch, Column, Kind, Labels
from migrate.sources.columns import floats, integers, spread, suffixed_integers, texts_column
from migrate.sources.plain_lines import Plain, sort_lines
from migrate.sources.texts import LINE_PROTOCOL, UNCLOSED, Records, find_records

_NAME = rb"(?:\\[,= ]|[^,= ])++"
_TAG = re.compile(rb",(%b)=(%b)" % (_NAME, _NAME))
_MEASUREMENT = re.compile(rb"((?:\\[, ]|[^, ])++)((?:,%b=%b)*+)\Z" % (_NAME, _NAME))
_VALUE = rb'(?:"(?:[^"\\]|\\.)*+"|[^,"= ]++)'
_FIELD = re.compile(rb",?(%b)=(%b)" % (_NAME, _VALUE), re.DOTALL)
_LINE = re.compile(
    rb"((?:\\[,= ]|[^ ])++) +(%b=%b(?:,%b=%b)*+)(?: +(-?\d++))? *\Z" % (_NAME, _VALUE, _NAME, _VALUE), re.DOTALL
)
_ESCAPED = re.compile(rb"\\([,= ])")
_ESCAPED_TEXT = re.compile(rb'\\(["\\])')
_INTEGER = re.compile(rb"-?\d++i")
_UNSIGNED = re.compile(rb"\d++u")
_UNEVEN = re.compile(rb"=[,=]|=\Z|,=|\A=|,,")
_COMMENTS = re.compile(rb"(?:(?:#|CREATE DATABASE )[^\n]*+\n)*+")
_BOOLEANS = dict.fromkeys((b"t", b"T", b"true", b"True", b"TRUE"), True) | dict.fromkeys(
    (b"f", b"F", b"false", b"False", b"FALSE"), False
)
_LONGEST_SHOWN = 120
_LARGEST = 2**63
_MOST_HEADS = 10_000
_REMEDY = "A line is measurement,tag=value field=value time."
_NO_HEAD = f"measurement and tags cannot be read. {_REMEDY}"


_known_heads: dict[tuple["Context", bytes], Labels] = {}


@dataclass(frozen=True, slots=True)
class Context:
    """To which database the lines of an export belong."""

    database: str = ""
    policy: str = ""

    def told(self, kind: bytes, name: bytes) -> "Context":
        """The context after a comment that names a database or a retention policy."""
        text = name.decode(errors="replace").strip()
        return Context(text) if kind == b"DATABASE" else replace(self, policy=text)

    @property
    def labels(self) -> Labels:
        """As labels."""
        pairs = (("database", self.database), ("policy", self.policy))
        return tuple((key, text) for key, text in pairs if text)


@dataclass(slots=True)
class _Group:
    """The lines of one series of the source."""

    labels: Labels
    rows: list[int] = field(default_factory=list)
    times: list[bytes] = field(default_factory=list)
    columns: dict[bytes, tuple[list[int], list[bytes]]] = field(default_factory=dict)
    bodies: list[bytes] = field(default_factory=list)
    commas: int = 0

    def add(self, number: int, time: bytes, body: bytes, commas: int) -> None:
        """A line without quotes and escapes; its fields wait until there are many to take apart at once."""
        if commas != self.commas:
            self.settle()
            self.commas = commas
        self.rows.append(number)
        self.times.append(time)
        self.bodies.append(body)

    def settle(self) -> None:
        """Take apart what waits: at once where all lines have the same fields, else line by line."""
        bodies, self.bodies = self.bodies, []
        if not bodies:
            return
        first, count, width = len(self.rows) - len(bodies), len(bodies), self.commas + 1
        parts = b",".join(bodies).replace(b"=", b",").split(b",")
        keys = parts[: 2 * width : 2]
        if len(set(keys)) == width and parts[::2] == keys * count:
            for index, key in enumerate(keys):
                positions, values = self.columns.setdefault(key, ([], []))
                positions += range(first, first + count)
                values += parts[2 * index + 1 :: 2 * width]
            return
        for position, body in enumerate(bodies, first):
            for pair in body.split(b","):
                key, _, value = pair.partition(b"=")
                positions, values = self.columns.setdefault(key, ([], []))
                positions.append(position)
                values.append(value)


class Parser:
    """Takes lines and gives batches.

    Args:
        first: the number of the first line.
        unit: nanoseconds of the unit of times.
        context: to which database the first lines belong.

    Attributes:
        context: to which the next ones belong.
        bad: what could not be read; complete after `take`.
        late: what turned out to be unreadable while batches were made.
    """

    def __init__(self, first: int, unit: int, context: Context) -> None:
        self.context = context
        self.bad: list[BadRow] = []
        self.late: list[BadRow] = []
        self._number = first - 1
        self._unit = unit
        self._groups: dict[tuple[Context, bytes], _Group | None] = {}
        self._by_head: dict[bytes, _Group | None] = {}
        self._plain: list[tuple[Context, Plain]] = []

    def take(self, data: bytes, records: Records | None = None) -> None:
        """Sort lines into groups; `records` say which of them belong together, if that is known already."""
        if records is None:
            records = find_records(data, LINE_PROTOCOL)
        if b"\r" in data:
            data = data.replace(b"\r\n", b"\n")
        data = data.removesuffix(b"\n")
        before = self._number
        if records.joined or records.broken:
            self._take(_joined(data.split(b"\n"), before + 1, records))
            self.bad += [BadRow(before + 1 + number, "line", UNCLOSED) for number in records.broken]
        else:
            begin = _COMMENTS.match(data).end()  # type: ignore[union-attr]
            self._take(enumerate(data[:begin].splitlines(), before + 1))
            self._take_plain(data[begin:], before + 1 + data.count(b"\n", 0, begin))
        self._number = before + data.count(b"\n") + 1

    def _take_plain(self, data: bytes, first: int) -> None:
        """Lines of which each is a record; those behind which the context may change are taken one by one."""
        if (b"#" in data and (data.startswith(b"#") or b"\n#" in data)) or b"CREATE DATABASE " in data:
            self._take(enumerate(data.split(b"\n"), first))
            return
        found = sort_lines(data, first)
        self._plain += [(self.context, plain) for plain in found.plain]
        self._take(found.rest)

    def _take(self, lines: Iterable[tuple[int, bytes]]) -> None:
        by_head = self._by_head
        for self._number, line in lines:
            if b'"' in line or b"\\" in line:
                self._slow(line)
                continue
            head, _, rest = line.partition(b" ")
            body, _, time = rest.partition(b" ")
            group = by_head.get(head)
            # Every field has a name and a value: else the slow way tells what is wrong.
            commas = body.count(b",")
            if group is None or not time or body.count(b"=") != commas + 1 or _UNEVEN.search(body):
                self._slow(line)
            else:
                group.add(self._number, time, body, commas)

    @property
    def series(self) -> int:
        """How many groups of lines were taken."""
        return len(self._plain) + len(self._groups)

    def batches(self) -> Iterator[Batch]:
        """What was taken, group by group."""
        for context, plain in self._plain:
            if (labels := _labels(context, plain.head)) is None:
                self.late += [BadRow(row, "line", _NO_HEAD, _shown(plain.head)) for row in plain.rows.tolist()]
            else:
                yield self._plain_batch(labels, plain)
        for group in self._groups.values():
            if group is not None and group.rows:
                group.settle()
                yield from self._batches(group)

    def _plain_batch(self, labels: Labels, plain: Plain) -> Batch:
        rows, time = plain.rows, plain.time
        if self._unit == 1:
            return Batch(labels, rows, time, plain.fields)
        good = np.abs(time) < _LARGEST // self._unit
        for row, far in zip(rows[~good].tolist(), time[~good].tolist(), strict=True):
            self._complain_time(row, str(far).encode())
        return _only(Batch(labels, rows, time * self._unit, plain.fields), None if good.all() else good)

    def _slow(self, line: bytes) -> None:
        """A line that is the first of its series, has quotes or escapes, or is none."""
        text = line.strip()
        if not text or text.startswith((b"#", b"CREATE DATABASE ")):
            self._comment(text)
            return
        match = _LINE.match(text)
        if match is None:
            self._complain(line, f"it is no line protocol. {_REMEDY}")
            return
        head, body, time = match.groups()
        if time is None:
            self._complain(line, "it has no time; a server would have taken its own. Add one behind the fields.")
            return
        group = self._group(head)
        if group is None:
            self._complain(line, _NO_HEAD)
            return
        group.settle()
        group.rows.append(self._number)
        group.times.append(time)
        for key, value in _FIELD.findall(body):
            positions, values = group.columns.setdefault(key, ([], []))
            positions.append(len(group.rows) - 1)
            values.append(value)

    def _comment(self, text: bytes) -> None:
        if b"CONTEXT-" in text:
            kind, _, name = text.partition(b"CONTEXT-")[2].partition(b":")
            self.context = self.context.told(kind, name)
            self._by_head.clear()

    def _group(self, head: bytes) -> _Group | None:
        key = (self.context, head)
        if key not in self._groups:
            labels = _labels(self.context, head)
            self._groups[key] = None if labels is None else _Group(labels)
        group = self._groups[key]
        if b"\\" not in head:
            self._by_head[head] = group
        return group

    def _batches(self, group: _Group) -> Iterator[Batch]:
        times = integers(group.times)
        good: NDArray[np.bool_] | None = None
        if times is None or (self._unit > 1 and np.abs(times).max() >= _LARGEST // self._unit):
            times, good = self._times(group)
        rows = np.array(group.rows, np.int64)
        time = times * self._unit
        first: dict[str, Column] = {}
        for key, (positions, texts) in group.columns.items():
            name = _text(key)
            for number, (column, at) in enumerate(self._columns(group, name, positions, texts)):
                whole = spread(column, at, len(rows))
                if number == 0 and name not in first:
                    first[name] = whole
                else:  # a field that changes its type within the piece
                    yield _only(Batch(group.labels, rows, time, {name: whole}), good)
        if first:
            yield _only(Batch(group.labels, rows, time, first), good)

    def _times(self, group: _Group) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        times = np.zeros(len(group.rows), np.int64)
        good = np.ones(len(group.rows), np.bool_)
        for index, text in enumerate(group.times):
            try:
                number = int(text)
            except ValueError:
                number = _LARGEST
            if abs(number) * self._unit < _LARGEST:
                times[index] = number
            else:
                good[index] = False
                self._complain_time(group.rows[index], text)
        return times, good

    def _columns(
        self, group: _Group, name: str, positions: list[int], texts: list[bytes]
    ) -> Iterator[tuple[Column, list[int]]]:
        """The values of a field, those of each kind apart."""
        if (numbers := floats(texts)) is not None:
            yield Column("float", numbers), positions
            return
        if (whole := suffixed_integers(texts)) is not None:
            yield Column("integer", whole), positions
            return
        kinds: dict[Kind, tuple[list[int], list[bytes]]] = {}
        for position, text in zip(positions, texts, strict=True):
            kind = _kind(text)
            if kind is None:
                detail = (
                    f"the field {name} holds {_shown(text)}, which is no number, boolean or text in quotes. Mend it."
                )
                self._complain_late(group.rows[position], "value", detail, text)
            else:
                at, values = kinds.setdefault(kind, ([], []))
                at.append(position)
                values.append(text)
        for kind, (at, values) in kinds.items():
            yield _column(kind, values), at

    def _complain(self, line: bytes, detail: str) -> None:
        self.bad.append(BadRow(self._number, "line", detail, _shown(line)))

    def _complain_time(self, row: int, text: bytes) -> None:
        self._complain_late(row, "time", f"{_shown(text)} is no time of a server. Mend it.", text)

    def _complain_late(self, row: int, reason: str, detail: str, text: bytes) -> None:
        self.late.append(BadRow(row, reason, detail, _shown(text)))


def _joined(lines: list[bytes], first: int, records: Records) -> Iterator[tuple[int, bytes]]:
    """Number and text of records; broken ones are left out."""
    broken, at = set(records.broken), 0
    for begin, end in (*records.joined, (len(lines), len(lines))):
        yield from ((first + number, lines[number]) for number in range(at, begin) if number not in broken)
        if begin < end:
            yield first + begin, b"\n".join(lines[begin:end])
        at = end


def _labels(context: Context, head: bytes) -> Labels | None:
    key = (context, head)
    found = _known_heads.get(key)
    if found is None:
        found = _read_head(context, head)
        # Heads come in turns: of too many, those that are known stay known.
        if found is not None and len(_known_heads) < _MOST_HEADS:
            _known_heads[key] = found
    return found


def _read_head(context: Context, head: bytes) -> Labels | None:
    match = _MEASUREMENT.match(head)
    if match is None:
        return None
    labels = [*context.labels, ("measurement", _text(match[1]))]
    labels += [(f"tag.{_text(key)}", _text(value)) for key, value in _TAG.findall(match[2])]
    return tuple(sorted(labels))


def _kind(text: bytes) -> Kind | None:
    if text.startswith(b'"'):
        return "text" if text.endswith(b'"') and len(text) > 1 else None
    if text in _BOOLEANS:
        return "boolean"
    if _INTEGER.fullmatch(text):
        return "integer" if -_LARGEST <= int(text[:-1]) < _LARGEST else None
    if _UNSIGNED.fullmatch(text):
        return "unsigned" if int(text[:-1]) < 2 * _LARGEST else None
    try:
        float(text)
    except ValueError:
        return None
    return "float" if b"_" not in text else None


def _column(kind: Kind, texts: list[bytes]) -> Column:
    match kind:
        case "text":
            plain = [_ESCAPED_TEXT.sub(rb"\1", text[1:-1]).decode(errors="replace") for text in texts]
            return texts_column(plain)
        case "boolean":
            return Column("boolean", np.array([_BOOLEANS[text] for text in texts], np.bool_))
        case "integer":
            return Column("integer", np.array([int(text[:-1]) for text in texts], np.int64))
        case "unsigned":
            return Column("unsigned", np.array([int(text[:-1]) for text in texts], np.uint64))
        case _:
            return Column("float", np.array([float(text) for text in texts], np.float64))


def _only(batch: Batch, good: NDArray[np.bool_] | None) -> Batch:
    if good is None:
        return batch
    fields = {
        name: Column(c.kind, c.values[good], None if c.present is None else c.present[good])
        for name, c in batch.fields.items()
    }
    return Batch(batch.labels, batch.rows[good], batch.time[good], fields)


def _text(name: bytes) -> str:
    return (_ESCAPED.sub(rb"\1", name) if b"\\" in name else name).decode(errors="replace")


def _shown(text: bytes) -> str:
    shown = text[:_LONGEST_SHOWN].decode(errors="replace")
    return f"{shown}…" if len(text) > _LONGEST_SHOWN else shown
