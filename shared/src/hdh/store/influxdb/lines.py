"""Points in columns to requests of line protocol, without an object for each point."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from hdh.line_protocol import field_key, prefix
from hdh.store.columns import fits, is_text
from hdh.store.interface import Columns

if TYPE_CHECKING:
    from hdh.store.interface import Values

_LINES = 10_000
_BYTES = 4_000_000


@dataclass(frozen=True, slots=True)
class Piece:
    """Rows `start` to `stop` of one of the parts, whose first row is row number `first` of all."""

    part: Columns
    first: int
    start: int
    stop: int


@dataclass(slots=True)
class Request:
    """What goes to the server at once.

    Attributes:
        pieces: the rows that are in it.
        body: their lines; None where they cannot be spelled as a whole, as some of them are not sound.
    """

    pieces: list[Piece] = field(default_factory=list)
    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class _Encoded:
    """The lines of a part: of row n, `data[ends[n]:ends[n + 1]]`; empty where a row has no reading."""

    ends: NDArray[np.int32]
    data: memoryview


def requests(parts: Sequence[Columns]) -> Iterator[Request]:
    """Cut parts into requests of bounded size."""
    pieces: list[Piece] = []
    bodies: list[memoryview] = []
    lines = size = first = 0
    for part in parts:
        encoded = _encode(part)
        if encoded is None:
            yield Request([Piece(part, first, 0, len(part))])
        start = len(part) if encoded is None else 0
        while encoded is not None and start < len(part):
            ends = encoded.ends
            room = int(np.searchsorted(ends, ends[start] + _BYTES - size, "right")) - 1
            stop = min(len(part), start + _LINES - lines, max(room, start))
            if stop > start or not pieces:
                stop = max(stop, start + 1)
                pieces.append(Piece(part, first, start, stop))
                bodies.append(encoded.data[ends[start] : ends[stop]])
                lines, size = lines + stop - start, size + int(ends[stop] - ends[start])
                start = stop
            if start < len(part):
                yield Request(pieces, b"".join(bodies))
                pieces, bodies, lines, size = [], [], 0, 0
        first += len(part)
    if pieces:
        yield Request(pieces, b"".join(bodies))


def _encode(part: Columns) -> _Encoded | None:
    """The lines of a part, or None where something in it is not sound."""
    if not part.fields or not all(fits(name, values) for name, values in part.fields.items()):
        return None
    try:
        head = prefix(part.measurement, part.place)
        lines = _lines(part, head)
    except ValueError:
        return None
    _, ends, data = lines.buffers()
    count = len(lines) + 1
    return _Encoded(np.frombuffer(ends, np.int32, count), memoryview(data or b""))


def _lines(part: Columns, head: str) -> Any:  # noqa: ANN401 (pyarrow ships no types)
    time = pa.array(part.time).cast(pa.string())
    numbers = {name: _numbers(name, values) for name, values in part.fields.items() if not is_text(values)}
    if len(numbers) == len(part.fields) and not any(each.null_count for each in numbers.values()):
        # Nearly always: then all is joined at once.
        spelled = [(f"{field_key(name)}=", each.cast(pa.string()), ",") for name, each in numbers.items()]
        pieces = [piece for triple in spelled for piece in triple][:-1]
        return pc.binary_join_element_wise(head, *pieces, " ", time, "\n", "")
    fields = _join([_spell(name, values, numbers.get(name)) for name, values in part.fields.items()])
    return pc.coalesce(pc.binary_join_element_wise(head, fields, " ", time, "\n", ""), "")


def _numbers(name: str, values: "Values") -> Any:  # noqa: ANN401 (as above)
    """Numbers, null where there is no reading."""
    if np.isinf(values).any():
        raise ValueError(f"{name} is not finite")
    missing = np.isnan(values)
    return pa.array(values, mask=missing) if missing.any() else pa.array(values)


def _join(texts: list[Any]) -> Any:  # noqa: ANN401 (as above)
    """The fields of each row, null where there is none."""
    if len(texts) == 1:
        return texts[0]
    if not all(text.null_count for text in texts):
        return pc.binary_join_element_wise(*texts, ",", null_handling="skip")
    # Of a row whose fields are all null pyarrow would leave nothing, not even a null: so there is one more, empty.
    joined = pc.binary_join_element_wise("", *texts, ",", null_handling="skip")
    return pc.if_else(pc.equal(joined, ""), pa.scalar(None, pa.string()), pc.utf8_slice_codeunits(joined, 1))


def _spell(name: str, values: "Values", numbers: Any) -> Any:  # noqa: ANN401 (as above)
    """A column as `name=value`, null where there is no reading."""
    if numbers is not None:
        return pc.binary_join_element_wise(f"{field_key(name)}=", numbers.cast(pa.string()), "")
    plain = pa.array(values, pa.string())
    escaped = pc.replace_substring(pc.replace_substring(plain, "\\", "\\\\"), '"', '\\"')
    return pc.binary_join_element_wise(f'{field_key(name)}="', escaped, '"', "")
