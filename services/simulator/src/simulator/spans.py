"""Lengths of time as people write them."""

import re

from hdh.errors import Invalid

_UNITS = {"s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}
_SPAN = re.compile(r"(\d+)([smhdw])")


def parse_span(text: str) -> int:
    """`90s`, `30m`, `12h`, `7d`, `2w` in ms; `0` is none.

    Raises:
        Invalid: it is no such length.
    """
    if text == "0":
        return 0
    if match := _SPAN.fullmatch(text):
        return int(match[1]) * _UNITS[match[2]]
    raise Invalid("It is no length of time.", parameter="--backfill", value=text, remedy="Give 12h, 7d or 0 for none.")
