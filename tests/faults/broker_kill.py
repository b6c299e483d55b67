"""What Mosquitto loses and doubles when it is killed -9, by how often it saves: prints a table.

python -m tests.faults.broker_kill [--seconds 15] [--rate 1000] [--seed 1]

Three moments are tried: while ingest runs; while it is away, and all waits in the broker; and when it is just back and
has taken what waited.
"""

import argparse
import random
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from tests.common.eventually import eventually
from tests.common.ingest import Ingest
from tests.common.servers import Mosquitto
from tests.faults.campaign.gateways import Gateways
from tests.faults.campaign.ledger import Ledger, Outcome
from tests.faults.campaign.messages import PROJECT
from tests.faults.campaign.report import versions

SAVING = {
    "never": "persistence false",
    "every 10 s (ours)": "persistence true\nautosave_interval 10",
    "every second": "persistence true\nautosave_interval 1",
    "at each change": "persistence true\nautosave_interval 1\nautosave_on_changes true",
}
MOMENTS = ("runs", "is away", "is just back")
_SITE = f"projects:\n  - {{id: {PROJECT}, timezone: Europe/Helsinki, retention: forever}}\n"
_QUIET_SECONDS = 3.0
_BEFORE_MS = 86_400_000


def measure(saving: str, folder: Path, seconds: float, rate: float, moment: str) -> Outcome:
    """Kill the broker once.

    Args:
        saving: lines of its configuration.
        folder: for everything.
        seconds: of load before it is killed.
        rate: messages a second.
        moment: one of MOMENTS.
    """
    store_url, start = f"sqlite:///{folder}/store.db", time.time_ns() // 1_000_000 - _BEFORE_MS
    site = folder / "site.yaml"
    site.write_text(_SITE, encoding="utf-8")
    with ExitStack() as held:
        broker = held.enter_context(Mosquitto(folder / "broker", saving=saving))
        ingest = held.enter_context(Ingest(folder / "ingest", broker.url, store_url, HDH_SITE_FILE=str(site)))
        gateways = held.enter_context(Gateways(broker.port, 1, start))
        if moment != "runs":
            ingest.stop()
        gateways.send(rate)
        time.sleep(seconds)
        if moment == "is just back":
            gateways.end()
            ingest.start()
            eventually(lambda: ingest.status()["received"] >= gateways.acknowledged, seconds=120, every=0.01)
            broker.kill()
        else:
            broker.kill()
            gateways.end()
        broker.start()
        if moment == "is away":
            ingest.start_anyhow()
        # A broker that has forgotten has nothing more to send, and says nothing of it.
        seen = [(-1, 0.0)]

        def is_quiet() -> bool:
            received, now = ingest.status()["received"], time.monotonic()
            if received != seen[-1][0]:
                seen.append((received, now))
            connected = ingest.metrics()["hdh_broker_connected"] == 1
            return connected and now - seen[-1][1] > _QUIET_SECONDS and ingest.status()["pending"] == 0

        eventually(is_quiet, seconds=120)
        return Ledger(gateways.accounts, store_url, start).settle(ingest.status())


def main() -> None:
    """Measure all, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=15, help="of load before it is killed, at least")
    parser.add_argument("--rate", type=float, default=1_000, help="messages a second")
    parser.add_argument("--seed", type=int, default=1, help="of the moments of the kills")
    given = parser.parse_args()
    drawn = random.Random(given.seed)
    print(f"{versions()}; {given.rate:,.0f} messages a second for about {given.seconds:.0f} s.\n")  # noqa: T201
    print("| saved | ingest | acknowledged | lost | that is, s | doubled |")  # noqa: T201
    print("| --- | --- | ---: | ---: | ---: | ---: |")  # noqa: T201
    for moment in MOMENTS:
        for name, saving in SAVING.items():
            with tempfile.TemporaryDirectory(prefix="hdh-broker-") as folder:
                seconds = given.seconds + drawn.uniform(0, 5)
                found = measure(saving, Path(folder), seconds, given.rate, moment)
            print(  # noqa: T201
                f"| {name} | {moment} | {found.acknowledged:,} | {found.lost:,} "
                f"| {found.lost / given.rate:.1f} | {found.doubled:,} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
