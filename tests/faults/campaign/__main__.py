"""Carry out the long campaign, on both stores at once, and write what it found beside the suite: `make test-faults`.

python -m tests.faults.campaign [--faults 1000] [--messages 20000000] [--seed 1] [--only WORD …]
"""

import argparse
import shutil
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from tests.faults.campaign import report
from tests.faults.campaign.campaign import Plan, Run, run

_FOLDER = Path(__file__).parents[1]
_TELL_EVERY = 25


def main() -> int:
    """Run; 1 where something was lost, doubled or invented, or did not come to its end."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--faults", type=int, default=1_000, help="on all stores together")
    parser.add_argument("--messages", type=int, default=20_000_000, help="on all stores together, at least")
    parser.add_argument("--rate", type=float, default=6_000, help="messages a second")
    parser.add_argument("--gateways", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--store", choices=("influxdb", "sqlite"), action="append", help="one or both")
    parser.add_argument("--only", nargs="*", default=[], help="only faults in whose names one of these words stands")
    parser.add_argument("--output", type=Path, default=_FOLDER, help="the folder of RESULTS.md and results.json")
    given = parser.parse_args()
    stores = given.store or ["influxdb", "sqlite"]
    plans = [
        Plan(
            given.seed,
            given.faults // len(stores),
            given.messages // len(stores),
            given.gateways,
            given.rate,
            store,
            tuple(given.only),
        )
        for store in stores
    ]
    # Side by side, as most of a campaign is waiting for what waits for its next try.
    with ProcessPoolExecutor(len(plans)) as pool:
        runs = list(pool.map(_run, plans))
    report.write(runs, given.output)
    return int(not all(each.is_clean for each in runs))


def _run(plan: Plan) -> Run:
    folder = Path(tempfile.mkdtemp(prefix="hdh-campaign-"))
    found = run(plan, folder, _tell)
    print(f"{plan.store}: {found.failure or found.outcome}", flush=True)  # noqa: T201
    if found.is_clean:
        shutil.rmtree(folder)
    else:
        print(f"What its processes said is in {folder}.", flush=True)  # noqa: T201
    return found


def _tell(found: Run) -> None:
    if len(found.recoveries) % _TELL_EVERY == 0:
        done = f"{found.faults} of {found.plan.faults} faults, {found.acknowledged:,} messages"
        print(f"{found.plan.store}: {done}, {found.seconds / 60:.0f} min", flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
