"""The forms that readings can take, one file each, registered here."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from api.answers import Answer, TimeStyle
from api.formats import arrow, csv, json, ndjson, parquet
from api.wide import Table


@dataclass(frozen=True, slots=True)
class Format:
    """One form.

    Attributes:
        name: as `format=` knows it.
        media_type: as `Accept` knows it and `Content-Type` says it.
        suffix: of a file that holds it.
        encode: the answer as bytes, piece by piece, in constant memory.
        encode_wide: the same for the wide layout.
        style: how times are written where the request does not say.
        is_capped: whether an answer may be too large for it.
        is_file: whether a browser should save it, not show it.
        is_compressible: whether it is not compressed in itself.
    """

    name: str
    media_type: str
    suffix: str
    encode: Callable[[Answer], Iterator[bytes]]
    encode_wide: Callable[[Table], Iterator[bytes]]
    style: TimeStyle
    is_capped: bool = False
    is_file: bool = True
    is_compressible: bool = True


FORMATS = {
    known.name: known
    for known in (
        Format(
            name="json",
            media_type="application/json",
            suffix="json",
            encode=json.encode,
            encode_wide=json.encode_wide,
            style=TimeStyle.MS,
            is_capped=True,
            is_file=False,
        ),
        Format("csv", "text/csv", "csv", csv.encode, csv.encode_wide, TimeStyle.ISO),
        Format("csv-fi", "text/csv", "csv", csv.encode_finnish, csv.encode_wide_finnish, TimeStyle.ISO),
        Format(
            name="ndjson",
            media_type="application/x-ndjson",
            suffix="ndjson",
            encode=ndjson.encode,
            encode_wide=ndjson.encode_wide,
            style=TimeStyle.MS,
            is_file=False,
        ),
        Format(
            name="parquet",
            media_type="application/vnd.apache.parquet",
            suffix="parquet",
            encode=parquet.encode,
            encode_wide=parquet.encode_wide,
            style=TimeStyle.MS,
            is_compressible=False,
        ),
        Format(
            name="arrow",
            media_type="application/vnd.apache.arrow.stream",
            suffix="arrows",
            encode=arrow.encode,
            encode_wide=arrow.encode_wide,
            style=TimeStyle.MS,
        ),
    )
}
