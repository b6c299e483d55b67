"""How long `/v1/latest` takes for 1,000 series at a steady rate: `python -m tests.bench.latest`.

The api runs on one core, the asking on another; each request leaves at its time, whether or not the one before it has
come back, so that a slow answer shows in those that wait behind it.
"""

import argparse
import asyncio
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import psutil

from hdh.model import Place, Point
from tests.common.api import Api
from tests.common.servers import Influxd, find
from tests.common.stores import put

SERIES = 1_000
RATE = 50
WARM_SECONDS = 2
TARGET_MS = 30.0
_TIME = 1_767_225_600_000
_QUANTITIES = ("temperature", "humidity", "co2", "pressure")


def found() -> Iterator[Point]:
    """Ten minutes of 250 devices of four quantities each, in 25 houses."""
    for minute in range(10):
        for device in range(SERIES // len(_QUANTITIES)):
            place = Place(f"house-{device % 25:02}", f"room-{device % 7}", f"device-{device:03}")
            fields: dict[str, float | str] = dict.fromkeys(_QUANTITIES, 20.0 + device + minute)
            yield Point("climate", place, _TIME + minute * 60_000, fields)


async def ask(url: str, seconds: float) -> list[float]:
    """Ask at a steady rate; how long each answer took, in milliseconds from when it was due."""
    async with httpx.AsyncClient(timeout=60, trust_env=False) as client:
        began = time.perf_counter()

        async def one(number: int) -> float:
            due = began + number / RATE
            await asyncio.sleep(due - time.perf_counter())
            answer = await client.get(url)
            assert answer.status_code == 200, answer.text
            return (time.perf_counter() - due) * 1000

        return await asyncio.gather(*(one(number) for number in range(int(seconds * RATE))))


def measure(folder: Path, store: str, seconds: float) -> str:
    """A line of figures for one store."""
    put(store, {"bench": found()})
    with Api(folder, store) as api:
        assert api.process is not None
        url = f"{api.url}/v1/latest?project=bench"
        if hasattr(os, "sched_setaffinity"):
            first, *others = sorted(os.sched_getaffinity(0))
            os.sched_setaffinity(api.process.pid, {first})
            os.sched_setaffinity(0, set(others) or {first})
        process = psutil.Process(api.process.pid)
        answer = httpx.get(url, trust_env=False, timeout=60)
        cpu = sum(process.cpu_times()[:2])
        # Without the first ones, which open connections.
        took = sorted(asyncio.run(ask(url, WARM_SECONDS + seconds))[WARM_SECONDS * RATE :])
        cpu = (sum(process.cpu_times()[:2]) - cpu) / (len(took) + WARM_SECONDS * RATE) * 1000
        if hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(0, {first, *others})
    p50, p99 = took[len(took) // 2], took[int(len(took) * 0.99)]
    says = "holds" if p99 <= TARGET_MS else "does not hold"
    size = f"{len(answer.json()['latest']):>7,} {len(answer.content) / 1024:>8.0f} {len(took):>9,}"
    times = f"{p50:>8.1f} {p99:>8.1f} {took[-1]:>8.1f} {cpu:>15.1f}"
    return f"{store.partition(':')[0]:>9} {size} {times}   p99 <= {TARGET_MS:g} ms {says}"


def main() -> None:
    """Print a line for each store."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20, help="how long to ask each store")
    seconds = parser.parse_args().seconds
    print("    store  series      KiB  requests   p50 ms   p99 ms   max ms  CPU ms/request")  # noqa: T201
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        stores = [f"sqlite:///{folder}/store.db"]
        if find("influxd"):
            stores.append(stack.enter_context(Influxd(folder / "influxd")).url)
        for number, store in enumerate(stores):
            print(measure(folder / str(number), store, seconds), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
