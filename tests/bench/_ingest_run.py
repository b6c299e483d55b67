"""One run of the ingest bench: broker, store and ingest afresh, messages published, CPU time taken, and all counted."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psutil

from hdh.store import open_reader
from hdh.store.interface import Selection
from tests.bench._messages import DEVICES, PROJECT, number_of, start_of_times
from tests.common.ingest import Ingest
from tests.common.servers import Influxd, Mosquitto, unique

_PATIENCE_SECONDS = 300
_EVERY_SECONDS = 0.1
_ASK_EVERY_SECONDS = 0.02
_BEFORE = 40_000
"""Messages that come before the idle ones: after them the journal's write-ahead log grows no more."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run went.

    Attributes:
        messages: how many the broker acknowledged to the gateway.
        stored: how many of them the store holds.
        cpu: seconds of user and system time of the ingest process.
        seconds: from the first message published until the last was written.
        memory: the most resident memory of ingest, bytes.
    """

    messages: int
    stored: int
    cpu: float
    seconds: float
    memory: int

    @property
    def microseconds(self) -> float:
        """Of CPU, a message."""
        return self.cpu / self.messages * 1e6

    @property
    def rate(self) -> float:
        """Messages a second."""
        return self.messages / self.seconds


class World:
    """A broker, a store and an ingest, each a real process of its own.

    Args:
        folder: where their files are.
        store: `influxdb` or `sqlite`.
    """

    def __init__(self, folder: Path, store: str) -> None:
        self.folder = folder
        self.start = start_of_times()
        self._stack = ExitStack()
        self.broker = self._stack.enter_context(Mosquitto(folder / "broker"))
        self.influxd = self._stack.enter_context(Influxd(folder / "influxd")) if store == "influxdb" else None
        self.store = self.influxd.url if self.influxd else f"sqlite:///{folder}/store.db"
        self.ingest = self._stack.enter_context(
            Ingest(folder / "ingest", self.broker.url, self.store, HDH_LOG_LEVEL="warning")
        )
        assert self.ingest.process is not None
        self._process = psutil.Process(self.ingest.process.pid)

    def close(self) -> None:
        """End them all."""
        self._stack.close()

    def cpu(self) -> float:
        """Seconds of user and system time of ingest so far."""
        used = self._process.cpu_times()
        return used.user + used.system

    def stored(self) -> int:
        """How many messages the store holds."""
        return stored(self.store)

    def outcome(self, messages: int, cpu: float, seconds: float) -> Outcome:
        """How it went; an error if not every acknowledged message was written and is stored."""
        status = self.ingest.status()
        found = Outcome(messages, self.stored(), cpu, seconds, self.ingest.memory())
        assert (status["received"], status["written"], found.stored) == (messages, messages, messages), (status, found)
        return found


def stored(url: str, token: str | None = None) -> int:
    """How many messages a store holds."""
    reader = open_reader(url, token)
    try:
        return sum(found.count for found in reader.series(Selection(PROJECT, quantities=("temperature",))))
    finally:
        reader.close()


@contextmanager
def world(folder: Path, store: str) -> Iterator[World]:
    """A world that ends."""
    made = World(folder / unique("world"), store)
    try:
        yield made
    finally:
        made.close()


@contextmanager
def gateway(made: World, kind: str, count: int, *options: str, first: int = 0) -> Iterator[IO[str]]:
    """A gateway that publishes from here on; its output's last line is how many messages were acknowledged."""
    with publishing(made.broker.port, kind, first, count, made.start, *options) as output:
        yield output


@contextmanager
def publishing(*arguments: object) -> Iterator[IO[str]]:
    """A gateway with these arguments that publishes from here on, and its output."""
    with program("tests.bench._gateway", *arguments) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write("\n")
        process.stdin.flush()
        yield process.stdout


@contextmanager
def program(module: str, *arguments: object) -> Iterator[subprocess.Popen[str]]:
    """A module as a process that has said that it is prepared."""
    command = [sys.executable, "-m", module, *map(str, arguments)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "prepared\n"
            yield process
        finally:
            process.kill()


def wait(made: World, what: str, count: int) -> None:
    """Wait until one of ingest's counters is there."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while made.ingest.status()[what] < count:
        assert time.monotonic() < deadline, made.ingest.status()
        time.sleep(_EVERY_SECONDS)


def full_rate(folder: Path, store: str, kind: str, count: int) -> Outcome:
    """As fast as it goes, from the gateway to the store."""
    with world(folder, store) as made:
        warmed = count // 20
        _publish(made, kind, warmed)
        wait(made, "written", warmed)
        cpu, began = made.cpu(), _publish(made, kind, count, first=warmed)
        wait(made, "written", warmed + count)
        cpu, seconds = made.cpu() - cpu, time.monotonic() - began
        whole = made.outcome(warmed + count, cpu, seconds)
        return Outcome(count, whole.stored - warmed, cpu, seconds, whole.memory)


@dataclass(frozen=True, slots=True)
class Pending:
    """How a store's absence went.

    Attributes:
        messages: how many waited.
        memory: the most resident memory while they came in, bytes.
        rate: messages a second that were written once the store was back.
        memory_then: the most resident memory meanwhile, bytes.
    """

    messages: int
    memory: int
    rate: float
    memory_then: int


def store_away(folder: Path, kind: str, count: int) -> Pending:
    """The store is away while so many messages come, and then comes back."""
    with world(folder, "influxdb") as made:
        assert made.influxd is not None
        _publish(made, kind, 1_000)
        wait(made, "written", 1_000)
        made.influxd.stop()
        _publish(made, kind, count, first=1_000)
        wait(made, "received", 1_000 + count)
        memory = made.ingest.memory()
        cpu = made.cpu()
        made.influxd.start()
        # It is tried again when its waiting time is over: the clock starts with the first message written.
        wait(made, "written", 1_001)
        begun, began = made.ingest.status()["written"], time.monotonic()
        wait(made, "written", 1_000 + count)
        seconds = time.monotonic() - began
        found = made.outcome(1_000 + count, made.cpu() - cpu, seconds)
        return Pending(count, memory, (1_000 + count - begun) / seconds, found.memory)


def latency(folder: Path, store: str, rate: int, seconds: int) -> tuple[float, float]:
    """Milliseconds from publishing until the store answers with it, median and 99 of 100, at so many a second."""
    with world(folder, store) as made, ExitStack() as stack:
        count, sent_at = rate * seconds, made.folder / "sent_at"
        _publish(made, "native", DEVICES)
        wait(made, "written", DEVICES)
        reader = open_reader(made.store)
        stack.callback(reader.close)
        output = stack.enter_context(
            gateway(made, "native", count, "--rate", str(rate), "--sent-at", str(sent_at), first=DEVICES)
        )
        seen: list[tuple[float, int]] = []
        selection = Selection(PROJECT, quantities=("temperature",))
        while not seen or seen[-1][1] < count:
            # Messages go around the devices, and a project's are written in order: the newest tells of all before it.
            newest = max((each.time, each.series.device) for each in reader.latest(selection))[0]
            seen.append((time.time(), number_of(newest, made.start) - DEVICES + 1))
            # Asking all the time would take the processor from those who are measured.
            time.sleep(_ASK_EVERY_SECONDS)
        assert int(output.readline()) == count
        made.outcome(DEVICES + count, 0.0, float(seconds))
        waits = []
        for number, sent in enumerate(map(float, sent_at.read_text().split())):
            while seen[0][1] <= number:
                seen.pop(0)
            waits.append((seen[0][0] - sent) * 1000)
        waits.sort()
        return waits[len(waits) // 2], waits[len(waits) * 99 // 100]


def idle(folder: Path, store: str, seconds: int) -> float:
    """The share of a core, in percent, that 100 devices at one message a minute take, after many messages came."""
    count = seconds * 100 // 60
    with world(folder, store) as made:
        _publish(made, "native", _BEFORE)
        wait(made, "written", _BEFORE)
        cpu, began = made.cpu(), time.monotonic()
        with gateway(made, "native", count, "--rate", str(100 / 60), first=_BEFORE) as output:
            assert int(output.readline()) == count
        share = (made.cpu() - cpu) / (time.monotonic() - began)
        wait(made, "written", _BEFORE + count)
        made.outcome(_BEFORE + count, 0.0, 1.0)
        return share * 100


def _publish(made: World, kind: str, count: int, first: int = 0) -> float:
    """Publish; when that began, by the monotonic clock: the packets are made before."""
    with gateway(made, kind, count, first=first) as output:
        began = time.monotonic()
        assert int(output.readline()) == count
        return began
