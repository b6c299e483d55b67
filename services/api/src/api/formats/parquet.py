"""Readings as a Parquet file, written a row group at a time."""

from collections.abc import Iterable, Iterator

import pyarrow as pa
from pyarrow import parquet

from api.answers import Answer
from api.formats.arrow import batches, end_of, schema_of, wide_batches, wide_schema_of
from api.formats.outbox import Outbox
from api.wide import Table

# A row group is held while it is collected and written: some 20 MB, 290,000 rows of a tidy table.
_GROUP_CELLS = 2_359_296


def encode(answer: Answer) -> Iterator[bytes]:
    """The answer in pieces. A file without its footer is none."""
    return write(schema_of(answer), batches(answer))


def encode_wide(table: Table) -> Iterator[bytes]:
    """The table in pieces; the metadata of each column say of which series and unit it is."""
    schema = wide_schema_of(table)
    return write(schema, wide_batches(table, schema))


def write(schema: pa.Schema, found: Iterable[pa.RecordBatch]) -> Iterator[bytes]:
    """Batches as a Parquet file, in pieces; the footer says how many rows there are."""
    outbox = Outbox()
    writer = parquet.ParquetWriter(
        outbox,
        schema,
        compression="zstd",
        use_dictionary=[field.name for field in list(schema)[1:]],
        # The first column is time. Millions of different ones are no dictionary, but their differences are small.
        column_encoding={schema.field(0).name: "DELTA_BINARY_PACKED"},
    )
    rows = 0
    for group in _groups(found):
        # One dictionary for the whole group: where it changes on the way, names would be written out for every row.
        writer.write_table(group.unify_dictionaries())
        rows += group.num_rows
        yield from outbox.taken()
    writer.add_key_value_metadata(end_of(rows))
    writer.close()
    yield from outbox.taken()


def _groups(found: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    held: list[pa.RecordBatch] = []
    size = 0
    for batch in found:
        held.append(batch)
        size += batch.num_rows * batch.num_columns
        if size >= _GROUP_CELLS:
            yield pa.Table.from_batches(held)
            held, size = [], 0
    if held:
        yield pa.Table.from_batches(held)
