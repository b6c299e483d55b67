"""The account of a campaign: what was acknowledged to gateways against what store and counters hold."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hdh.model import ALL_TIME
from hdh.store import open_reader
from hdh.store.interface import Selection
from tests.faults.campaign.messages import PROJECT, Kind, kind_of, kinds

Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Account:
    """What one gateway did.

    Attributes:
        acknowledged: so many of its messages, from the first on.
        again: messages that it sent once more, and how often: the broker may have taken each of them every time.
    """

    acknowledged: int
    again: dict[int, int]


@dataclass(slots=True)
class Outcome:
    """What became of the acknowledged messages.

    Attributes:
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


def settle(accounts: Sequence[Account], store_url: str, start: int, status: dict[str, Any]) -> Outcome:
    """Compare.

    Args:
        accounts: by gateway.
        store_url: HDH_STORE_URL, past all faults.
        start: the time (epoch ms) of every gateway's first message.
        status: ingest's counters, with nothing pending.
    """
    outcome = Outcome()
    reader = open_reader(store_url)
    try:
        for gateway, account in enumerate(accounts):
            readings = _read(reader.read(Selection(PROJECT, houses=(f"g{gateway}",)), ALL_TIME))
            _settle(outcome, f"g{gateway}", account, readings, start)
    finally:
        reader.close()
    outcome.rejected, outcome.ignored = status["rejected"], status["ignored"]
    _settle_counters(outcome, accounts, status)
    return outcome


def _read(chunks: Iterable[Any]) -> dict[Kind, tuple[Numbers, Numbers]]:
    """Times and values by whether messages carried their time."""
    found: dict[Kind, list[tuple[Numbers, Numbers]]] = {Kind.TIMED: [], Kind.UNTIMED: []}
    for chunk in chunks:
        kind = Kind.TIMED if chunk.series.device.startswith("t") else Kind.UNTIMED
        found[kind].append((chunk.time, chunk.value.astype(np.int64)))
    nothing = np.empty(0, np.int64)
    return {
        kind: tuple(np.concatenate([nothing, *(part[at] for part in parts)]) for at in (0, 1))  # type: ignore[misc]
        for kind, parts in found.items()
    }


def _settle(
    outcome: Outcome, name: str, account: Account, readings: dict[Kind, tuple[Numbers, Numbers]], start: int
) -> None:
    kind = kinds(account.acknowledged)
    outcome.acknowledged += account.acknowledged
    outcome.again += sum(account.again.values())
    most = np.ones(account.acknowledged, np.int64)
    for number, count in account.again.items():
        most[number] += count
    for wanted, (time, value) in readings.items():
        numbers = np.flatnonzero(kind == wanted)
        within = (value >= 0) & (value < account.acknowledged)
        counts = np.bincount(value[within], minlength=account.acknowledged)
        lost = numbers[counts[numbers] == 0]
        outcome.lost += len(lost)
        outcome.first_lost += [f"{name}: {number}" for number in lost[:5]]
        outcome.written += int(np.minimum(counts[numbers], 1).sum())
        # What carries its time stands at it, however often it came.
        allowed = most[numbers] if wanted is Kind.UNTIMED else np.ones(len(numbers), np.int64)
        outcome.doubled += int(np.maximum(counts[numbers] - allowed, 0).sum())
        outcome.other += int((~within).sum() + counts[kind != wanted].sum())
        if wanted is Kind.TIMED:
            outcome.other += int((time != start + value).sum())


def _settle_counters(outcome: Outcome, accounts: Sequence[Account], status: dict[str, Any]) -> None:
    """Each message is counted, and none more often than it was sent."""
    for wanted, counted in ((Kind.BROKEN, status["rejected"]), (Kind.EMPTY, status["ignored"])):
        least = sum(int((kinds(account.acknowledged) == wanted).sum()) for account in accounts)
        again = sum(count for one in accounts for number, count in one.again.items() if kind_of(number) is wanted)
        outcome.lost += max(0, least - counted)
        outcome.doubled += max(0, counted - least - again)
