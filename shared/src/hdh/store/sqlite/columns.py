"""Points in columns to rows, without an object for each point; parts that are not sound go point by point."""

from collections.abc import Sequence
from itertools import repeat
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from hdh.model import ALL_TIME, Place
from hdh.soundness import check_names, is_unicode
from hdh.store.columns import fits, has, is_text, points
from hdh.store.interface import Columns, Refusal
from hdh.store.sqlite.batch import Batch, FindId, SeriesIds, to_rows

_BY_SERIES_AND_TIME = itemgetter(0, 1)


def columns_to_rows(parts: Sequence[Columns], ids: SeriesIds, find_id: FindId, oldest: int) -> Batch:
    """As `to_rows`; the refusals' indexes count the rows of all parts."""
    batch = Batch()
    first = 0
    for part in parts:
        if not _add(batch, part, ids, find_id, oldest):
            rows = points(part, 0, len(part))
            found = to_rows([point for _, point in rows], ids, find_id, oldest)
            batch.numbers += found.numbers
            batch.texts += found.texts
            batch.refusals += [Refusal(first + rows[r.index][0], r.reason, r.detail) for r in found.refusals]
        first += len(part)
    # Sorting keeps the order among equals, so the last one given is written last.
    batch.numbers.sort(key=_BY_SERIES_AND_TIME)
    batch.texts.sort(key=_BY_SERIES_AND_TIME)
    return batch


def _add(batch: Batch, part: Columns, ids: SeriesIds, find_id: FindId, oldest: int) -> bool:
    """Add a part as a whole; whether it could be."""
    time = part.time
    if not len(time):
        return True
    if time.min() < oldest or time.max() >= ALL_TIME.stop:
        return False
    if not all(fits(name, values) and _sound(values) for name, values in part.fields.items()):
        return False
    try:
        check_names(part.measurement, part.place)
    except ValueError:
        return False
    key: tuple[str, Place] = (part.measurement, part.place)
    for name, values in part.fields.items():
        text = is_text(values)
        present = has(values)
        if not present.any():
            continue
        known = (ids.texts if text else ids.numbers).setdefault(key, {})
        if name not in known:
            known[name] = find_id(*key, name)
        rows = zip(repeat(known[name]), _some(time, present).tolist(), _some(values, present).tolist(), strict=False)
        (batch.texts if text else batch.numbers).extend(rows)
    return True


def _some(values: NDArray[np.generic], present: NDArray[np.bool_]) -> NDArray[np.generic]:
    return values if present.all() else values[present]


def _sound(values: NDArray[np.generic]) -> bool:
    if is_text(values):  # type: ignore[arg-type]
        return all(value is None or (isinstance(value, str) and is_unicode(value)) for value in values)
    return not np.isinf(values.astype(np.float64)).any()
