"""The course of a campaign: events drawn from a seed, checks between them, and the account at the end."""

import random
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from tests.common.eventually import eventually
from tests.faults.campaign.faults import KILLED, faults_for, held
from tests.faults.campaign.ledger import Outcome, settle
from tests.faults.campaign.stack import Stack, run_stack

_MIXED = 0.3
_MOST_SECONDS = 900.0
"""How long a backlog may take at the end."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A campaign, the same each time but for what the machine does.

    Attributes:
        seed: of everything that is drawn.
        events: how many faults.
        messages: go on after the last fault until gateways have sent about so many.
        gateways: how many processes publish.
        rate: messages a second of all together.
        store: sqlite or influxdb.
        only: draw only from faults in whose names one of these words stands; all where there is none.
        hold: seconds that a fault is held, at least and at most.
        pause: seconds between two, at least and at most.
    """

    seed: int
    events: int
    messages: int = 0
    gateways: int = 4
    rate: float = 2_000
    store: str = "influxdb"
    only: tuple[str, ...] = ()
    hold: tuple[float, float] = (0.5, 4.0)
    pause: tuple[float, float] = (0.2, 2.0)


@dataclass(slots=True)
class Run:
    """What happened.

    Attributes:
        events: how often each fault was done.
        checks: how often the counters were looked at; they reconciled each time.
        most_pending: of ingest's journal.
        settling: seconds from the last fault's end until nothing was pending.
        memory: the most resident memory of ingest's last process, bytes.
    """

    plan: Plan
    events: dict[str, int] = field(default_factory=dict)
    checks: int = 0
    most_pending: int = 0
    seconds: float = 0
    settling: float = 0
    memory: int = 0
    outcome: Outcome = field(default_factory=Outcome)


def run(plan: Plan, folder: Path) -> Run:
    """Carry a campaign out.

    Args:
        plan: what to do.
        folder: for data and logs.

    Raises:
        AssertionError: the counters did not reconcile, or something did not come back within minutes.
    """
    drawn, found, began = random.Random(plan.seed), Run(plan), time.monotonic()
    with run_stack(folder, plan.store) as stack:
        stack.add_gateways(plan.gateways, plan.rate / plan.gateways)
        names = sorted(name for name in faults_for(stack) if not plan.only or any(word in name for word in plan.only))
        while (left := plan.events - sum(found.events.values())) > 0:
            count = min(2 if drawn.random() < _MIXED else 1, left)
            _do(stack, drawn.sample(names, min(count, len(names))), drawn, found)
        while time.monotonic() - began < plan.messages / plan.rate:
            time.sleep(1)
            _check(stack, found)
        _settle(stack, found)
    found.seconds = time.monotonic() - began
    return found


def _do(stack: Stack, names: list[str], drawn: random.Random, found: Run) -> None:
    """Some faults at once, and a pause after them."""
    faults = faults_for(stack)
    with ExitStack() as block:
        # What was killed starts last: it could not where a disk is still full, or the site file still broken.
        for name in sorted(names, key=lambda name: KILLED not in name):
            block.enter_context(held(faults[name], stack, drawn))
            found.events[name] = found.events.get(name, 0) + 1
        time.sleep(drawn.uniform(*found.plan.hold))
    time.sleep(drawn.uniform(*found.plan.pause))
    _check(stack, found)


def _check(stack: Stack, found: Run) -> None:
    found.most_pending = max(found.most_pending, stack.status()["pending"])
    found.checks += 1


def _settle(stack: Stack, found: Run) -> None:
    healed = time.monotonic()
    accounts = stack.end_gateways(_MOST_SECONDS)
    sent = sum(account.acknowledged for account in accounts)
    eventually(lambda: _is_done(stack, sent), seconds=_MOST_SECONDS, every=0.5)
    found.settling = time.monotonic() - healed
    found.memory = stack.ingest.memory()
    found.outcome = settle(accounts, stack.store_url, stack.start, stack.status())


def _is_done(stack: Stack, sent: int) -> bool:
    status = stack.status()
    return bool(status["received"] >= sent and status["pending"] == 0)
