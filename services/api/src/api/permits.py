"""Permits for long answers: so many at a time, since each holds readings until its client has taken them."""

import threading

from api.problems import Problem

WAIT_SECONDS = 3.0
"""How long a request waits for a permit: it holds one of the server's threads meanwhile."""
RETRY_SECONDS = 10


class Permits:
    """So many permits. Safe for several threads.

    Args:
        most: permits held at a time; as many requests again may wait for one.
        wait_seconds: how long they wait.
    """

    def __init__(self, most: int, wait_seconds: float = WAIT_SECONDS) -> None:
        self._most = most
        self._free = threading.BoundedSemaphore(most)
        self._queue = threading.BoundedSemaphore(most)
        self._wait_seconds = wait_seconds

    def permit(self) -> "Permit":
        """A permit that is not yet taken."""
        return Permit(self)

    def acquire(self) -> None:
        """Take a permit, perhaps after a while.

        Raises:
            Problem: 503, all are held by others.
        """
        if self._free.acquire(blocking=False):
            return
        # Those who wait hold threads, of which other requests need some.
        if self._queue.acquire(blocking=False):
            try:
                if self._free.acquire(timeout=self._wait_seconds):
                    return
            finally:
                self._queue.release()
        raise Problem(
            503,
            "busy",
            f"{self._most} long answers are being sent, as many as HDH_API_STREAMS allows.",
            remedy=f"Ask again in {RETRY_SECONDS} seconds, or for less: a shorter range, longer windows (every=1h).",
            headers={"Retry-After": str(RETRY_SECONDS)},
        )

    def release(self) -> None:
        """Give a permit back."""
        self._free.release()


class Permit:
    """One permit, which is taken once at most and given back once, whoever asks how often."""

    def __init__(self, permits: Permits) -> None:
        self._permits = permits
        self._held = False

    def take(self) -> None:
        """Take it, if it is not yet taken; raises as `Permits.acquire`."""
        if not self._held:
            self._permits.acquire()
            self._held = True

    def give_back(self) -> None:
        """Give it back, if it was taken."""
        if self._held:
            self._held = False
            self._permits.release()
