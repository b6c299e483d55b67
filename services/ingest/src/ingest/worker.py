"""A thread for one kind of work, one piece after the other."""

from collections.abc import Callable
from concurrent.futures import Future
from contextvars import copy_context
from functools import partial
from queue import SimpleQueue
from threading import Thread
from typing import Any, ParamSpec, TypeVar

_P = ParamSpec("_P")
_T = TypeVar("_T")


class Worker:
    """Works off what is submitted. Unlike a pool's, its thread never keeps the process from ending.

    Args:
        name: the thread's.
    """

    def __init__(self, name: str) -> None:
        self._queue: SimpleQueue[_Work | None] = SimpleQueue()
        # In a copy of this context, which holds the field `service` of log lines.
        Thread(target=copy_context().run, args=(self._run,), name=name, daemon=True).start()

    def submit(self, call: Callable[_P, _T], *args: _P.args, **options: _P.kwargs) -> Future[_T]:
        """Have it called; its result or error comes with the future."""
        future: Future[_T] = Future()
        self._queue.put(_Work(future, partial(call, *args, **options)))
        return future

    def end(self) -> None:
        """End the thread, once it has done what was submitted."""
        self._queue.put(None)

    def _run(self) -> None:
        while work := self._queue.get():
            work.do()
            # What it was must not stay in memory until the next one comes.
            del work


class _Work:
    def __init__(self, future: Future[Any], call: Callable[[], object]) -> None:
        self._future = future
        self._call = call

    def do(self) -> None:
        try:
            self._future.set_result(self._call())
        except BaseException as error:  # noqa: BLE001 (whoever waits for the future is told)
            self._future.set_exception(error)
            # The error leads to this frame: all that was to be written would stay in memory until a late collection.
            self = None  # type: ignore[assignment]  # noqa: PLW0642
