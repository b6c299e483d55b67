"""The forms that readings can take, one file each, registered here."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from api.answers import Answer, TimeStyle
from api.formats import csv, json


@dataclass(frozen=True, slots=True)
class Format:
    """One form.

    Attributes:
        name: as `format=` knows it.
        media_type: as `Accept` knows it and `Content-Type` says it.
        encode: the answer as bytes, piece by piece, in constant memory.
        style: how times are written where the request does not say.
        is_capped: whether an answer may be too large for it.
    """

    name: str
    media_type: str
    encode: Callable[[Answer], Iterator[bytes]]
    style: TimeStyle
    is_capped: bool = False


FORMATS = {
    known.name: known
    for known in (
        Format("json", "application/json", json.encode, TimeStyle.MS, is_capped=True),
        Format("csv", "text/csv", csv.encode, TimeStyle.ISO),
    )
}
