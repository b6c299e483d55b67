"""Carry out the long campaign, on each store, and write what it found beside the suite: `make test-faults`.

python -m tests.faults.campaign [--events 1000] [--messages 20000000] [--seed 1] [--only WORD …]
"""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.faults.campaign import report
from tests.faults.campaign.campaign import Plan, run

_FOLDER = Path(__file__).parents[1]


def main() -> int:
    """Run; 1 where something was lost, doubled or invented."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=1_000, help="faults on each store")
    parser.add_argument("--messages", type=int, default=20_000_000, help="of all stores together, at least")
    parser.add_argument("--rate", type=float, default=4_000, help="messages a second")
    parser.add_argument("--gateways", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--store", choices=("influxdb", "sqlite"), action="append", help="one or both")
    parser.add_argument("--only", nargs="*", default=[], help="only faults in whose names one of these words stands")
    given = parser.parse_args()
    stores = given.store or ["influxdb", "sqlite"]
    runs = []
    for store in stores:
        plan = Plan(
            given.seed,
            given.events,
            given.messages // len(stores),
            given.gateways,
            given.rate,
            store,
            tuple(given.only),
        )
        with tempfile.TemporaryDirectory(prefix="hdh-campaign-") as folder:
            runs.append(run(plan, Path(folder)))
        print(f"{store}: {runs[-1].outcome}", flush=True)  # noqa: T201
    report.write(runs, _FOLDER)
    return int(not all(each.outcome.is_clean for each in runs))


if __name__ == "__main__":
    sys.exit(main())
