"""The account of a campaign: what was acknowledged to gateways against what store and counters hold."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from hdh.errors import Retryable
from hdh.model import ALL_TIME, Span
from hdh.store import open_reader
from hdh.store.interface import Selection
from tests.faults.campaign.gateways import Account
from tests.faults.campaign.messages import PROJECT, Kind, count_of, numbers_of

Numbers: TypeAlias = NDArray[np.int64]
_COUNTERS = {"rejected": (Kind.BROKEN,), "ignored": (Kind.EMPTY,), "written": (Kind.TIMED, Kind.UNTIMED)}
_FIRST_LOST = 20


@dataclass(slots=True)
class Outcome:
    """What became of the acknowledged messages.

    Attributes:
        written: of their readings so many are in the store.
        lost: readings that are not in the store, and acknowledged messages that no counter holds.
        doubled: readings that are there more often than their message was sent.
        other: readings that nobody sent, or that stand at another time than their message's own.
        again: messages that gateways sent once more, as MQTT wants it.
    """

    acknowledged: int = 0
    written: int = 0
    rejected: int = 0
    ignored: int = 0
    lost: int = 0
    doubled: int = 0
    other: int = 0
    again: int = 0
    first_lost: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """Nothing lost, doubled or invented."""
        return not (self.lost or self.doubled or self.other)


class Ledger:
    """Compares accounts with the store. What it holds does not grow; `settle` takes some arrays for each gateway.

    Args:
        accounts: by gateway, kept up to date by others.
        store_url: HDH_STORE_URL, past all faults.
        start: the time (epoch ms) of every gateway's first message.
    """

    def __init__(self, accounts: Sequence[Account], store_url: str, start: int) -> None:
        self._accounts, self._store_url, self._start = accounts, store_url, start
        self._seen = [0] * len(accounts)

    def lacks(self, status: dict[str, Any]) -> str:
        """What is not done yet of what is acknowledged, by the counters and by the readings since the last time.

        Only readings of messages with a time of their own are looked up: nothing else tells where to look.

        Args:
            status: ingest's counters.

        Returns:
            A sentence; empty where nothing lacks.

        Raises:
            AssertionError: a counter holds more than was sent.
        """
        for name, kinds in _COUNTERS.items():
            least, again = self._counted(kinds)
            if status[name] < least:
                return f"{name} counts {status[name]} of {least}"
            assert status[name] <= least + again, f"{name} counts {status[name]}, {least} were sent and {again} again"
        try:
            return self._lacks_readings()
        except Retryable as error:
            return str(error)

    def settle(self, status: dict[str, Any]) -> Outcome:
        """Compare everything.

        Args:
            status: ingest's counters, with nothing pending.
        """
        outcome = Outcome(rejected=status["rejected"], ignored=status["ignored"])
        for gateway, account in enumerate(self._accounts):
            self._settle(outcome, gateway, account)
        for name in ("rejected", "ignored"):
            least, again = self._counted(_COUNTERS[name])
            outcome.lost += max(0, least - status[name])
            outcome.doubled += max(0, status[name] - least - again)
        return outcome

    def _counted(self, kinds: Sequence[Kind]) -> tuple[int, int]:
        """How many messages of these kinds were acknowledged, and how many were sent again."""
        ranges = [each for account in self._accounts for each in account.again]
        least = sum(count_of(kind, 0, account.acknowledged) for kind in kinds for account in self._accounts)
        return least, sum(count_of(kind, *each) for kind in kinds for each in ranges)

    def _lacks_readings(self) -> str:
        for gateway, account in enumerate(self._accounts):
            first, stop = self._seen[gateway], account.acknowledged
            times, values = self._read(gateway, Span(self._start + first, self._start + stop))[Kind.TIMED]
            expected = numbers_of(Kind.TIMED, first, stop)
            if not np.array_equal(np.sort(values), expected):
                lost = np.setdiff1d(expected, values)
                return (
                    f"of gateway {gateway} {len(lost)} readings lack, the first is {lost[:1]}, {len(values)} are there"
                )
            if not np.array_equal(times, self._start + values):
                return f"of gateway {gateway} some of the readings {first} to {stop} stand at other times"
            self._seen[gateway] = stop
        return ""

    def _read(self, gateway: int, span: Span) -> dict[Kind, tuple[Numbers, Numbers]]:
        """Times and values by whether messages carried their time."""
        nothing = np.empty(0, np.int64)
        times = {kind: [nothing] for kind in (Kind.TIMED, Kind.UNTIMED)}
        values = {kind: [nothing] for kind in times}
        with closing(open_reader(self._store_url)) as reader:
            for chunk in reader.read(Selection(PROJECT, houses=(f"g{gateway}",)), span):
                kind = Kind.TIMED if chunk.series.device.startswith("t") else Kind.UNTIMED
                times[kind].append(chunk.time)
                values[kind].append(chunk.value.astype(np.int64))
        return {kind: (np.concatenate(times[kind]), np.concatenate(values[kind])) for kind in times}

    def _settle(self, outcome: Outcome, gateway: int, account: Account) -> None:
        outcome.acknowledged += account.acknowledged
        most = np.ones(account.acknowledged, np.int64)
        for first, stop in account.again:
            outcome.again += stop - first
            most[first:stop] += 1
        for kind, (times, values) in self._read(gateway, ALL_TIME).items():
            numbers = numbers_of(kind, 0, account.acknowledged)
            within = (values >= 0) & (values < account.acknowledged)
            counts = np.bincount(values[within], minlength=account.acknowledged)
            lost = numbers[counts[numbers] == 0]
            outcome.lost += len(lost)
            outcome.first_lost += [f"g{gateway}: {number}" for number in lost[:_FIRST_LOST]]
            outcome.written += len(numbers) - len(lost)
            # What carries its time stands at it, however often it came.
            allowed = most[numbers] if kind is Kind.UNTIMED else np.ones(len(numbers), np.int64)
            outcome.doubled += int(np.maximum(counts[numbers] - allowed, 0).sum())
            outcome.other += int((~within).sum() + counts.sum() - counts[numbers].sum())
            if kind is Kind.TIMED:
                outcome.other += int((times != self._start + values).sum())
