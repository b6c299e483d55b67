"""Readings as record batches of Arrow, and as an Arrow stream: names as dictionaries, the query in the metadata."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import ipc

from api.answers import Answer, Block, Times, Values
from api.formats.outbox import Outbox
from api.wide import Table
from hdh.arrow import texts_of

QUERY = "hdh.query"
"""The resolved query as JSON, in the metadata of the schema."""

ROWS = "hdh.rows"
"""How many rows there are: in the metadata of the last batch (Arrow) or of the file (Parquet)."""

COMPLETE = "hdh.complete"
"""`true`, beside the rows."""

NAMES = ("project", "house", "room", "device", "quantity", "unit")
_BATCH_ROWS = 65_536
_DICTIONARY = pa.dictionary(pa.int32(), pa.string())


def encode(answer: Answer) -> Iterator[bytes]:
    """The answer in pieces: a stream whose last batch has no rows, and says in its metadata that all are there."""
    return stream(schema_of(answer), batches(answer))


def encode_wide(table: Table) -> Iterator[bytes]:
    """The table in pieces; the metadata of each column say of which series and unit it is."""
    schema = wide_schema_of(table)
    return stream(schema, wide_batches(table, schema))


def stream(schema: pa.Schema, found: Iterable[pa.RecordBatch]) -> Iterator[bytes]:
    """Batches as an Arrow stream, in pieces."""
    outbox = Outbox()
    rows = 0
    # Dictionaries are replaced, never extended: fewer readers know the latter.
    with ipc.new_stream(outbox, schema) as writer:
        for batch in found:
            writer.write_batch(batch)
            rows += batch.num_rows
            yield from outbox.taken()
        writer.write_batch(_nothing(schema), custom_metadata=end_of(rows))
    yield from outbox.taken()


def end_of(rows: int) -> dict[str, str]:
    """What is said at the end."""
    return {ROWS: str(rows), COMPLETE: "true"}


def schema_of(answer: Answer) -> pa.Schema:
    """Time, the names and the unit as dictionaries, numbers, and texts in a column of their own if there may be any."""
    fields = [time_field(answer.zone.key), *(pa.field(name, _DICTIONARY) for name in NAMES)]
    fields.append(pa.field("value", pa.float64()))
    if answer.has_text:
        fields.append(pa.field("text", pa.string()))
    return pa.schema(fields, metadata=metadata_of(answer.query))


def wide_schema_of(table: Table) -> pa.Schema:
    """Time and a column a series, with its place, quantity and unit in its metadata."""
    fields = [time_field(table.zone.key)]
    for column in table.columns:
        told = {name: text for name in NAMES if (text := getattr(column.head, name)) is not None}
        fields.append(pa.field(column.name, pa.string() if column.is_text else pa.float64(), metadata=told))
    return pa.schema(fields, metadata=metadata_of(table.query))


def wide_batches(table: Table, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    """The rows, as many to a batch as they come."""
    for rows in table.rows:
        columns = [time_column(rows.time, schema.field(0).type)]
        columns += [
            text_column(values) if column.is_text else number_column(values)
            for column, values in zip(table.columns, rows.values, strict=True)
        ]
        yield pa.RecordBatch.from_arrays(columns, schema=schema)


def metadata_of(query: Mapping[str, object]) -> dict[str, bytes]:
    """The metadata of a schema."""
    return {QUERY: orjson.dumps(dict(query))}


def time_field(zone: str) -> pa.Field:
    """The column of times."""
    return pa.field("time", pa.timestamp("ms", zone), nullable=False)


def batches(answer: Answer) -> Iterator[pa.RecordBatch]:
    """The readings, many to a batch: short series share one, a long series takes several."""
    schema = schema_of(answer)
    held: list[Block] = []
    size = 0
    for block in _cut(answer.blocks):
        if size + block.time.size > _BATCH_ROWS:
            yield _batch(held, schema)
            held, size = [], 0
        held.append(block)
        size += block.time.size
    if size:
        yield _batch(held, schema)


def _cut(blocks: Iterable[Block]) -> Iterator[Block]:
    for block in blocks:
        for start in range(0, block.time.size, _BATCH_ROWS):
            rows = slice(start, start + _BATCH_ROWS)
            yield Block(block.head, block.time[rows], block.value[rows])


def _batch(blocks: list[Block], schema: pa.Schema) -> pa.RecordBatch:
    sizes = [block.time.size for block in blocks]
    columns = [time_column(np.concatenate([block.time for block in blocks]), schema.field(0).type)]
    columns += [_dictionary([getattr(block.head, name) for block in blocks], sizes) for name in NAMES]
    columns.append(number_column(np.concatenate([_numbers(block.value) for block in blocks])))
    if "text" in schema.names:
        columns.append(pa.concat_arrays([_texts(block.value) for block in blocks]))
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def time_column(times: Times, kind: pa.DataType) -> pa.Array:
    """Times as a column, without a copy."""
    return pa.Array.from_buffers(kind, times.size, [None, pa.py_buffer(np.ascontiguousarray(times))])


def number_column(numbers: NDArray[Any]) -> pa.Array:
    """Numbers as a column; NaN is null."""
    missing = np.isnan(numbers)
    valid = pa.py_buffer(np.packbits(~missing, bitorder="little")) if missing.any() else None
    return pa.Array.from_buffers(pa.float64(), numbers.size, [valid, pa.py_buffer(np.ascontiguousarray(numbers))])


def text_column(values: Values) -> pa.Array:
    """Texts as a column; what is no text is null."""
    return texts_of([value if isinstance(value, str) else None for value in values.tolist()])


def _numbers(values: Values) -> NDArray[np.float64]:
    """The numbers of a block: of texts only their count is one."""
    if values.dtype != object:
        return values.astype(np.float64, copy=False)
    return np.array([np.nan if value is None or isinstance(value, str) else value for value in values], np.float64)


def _texts(values: Values) -> pa.Array:
    if values.dtype == object:
        return text_column(values)
    return pa.Array.from_buffers(
        pa.string(),
        values.size,
        [pa.py_buffer(bytes(values.size // 8 + 1)), pa.py_buffer(bytes(4 * values.size + 4)), pa.py_buffer(b"")],
    )


def _dictionary(names: list[str | None], sizes: list[int]) -> pa.Array:
    """A name a block as a column; what has none is null."""
    texts = list(dict.fromkeys(name for name in names if name is not None))
    known: dict[str | None, int] = {None: -1} | {text: number for number, text in enumerate(texts)}
    numbers = np.repeat(np.array([known[name] for name in names], np.int32), sizes)
    valid = pa.py_buffer(np.packbits(numbers >= 0, bitorder="little")) if (numbers < 0).any() else None
    indices = pa.Array.from_buffers(pa.int32(), numbers.size, [valid, pa.py_buffer(np.maximum(numbers, 0))])
    return pa.DictionaryArray.from_arrays(indices, texts_of(texts))


def _nothing(schema: pa.Schema) -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays([pa.nulls(0, kind) for kind in schema.types], schema=schema)
