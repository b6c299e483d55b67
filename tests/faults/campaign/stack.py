"""The stack of a campaign: broker, ingest, store and api, with a proxy on every way between them, and gateways."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.common.api import Api
from tests.common.eventually import eventually
from tests.common.ingest import Ingest, reconciled
from tests.common.proxy import Proxy
from tests.common.servers import Influxd, Mosquitto
from tests.faults.campaign.clock import SetClock, can_be_set
from tests.faults.campaign.gateways import Gateways
from tests.faults.campaign.messages import PROJECT

_SITE = """
projects:
  - {{id: {project}, title: "{title}", timezone: Europe/Helsinki, retention: forever, public: true}}
"""
_ROUTES = f"""
routes:
  - {{topic: "{PROJECT}/{{house}}/{{room}}/{{device}}/{{quantity}}", decoder: value}}
"""
_SEGMENT_BYTES = 8 * 1024 * 1024
BEFORE_MS = 86_400_000
"""The first message's time lies so far before the stack's start."""


@dataclass(slots=True)
class Stack:
    """All of it, running.

    Attributes:
        gateways_way: between gateways and broker.
        ingest_way: between ingest and broker.
        store_way: between ingest and store; None where the store is a file.
        store_url: of the store itself, past its proxy.
        site: the site file.
        start: the time (epoch ms) of every gateway's first message.
        disks: small disks of their own, by what lies on them, where they could be made.
        clock: of ingest and api; None where it cannot be set.
    """

    broker: Mosquitto
    ingest: Ingest
    api: Api
    influxd: Influxd | None
    gateways_way: Proxy
    ingest_way: Proxy
    store_way: Proxy | None
    store_url: str
    site: Path
    start: int
    disks: dict[str, Path]
    clock: SetClock | None
    gateways: Gateways

    def name_site(self, title: str, *, is_routed: bool = False) -> None:
        """Give the project another title in the site file, and its messages a route, by which they come to the same."""
        _write_site(self.site, title, _ROUTES if is_routed else "")

    def break_site(self) -> None:
        """Leave a site file that cannot be read."""
        self.site.write_text("projects: [", encoding="utf-8")

    def status(self) -> dict[str, Any]:
        """Ingest's counters, as soon as it answers; they must reconcile whenever it does."""
        # Checked outside: what is wrong once is not waited for until it is right.
        return reconciled(eventually(lambda: self.ingest.get("/status"), seconds=60))


@contextmanager
def run_stack(folder: Path, store: str, gateways: int) -> Iterator[Stack]:
    """Start everything; the gateways wait for orders.

    Args:
        folder: for data and logs.
        store: sqlite or influxdb.
        gateways: how many.
    """
    with ExitStack() as held:
        broker = held.enter_context(Mosquitto(folder / "broker"))
        gateways_way, ingest_way = (held.enter_context(Proxy(broker.port)) for _ in range(2))
        influxd = store_way = None
        disks = {name: disk for name in ("journal", "store") if (disk := held.enter_context(_disk(folder / name)))}
        if store == "influxdb":
            influxd = held.enter_context(Influxd(folder / "store" / "influxd"))
            store_way = held.enter_context(Proxy(influxd.port))
            store_url, way_url = influxd.url, f"influxdb://127.0.0.1:{store_way.port}?generation=1"
        else:
            store_url = way_url = f"sqlite:///{folder}/store/store.db"
        clock = SetClock(folder / "clock") if can_be_set() else None
        clocked = clock.variables if clock else {}
        site = folder / "site.yaml"
        _write_site(site, "Campaign")
        ingest = Ingest(
            folder / "ingest",
            f"mqtt://127.0.0.1:{ingest_way.port}",
            way_url,
            HDH_SITE_FILE=str(site),
            HDH_JOURNAL_DIR=str(folder / "journal" / "journal"),
            HDH_INGEST_SEGMENT_BYTES=str(_SEGMENT_BYTES),
            **clocked,
        )
        held.enter_context(ingest)
        api = Api(folder / "api", way_url, HDH_SITE_FILE=str(site), HDH_INGEST_URLS=ingest.url, **clocked)
        held.enter_context(api)
        start = time.time_ns() // 1_000_000 - BEFORE_MS
        yield Stack(
            broker, ingest, api, influxd, gateways_way, ingest_way, store_way, store_url, site, start, disks, clock,
            held.enter_context(Gateways(gateways_way.port, gateways, start)),
        )  # fmt: skip


def _write_site(path: Path, title: str, routes: str = "") -> None:
    path.write_text(_SITE.format(project=PROJECT, title=title) + routes, encoding="utf-8")


@contextmanager
def _disk(folder: Path) -> Iterator[Path | None]:
    """A disk of its own where that may be made, else a plain folder and None."""
    folder.mkdir(parents=True)
    mount = ["mount", "-t", "tmpfs", "-o", "size=8g", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        yield None
        return
    try:
        yield folder
    finally:
        # What still has a file open there ends a moment later.
        subprocess.run(["umount", "--lazy", folder], check=True)
