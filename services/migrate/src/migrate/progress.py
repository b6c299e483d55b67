"""How far it is: a bar for a person, lines of JSON for a program, or nothing."""

import json
import sys
import time
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Protocol, Self

from rich.console import Console
from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

_LINE_SECONDS = 1.0


class Progress(Protocol):
    """Is told how far it is."""

    def begin(self, size: int) -> None:
        """There is so much, in the source's own measure."""

    def readings(self, count: int) -> None:
        """So many more readings went on."""

    def chunk_done(self, size: int, *, moved: bool) -> None:
        """A chunk is done, now or by an earlier run."""

    def waiting(self, why: str) -> None:
        """It waits, or goes on when the text is empty."""

    def end(self) -> None:
        """All is done."""


class _Count:
    """Counts, and how fast."""

    def __init__(self, what: str) -> None:
        self.what = what
        self.size = self.done = self.moved = self.count = 0
        self.why = ""
        self.began = time.monotonic()

    def begin(self, size: int) -> None:
        self.size = size
        self.began = time.monotonic()
        self.show(force=True)

    def readings(self, count: int) -> None:
        self.count += count
        self.show()

    def chunk_done(self, size: int, *, moved: bool) -> None:
        self.done += size
        self.moved += size if moved else 0
        self.show()

    def waiting(self, why: str) -> None:
        self.why = why
        self.show(force=True)

    def end(self) -> None:
        self.done = self.size
        self.show(force=True)

    @property
    def seconds(self) -> float:
        return max(time.monotonic() - self.began, 1e-9)

    @property
    def rate(self) -> float:
        return self.count / self.seconds

    @property
    def left_seconds(self) -> float | None:
        """By what was moved now: what an earlier run did took no time."""
        if not self.moved:
            return None
        return (self.size - self.done) / (self.moved / self.seconds)

    def show(self, *, force: bool = False) -> None:
        """Tell it, if it is time to."""


class Quiet(_Count, AbstractContextManager["Quiet"]):
    """Says nothing."""

    def __exit__(self, *_: object) -> None:
        """Nothing is open."""


class JsonLines(_Count, AbstractContextManager["JsonLines"]):
    """A line of JSON on standard output, now and then."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self._shown = 0.0

    def show(self, *, force: bool = False) -> None:
        """See `_Count.show`."""
        if not force and time.monotonic() - self._shown < _LINE_SECONDS:
            return
        self._shown = time.monotonic()
        left = self.left_seconds
        line = {
            "step": self.what,
            "done": self.done,
            "of": self.size,
            "readings": self.count,
            "readings_a_second": round(self.rate),
            "left_seconds": None if left is None else round(left, 1),
            "waiting": self.why or None,
        }
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()

    def __exit__(self, *_: object) -> None:
        """Nothing is open."""


class Shown(_Count):
    """A bar on standard error."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        console = Console(stderr=True)
        self._bar = Bar(
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(),
            TextColumn("{task.fields[told]}"),
            TimeRemainingColumn(),
            TextColumn("{task.fields[end]}"),
            console=console,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task(what, total=None, told="", end="")

    def show(self, *, force: bool = False) -> None:
        """See `_Count.show`."""
        del force
        left = self.left_seconds
        told = f"{self.count:,} readings, {self.rate:,.0f}/s" + (f"; waiting: {self.why[:80]}" if self.why else "")
        end = "" if left is None else time.strftime("until %H:%M:%S", time.localtime(time.time() + left))
        self._bar.update(self._task, total=self.size or None, completed=self.done, told=told, end=end)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()


def progress(what: str, *, quiet: bool, json_lines: bool) -> Quiet | JsonLines | Shown:
    """The progress that was asked for."""
    if quiet:
        return Quiet(what)
    return JsonLines(what) if json_lines else Shown(what)
