"""CPU of the api beyond the store's, for 100,000 readings in each format: `python -m tests.bench.readings_formats`."""

import statistics
import time
from zoneinfo import ZoneInfo

import numpy as np

from api.answers import Answer, Block, Head
from api.formats import FORMATS, Format

POINTS = 100_000
ROUNDS = 15
HEAD = Head("toe", "koivula", "kitchen", "air-1", "temperature", "Cel", ZoneInfo("Europe/Helsinki"))


def blocks() -> list[Block]:
    """A series as the store hands it out, every ten seconds."""
    values = np.round(20 + 5 * np.sin(np.arange(POINTS) / 1000) + np.random.default_rng(1).normal(0, 0.1, POINTS), 2)
    times = 1_700_000_000_000 + np.arange(POINTS) * 10_000
    return [Block(HEAD, times[n : n + 65_536], values[n : n + 65_536]) for n in range(0, POINTS, 65_536)]


def measure(form: Format, held: list[Block]) -> tuple[float, int]:
    """Milliseconds of CPU, the median of some rounds, and bytes of the body."""
    spent, size = [], 0
    for _ in range(ROUNDS):
        began = time.process_time()
        size = sum(len(piece) for piece in form.encode(Answer({}, iter(held), form.style, HEAD.zone, has_text=False)))
        spent.append((time.process_time() - began) * 1000)
    return statistics.median(spent), size


def main() -> None:
    """Print a line for each format."""
    held = blocks()
    for form in FORMATS.values():
        spent, size = measure(form, held)
        wanted = "; wanted at most 15" if form.name == "json" else ""
        print(f"{form.name:8} {spent:6.1f} ms, {size:10,} bytes{wanted}", flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
