"""The forms that readings can take, one file each, registered here."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from api.answers import Answer, TimeStyle
from api.formats import arrow, csv, json, ndjson, parquet


@dataclass(frozen=True, slots=True)
class Format:
    """One form.

    Attributes:
        name: as `format=` knows it.
        media_type: as `Accept` knows it and `Content-Type` says it.
        suffix: of a file that holds it.
        encode: the answer as bytes, piece by piece, in constant memory.
        style: how times are written where the request does not say.
        is_capped: whether an answer may be too large for it.
        is_file: whether a browser should save it, not show it.
    """

    name: str
    media_type: str
    suffix: str
    encode: Callable[[Answer], Iterator[bytes]]
    style: TimeStyle
    is_capped: bool = False
    is_file: bool = True


FORMATS = {
    known.name: known
    for known in (
        Format("json", "application/json", "json", json.encode, TimeStyle.MS, is_capped=True, is_file=False),
        Format("csv", "text/csv", "csv", csv.encode, TimeStyle.ISO),
        Format("csv-fi", "text/csv", "csv", csv.encode_finnish, TimeStyle.ISO),
        Format("ndjson", "application/x-ndjson", "ndjson", ndjson.encode, TimeStyle.MS, is_file=False),
        Format("parquet", "application/vnd.apache.parquet", "parquet", parquet.encode, TimeStyle.MS),
        Format("arrow", "application/vnd.apache.arrow.stream", "arrows", arrow.encode, TimeStyle.MS),
    )
}
