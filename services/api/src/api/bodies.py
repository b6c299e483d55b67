"""Readings as a response: sent whole where they are few, else streamed while they are read."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from enum import StrEnum

from fastapi import Response

from api.answers import Answer
from api.encodings import chosen_encoding
from api.filenames import disposition
from api.formats import Format
from api.iterators import close
from api.selections import Filters
from api.services import Services
from api.spool import Spool
from api.streams import Stream
from api.wide import Layout, Limits, widen


class End(StrEnum):
    """What stands at the end of formats of lines: nothing, or a line that says how many there were."""

    NONE = "none"
    LINE = "line"


@dataclass(frozen=True, slots=True)
class Form:
    """What a body should look like.

    Attributes:
        format: how readings are written.
        layout: how they lie.
        end: what stands at the end of formats of lines.
        accept_encoding: the request's header.
        filters: what was asked for, which names the file.
    """

    format: Format
    layout: Layout
    end: End
    accept_encoding: str | None
    filters: Filters


@dataclass(frozen=True, slots=True)
class _Encoded:
    """A body in pieces, and its number of rows where that is known before."""

    pieces: Iterator[bytes]
    rows: int | None


def response(found: Answer, form: Form, shared: Services) -> Response:
    """The answer as a response; reading ends with it, whatever happens.

    Raises:
        Invalid: it is too much for the wide layout.
        Retryable: the store went away before the answer began.
    """
    with ExitStack() as held:
        held.callback(close, found.blocks)
        encoded = _encoded(replace(found, has_end=form.end is End.LINE), form, shared, held)
        headers = {
            "Content-Disposition": disposition(form.format, form.filters, found.query),
            "HDH-Query": json.dumps(found.query),
        }
        media_type = form.format.media_type
        if encoded.rows is not None and found.rows is not None:
            body = b"".join(encoded.pieces)
            return Response(body, media_type=media_type, headers=headers | {"HDH-Rows": str(encoded.rows)})
        return Stream(
            encoded.pieces,
            close=held.pop_all().close,
            failed=shared.metrics.aborted.inc,
            media_type=media_type,
            headers=headers,
            encoding=chosen_encoding(form.accept_encoding) if form.format.is_compressible else None,
        )


def _encoded(found: Answer, form: Form, shared: Services, held: ExitStack) -> _Encoded:
    if form.layout is Layout.TIDY:
        return _Encoded(form.format.encode(found), found.rows)
    spool = held.enter_context(Spool(shared.folder))
    limits = Limits(shared.wide_readings, shared.json_readings if form.format.is_capped else None)
    table = widen(found, spool, limits)
    return _Encoded(form.format.encode_wide(table), table.count)
