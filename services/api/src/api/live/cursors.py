"""What a listener has heard: a cursor of each ingest, as one opaque word for `Last-Event-ID`."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as BadBase64
from typing import TypeAlias

import msgspec

from hdh.errors import Invalid

Cursors: TypeAlias = list[str | None]
"""By slot; None where nothing was heard of it yet."""

_decoder = msgspec.json.Decoder(list[str | None])


def spell(cursors: Cursors) -> str:
    """As `parse` reads it."""
    return urlsafe_b64encode(msgspec.json.encode(cursors)).decode().rstrip("=")


def parse(text: str) -> Cursors:
    """Read what `spell` wrote.

    Raises:
        Invalid: it is none of ours.
    """
    try:
        return _decoder.decode(urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4)))
    except (BadBase64, ValueError, msgspec.MsgspecError):
        remedy = "Take the id of an event as it came, or leave it away to hear what comes from now on."
        raise Invalid("is no event's id.", parameter="last_event_id", value=text, remedy=remedy) from None
