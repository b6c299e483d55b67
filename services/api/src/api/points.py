"""So many readings of each series for a plot: real ones, by MinMaxLTTB; the first, the last and the extremes stay."""

from collections.abc import Iterable, Iterator
from itertools import groupby

import numpy as np
from tsdownsample import MinMaxLTTBDownsampler

from hdh.store.interface import Chunk

FEWEST = 5
"""The ends, the extremes, and one point between them."""
MOST = 100_000

# LTTB chooses of so many candidates a point, as its authors advise.
_CANDIDATES = 4
_ALWAYS = 2


def downsampled(chunks: Iterable[Chunk], points: int) -> Iterator[Chunk]:
    """Each series in one chunk of at most so many readings; text and windows without a value are left out.

    Args:
        chunks: series by series, each ascending.
        points: FEWEST or more.
    """
    for series, group in groupby(chunks, key=lambda chunk: chunk.series):
        if series.is_text:
            continue
        parts = list(group)
        time = np.concatenate([part.time for part in parts])
        value = np.concatenate([part.value for part in parts]).astype(np.float64)
        known = ~np.isnan(value)
        time, value = time[known], value[known]
        if len(time) > points:
            # Within a bucket LTTB may prefer another reading to the greatest of all.
            extremes = [int(np.argmin(value)), int(np.argmax(value))]
            chosen = MinMaxLTTBDownsampler().downsample(time, value, n_out=points - _ALWAYS, minmax_ratio=_CANDIDATES)
            kept = np.union1d(chosen.astype(np.intp), extremes)
            time, value = time[kept], value[kept]
        yield Chunk(series, time, value)
