"""The course of a campaign: faults drawn from a seed, a check after each, and the account at the end."""

import random
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.campaign.faults import KILLED, faults_for, held, not_tried
from tests.faults.campaign.ledger import Ledger, Outcome
from tests.faults.campaign.recovery import Recoveries, Recovery
from tests.faults.campaign.stack import Stack, run_stack

_MIXED = 0.3
_WARM_SECONDS = 2.0
_FULL_SPEED_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Plan:
    """A campaign, the same each time but for what the machine does.

    Attributes:
        seed: of everything that is drawn.
        faults: how many.
        messages: so many are acknowledged at least; what the rate does not bring comes at once before each fault.
        gateways: how many processes publish.
        rate: messages a second of all together.
        store: sqlite or influxdb.
        only: draw only from faults in whose names one of these words stands; all where there is none.
        hold: seconds that a fault is held, at least and at most.
        pause: seconds of load before a fault, at least and at most.
    """

    seed: int
    faults: int
    messages: int = 0
    gateways: int = 4
    rate: float = 2_000
    store: str = "influxdb"
    only: tuple[str, ...] = ()
    hold: tuple[float, float] = (0.2, 2.0)
    pause: tuple[float, float] = (0.1, 0.5)


@dataclass(slots=True)
class Run:
    """What happened.

    Attributes:
        full_speed: messages a second at which a backlog was worked off before the first fault.
        recoveries: one after each fault, or each pair of faults.
        checks: how often all that was acknowledged was found done, and the counters reconciled.
        most_pending: of ingest's journal at a fault's end.
        memory: the most resident memory of ingest's last process, bytes.
        not_tried: faults that cannot be done here, and what it lacks.
        failure: why it ended before its end.
    """

    plan: Plan
    full_speed: float = 0
    recoveries: list[Recovery] = field(default_factory=list)
    acknowledged: int = 0
    checks: int = 0
    most_pending: int = 0
    seconds: float = 0
    memory: int = 0
    outcome: Outcome = field(default_factory=Outcome)
    not_tried: dict[str, str] = field(default_factory=dict)
    failure: str = ""

    @property
    def faults(self) -> int:
        """How many there were."""
        return sum(len(recovery.faults) for recovery in self.recoveries)

    @property
    def is_clean(self) -> bool:
        """It came to its end, and nothing was lost, doubled or invented."""
        return not self.failure and self.outcome.is_clean


def run(plan: Plan, folder: Path, tell: Callable[[Run], None] = lambda _: None) -> Run:
    """Carry a campaign out.

    Args:
        plan: what to do.
        folder: for data and logs.
        tell: hears of it after each fault.
    """
    found, began = Run(plan), time.monotonic()
    try:
        with run_stack(folder, plan.store, plan.gateways) as stack:
            _carry_out(stack, found, tell, began)
    except Exception as error:  # noqa: BLE001 (what was found until then must not go with it)
        found.failure = str(error) if isinstance(error, AssertionError) else f"{type(error).__name__}: {error}"
    found.seconds = time.monotonic() - began
    return found


def _carry_out(stack: Stack, found: Run, tell: Callable[[Run], None], began: float) -> None:
    plan, drawn = found.plan, random.Random(found.plan.seed)
    ledger = Ledger(stack.gateways.accounts, stack.store_url, stack.start)
    recoveries = Recoveries(stack.gateways, ledger, stack.status)
    found.full_speed = _full_speed(stack, recoveries, plan)
    found.not_tried = not_tried(stack)
    names = sorted(name for name in faults_for(stack) if not plan.only or any(word in name for word in plan.only))
    while (left := plan.faults - found.faults) > 0:
        count = min(2 if drawn.random() < _MIXED else 1, left, len(names))
        share = plan.messages * (found.faults + count) // plan.faults
        stack.gateways.send(plan.rate, more=max(0, share - stack.gateways.acknowledged))
        chosen = drawn.sample(names, count)
        _do(stack, chosen, drawn, plan)
        found.recoveries.append(recoveries.wait(chosen))
        found.acknowledged, found.seconds = stack.gateways.acknowledged, time.monotonic() - began
        found.checks, found.most_pending = recoveries.checks, recoveries.most_pending
        tell(found)
    found.memory = stack.ingest.memory()
    found.outcome = ledger.settle(stack.status())


def _full_speed(stack: Stack, recoveries: Recoveries, plan: Plan) -> float:
    """Messages a second at which a backlog is worked off that waits at the gateways."""
    stack.gateways.send(plan.rate)
    time.sleep(_WARM_SECONDS)
    recoveries.wait(())
    stack.gateways.send(plan.rate, more=int(plan.rate * _FULL_SPEED_SECONDS))
    backlog = recoveries.wait(())
    return backlog.backlog / max(backlog.moving, 0.001)


def _do(stack: Stack, names: list[str], drawn: random.Random, plan: Plan) -> None:
    """Some faults at once, under load."""
    faults = faults_for(stack)
    time.sleep(drawn.uniform(*plan.pause))
    with ExitStack() as block:
        # What was killed starts last: it could not where a disk is still full, or the site file still broken.
        for name in sorted(names, key=lambda name: KILLED not in name):
            block.enter_context(held(faults[name], stack, drawn))
        time.sleep(drawn.uniform(*plan.hold))
