"""The name under which an answer is saved: what it holds and from when to when."""

import re
from collections.abc import Mapping
from itertools import chain

from api.formats import Format
from api.selections import Filters
from hdh.times import from_ms

_MOST = 100


def disposition(form: Format, filters: Filters, query: Mapping[str, object]) -> str:
    """The header Content-Disposition: `attachment; filename="toe-temperature-2026-03-01-2026-04-01.csv"`."""
    kind = "attachment" if form.is_file else "inline"
    names = chain(filters.project, filters.house, filters.room, filters.device, filters.quantity)
    days = (_day(query.get(edge)) for edge in ("start", "stop"))
    # Names may hold anything, and a header may not.
    words = [re.sub(r"[^A-Za-z0-9_.]+", "-", word).strip("-.") for word in (*names, *days) if word]
    stem = "-".join(filter(None, words))
    return f'{kind}; filename="{stem if 0 < len(stem) <= _MOST else "readings"}.{form.suffix}"'


def _day(moment: object) -> str | None:
    if isinstance(moment, int):
        return f"{from_ms(moment):%Y-%m-%d}"
    return str(moment)[:10] if moment else None
