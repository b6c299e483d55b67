"""How long a stack takes, once a fault has ended, until everything that waited is done; checked reading by reading."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tests.faults.campaign.gateways import Gateways
from tests.faults.campaign.ledger import Ledger

STANDING_SECONDS = 0.5
"""Where nothing moves for longer, something waits for its next try: no batch takes so long."""
_MOST_SECONDS = 900.0
_TICK_SECONDS = 0.05
_AGAIN_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Recovery:
    """From a fault's end until nothing waited any more, with nothing new coming.

    Attributes:
        faults: which ones they were.
        backlog: messages that were due at the fault's end and not done.
        seconds: until the last of them was done.
        standing: of these, the seconds in which nothing moved for longer than half a second.
    """

    faults: tuple[str, ...]
    backlog: int
    seconds: float
    standing: float

    @property
    def moving(self) -> float:
        """Seconds in which something moved."""
        return self.seconds - self.standing


class Recoveries:
    """Carries them out.

    Args:
        gateways: they are told to send nothing new.
        ledger: says whether everything is done.
        status: gives ingest's counters.

    Attributes:
        checks: how often everything that was acknowledged was done, and the counters reconciled.
        most_pending: of ingest's journal at a fault's end.
    """

    def __init__(self, gateways: Gateways, ledger: Ledger, status: Callable[[], dict[str, Any]]) -> None:
        self.checks = self.most_pending = 0
        self._gateways, self._ledger, self._status = gateways, ledger, status
        self._before = (0, 0)

    def wait(self, faults: Sequence[str]) -> Recovery:
        """Wait until everything is done.

        Args:
            faults: which ones have just ended.

        Raises:
            AssertionError: the counters do not reconcile, or something was not done within a quarter of an hour.
        """
        began = moved = time.monotonic()
        status = self._status()
        at_first, standing = _ended(status), 0.0
        self.most_pending = max(self.most_pending, status["pending"])
        self._gateways.send(0)
        lacking = "an answer of the gateways"
        while lacking:
            assert time.monotonic() - began < _MOST_SECONDS, f"after {_MOST_SECONDS:.0f} s there lacks: {lacking}"
            time.sleep(_TICK_SECONDS)
            before, status = status, self._status()
            if before["received"] + _ended(before) != status["received"] + _ended(status):
                standing += _long(time.monotonic() - moved)
                moved = time.monotonic()
            if self._gateways.are_done() and status["pending"] == 0 and (lacking := self._ledger.lacks(status)):
                time.sleep(_AGAIN_SECONDS)
        self.checks += 1
        acknowledged, ended = self._before
        self._before = self._gateways.acknowledged, _ended(status)
        backlog = max(0, self._gateways.acknowledged - acknowledged - (at_first - ended))
        return Recovery(tuple(faults), backlog, moved - began, standing)


def _ended(status: dict[str, Any]) -> int:
    """Messages that are written, rejected or ignored."""
    return int(status["received"] - status["pending"])


def _long(seconds: float) -> float:
    return seconds if seconds > STANDING_SECONDS else 0.0
