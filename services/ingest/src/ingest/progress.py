"""Tells those who wait that lanes moved on; costs the pipeline a few microseconds a pass."""

from threading import Condition


class Progress:
    """Counts the passes that moved a lane. Safe for several threads."""

    def __init__(self) -> None:
        self._moved = Condition()
        self._count = 0
        self._ended = False

    @property
    def count(self) -> int:
        """How many passes there were."""
        return self._count

    @property
    def ended(self) -> bool:
        """Whether nobody need wait any more, as the process ends."""
        return self._ended

    def tell(self) -> None:
        """Another pass moved a lane."""
        with self._moved:
            self._count += 1
            self._moved.notify_all()

    def end(self) -> None:
        """Wake everybody up for good."""
        with self._moved:
            self._ended = True
            self._moved.notify_all()

    def wait(self, count: int, seconds: float) -> int:
        """Wait, at most so long, until there were more passes than `count`; how many there were."""
        with self._moved:
            self._moved.wait_for(lambda: self._ended or self._count > count, seconds)
            return self._count
