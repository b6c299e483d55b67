"""A progress bar for long downloads, on a terminal only."""

import sys
import time
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import DownloadColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn, TransferSpeedColumn

_AFTER_SECONDS = 1.0


class Bar:
    """Shows how much has come; how much will come is not known before it has.

    Args:
        shown: whether it may be shown at all.
        title: what is on its way.
    """

    def __init__(self, *, shown: bool, title: str) -> None:
        self._shown = shown and sys.stderr.isatty()
        self._title = title
        self._began = time.monotonic()
        self._received = 0
        self._progress: Progress | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._progress is not None:
            self._progress.stop()

    def add(self, received: int) -> None:
        """So many more bytes have come."""
        self._received += received
        if not self._shown or time.monotonic() - self._began < _AFTER_SECONDS:
            return
        if self._progress is None:
            columns = (SpinnerColumn(), TextColumn("{task.description}"), DownloadColumn(), TransferSpeedColumn())
            self._progress = Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True), transient=True)
            self._progress.add_task(self._title, total=None)
            self._progress.start()
        self._progress.update(self._progress.task_ids[0], completed=self._received)
