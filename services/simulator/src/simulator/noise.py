"""Chance that can be asked again: the same seed, name and moment give the same number, in any order of asking."""

import math
import random
from functools import lru_cache


@lru_cache(maxsize=8192)
def _node(key: str, index: int) -> float:
    return random.Random(f"{key}/{index}").uniform(-1.0, 1.0)


def smooth(key: str, x: float) -> float:
    """A curve between -1 and 1 that wanders from one whole `x` to the next without a jump or a kink."""
    index = math.floor(x)
    share = x - index
    weight = share * share * (3.0 - 2.0 * share)
    return _node(key, index) * (1.0 - weight) + _node(key, index + 1) * weight


def jitter(key: str, index: int) -> float:
    """A number between -1 and 1 for each `index`, one as independent of the next as a sensor's noise; quick."""
    # splitmix64: its bits are well mixed, and it costs a tenth of seeding a generator.
    mixed = (_salt(key) + index * 0x9E3779B97F4A7C15) & 0xFFFFFFFFFFFFFFFF
    mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & 0xFFFFFFFFFFFFFFFF
    mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & 0xFFFFFFFFFFFFFFFF
    return (mixed ^ (mixed >> 31)) / 2.0**63 - 1.0


@lru_cache(maxsize=1024)
def _salt(key: str) -> int:
    return random.Random(key).getrandbits(64)
