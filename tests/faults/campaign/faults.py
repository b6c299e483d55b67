"""The faults of a campaign: each is done to a running stack, holds for a while, and is healed."""

import random
import shutil
import socket
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TypeAlias

from hdh.mqtt import packets
from tests.common import first_format
from tests.common.eventually import eventually
from tests.common.proxy import OPEN, Proxy, Wire
from tests.common.servers import Server
from tests.faults.campaign.stack import BEFORE_MS, Stack

Fault: TypeAlias = Callable[[Stack, random.Random], Iterator[None]]
"""Done up to its yield, healed after it."""

_STATUS = {
    500: "Internal Server Error",
    503: "Service Unavailable",
    429: "Too Many Requests",
    413: "Request Entity Too Large",
    401: "Unauthorized",
}
_BODY = b'{"error": "not now"}'
_WIRES = {
    "is delayed": lambda drawn: Wire(delay=drawn.uniform(0.05, 0.5)),
    "is slow": lambda drawn: Wire(rate=drawn.randrange(2_000, 100_000)),
    "is half open": lambda _: Wire(is_held=True),
    "is cut off": lambda _: Wire(is_closed=True),
    "breaks off in the middle": lambda drawn: Wire(limit=drawn.randrange(1, 200_000)),
}
KILLED = "is killed"
_STORM_CUTS = 10
_TWICE = "ingest's client id comes twice"
_JUMPS = "the clock jumps by an hour"
_FULL = "the {}'s disk is full"
_DISKS = ("journal", "store")
_TAKES_OVER = (2, 0, 21)
"""Mosquitto 2.0.11, after a session was taken over while many messages waited, sends again what was acknowledged."""
_LEFT_BYTES = 256 * 1024
"""A disk is made this much larger than what is on it, which is written in a moment."""


def _killed(name: str, server: Callable[[Stack], Server]) -> dict[str, Fault]:
    def kill(stack: Stack, drawn: random.Random) -> Iterator[None]:
        server(stack).kill()
        if drawn.random() < 0.25:
            # Also while it starts.
            server(stack).start_and_leave()
            time.sleep(drawn.uniform(0.1, 1.5))
            server(stack).kill()
        yield
        _start(server(stack))

    def freeze(stack: Stack, drawn: random.Random) -> Iterator[None]:
        del drawn
        server(stack).freeze()
        yield
        server(stack).thaw()

    return {f"{name} {KILLED}": kill, f"{name} stands still": freeze}


def upgrade(stack: Stack, drawn: random.Random) -> Iterator[None]:
    """Ingest ends, and the next release goes on: on a journal of the first format, with other routes."""
    stack.ingest.kill()
    first_format.rewrite(max(stack.ingest.journal.glob("segment-*.db")))
    yield
    stack.name_site("Upgraded", is_routed=drawn.random() < 0.5)
    _start(stack.ingest)


def _start(server: Server) -> None:
    """Start it, unless another fault has killed it too and started it."""
    assert server.process
    if server.process.poll() is not None:
        server.start_anyhow(seconds=120)


def _wired(name: str, way: Callable[[Stack], Proxy | None]) -> dict[str, Fault]:
    def wire(make: Callable[[random.Random], Wire]) -> Fault:
        def change(stack: Stack, drawn: random.Random) -> Iterator[None]:
            proxy = way(stack)
            assert proxy
            wanted = make(drawn)
            proxy.set(wanted)
            if wanted.is_closed or wanted.answer:
                proxy.cut()
            yield
            proxy.set(OPEN)
            if wanted.is_held or wanted.rate:
                # What waits in a slow pipe is another matter; half-open connections end some time.
                proxy.cut()

        return change

    return {f"the way from {name} {what}": wire(make) for what, make in _WIRES.items()}


def _answered(status: int) -> Fault:
    retry = "Retry-After: 1\r\n" if status in {429, 503} else ""
    head = f"HTTP/1.1 {status} {_STATUS[status]}\r\n{retry}Content-Length: {len(_BODY)}\r\nConnection: close\r\n\r\n"

    def change(stack: Stack, drawn: random.Random) -> Iterator[None]:
        del drawn
        assert stack.store_way
        stack.store_way.set(Wire(answer=head.encode() + _BODY))
        stack.store_way.cut()
        yield
        stack.store_way.set(OPEN)

    return change


def storm(stack: Stack, drawn: random.Random) -> Iterator[None]:
    """All gateways reconnect at once, again and again."""
    for _ in range(_STORM_CUTS):
        stack.gateways_way.cut()
        time.sleep(drawn.uniform(0.05, 0.5))
    yield


def same_id(stack: Stack, drawn: random.Random) -> Iterator[None]:
    """Another client comes under ingest's client id, takes messages and acknowledges none."""
    for _ in range(drawn.randrange(1, 4)):
        with socket.create_connection(("127.0.0.1", stack.broker.port), timeout=5) as intruder:
            intruder.sendall(packets.connect(stack.ingest.client_id, is_clean=False))
            time.sleep(drawn.uniform(0.05, 0.5))
    yield


def site(stack: Stack, drawn: random.Random) -> Iterator[None]:
    """The site file is broken, then another."""
    if drawn.random() < 0.5:
        stack.break_site()
    yield
    stack.name_site(f"Campaign {drawn.randrange(1_000)}")


def jump(stack: Stack, drawn: random.Random) -> Iterator[None]:
    """The clock jumps back by an hour, and forth again.

    A millisecond that passes twice would be no fault but the contract: in a campaign of hours it jumps by more hours.
    """
    del drawn
    assert stack.clock
    age = time.time() - (stack.start + BEFORE_MS) / 1000
    stack.clock.move(-3600 * (1 + int(age // 1800)))
    yield
    stack.clock.move(0)


def locked(stack: Stack, drawn: random.Random) -> Iterator[None]:
    """Another program holds the SQLite store's file for itself."""
    del drawn
    path = stack.store_url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(path, isolation_level=None, timeout=60)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


def _full(name: str) -> Fault:
    def fill(stack: Stack, drawn: random.Random) -> Iterator[None]:
        del drawn
        disk = stack.disks[name]
        # It is written to meanwhile, and what is there already has to fit.
        eventually(lambda: _resize(disk, str(shutil.disk_usage(disk).used + _LEFT_BYTES)))
        yield
        _resize(disk, "8g")

    return fill


def _resize(disk: Path, size: str) -> bool:
    subprocess.run(["mount", "-o", f"remount,size={size}", disk], check=True)
    return True


def faults_for(stack: Stack) -> dict[str, Fault]:
    """The faults that can be done to a stack, by name."""
    found = {
        **_killed("ingest", lambda stack: stack.ingest),
        **_killed("the api", lambda stack: stack.api),
        **_wired("gateways to broker", lambda stack: stack.gateways_way),
        **_wired("broker to ingest", lambda stack: stack.ingest_way),
        "gateways reconnect in a storm": storm,
        _TWICE: same_id,
        "the site file changes": site,
        _JUMPS: jump,
        f"ingest {KILLED}, and another release goes on": upgrade,
        **{_FULL.format(name): _full(name) for name in _DISKS},
    }
    if (influxd := stack.influxd) is None:
        found["the store is locked"] = locked
    else:
        # InfluxDB 1 confirms what it writes behind an entry that a full disk tore, and forgets it when it is killed.
        del found[_FULL.format("store")]
        found |= _killed("the store", lambda _: influxd)
        found |= _wired("ingest to store", lambda stack: stack.store_way)
        found |= {f"the store answers {status}": _answered(status) for status in _STATUS}
    return {name: fault for name, fault in found.items() if name not in not_tried(stack)}


def not_tried(stack: Stack) -> dict[str, str]:
    """Faults that cannot be done here, and what it lacks."""
    full = [_FULL.format(name) for name in _DISKS if name not in stack.disks]
    found = dict.fromkeys(full, "the right to mount a small disk")
    if stack.broker.version < _TAKES_OVER:
        found[_TWICE] = f"Mosquitto {'.'.join(map(str, _TAKES_OVER))} or newer"
    if not stack.clock:
        found[_JUMPS] = "a C compiler"
    return found


@contextmanager
def held(fault: Fault, stack: Stack, drawn: random.Random) -> Iterator[None]:
    """A fault for as long as the block takes."""
    steps = fault(stack, drawn)
    next(steps)
    try:
        yield
    finally:
        next(steps, None)
