"""Where the demo's parts listen and keep their data, from the environment; each with a default."""

from __future__ import annotations

import os
import socket
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from hdh.errors import Misconfigured
from hdh.settings import Address, parse_address, parse_broker_url

ROOT = Path(__file__).parents[2]
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True, slots=True)
class Places:
    """Addresses and folders.

    Attributes:
        folder: HDH_DEMO_DIR.
        broker: from HDH_BROKER_URL.
        ingest: HDH_INGEST_LISTEN.
        api: HDH_API_LISTEN.
        dashboard: HDH_DASHBOARD_LISTEN.
    """

    folder: Path
    broker: Address
    ingest: Address
    api: Address
    dashboard: Address

    @classmethod
    def read(cls) -> Self:
        """From the environment.

        Raises:
            Misconfigured: an address is none, or not of this machine; names the variable.
        """
        folder = Path(os.environ.get("HDH_DEMO_DIR") or ROOT / ".demo").resolve()
        url = os.environ.get("HDH_BROKER_URL") or "mqtt://127.0.0.1:1883"
        try:
            broker = parse_broker_url(url)
        except ValueError as error:
            raise Misconfigured(f"HDH_BROKER_URL={url}: {error}.") from error
        ingest = _listen("HDH_INGEST_LISTEN", "127.0.0.1:9100")
        api = _listen("HDH_API_LISTEN", "127.0.0.1:8000")
        dashboard = _listen("HDH_DASHBOARD_LISTEN", "127.0.0.1:8080")
        if broker.host not in _LOOPBACK or broker.tls:
            raise Misconfigured(
                f"HDH_BROKER_URL={url}: the demo starts a broker of its own. Give mqtt://127.0.0.1:1883."
            )
        return cls(folder, Address(host=broker.host, port=broker.port), ingest, api, dashboard)

    @property
    def api_key(self) -> Path:
        """The file with the API key of the second project."""
        return self.folder / "api-key"

    @property
    def log(self) -> Path:
        """What all services write."""
        return self.folder / "demo.log"

    @property
    def state(self) -> Path:
        """How far the simulator has published."""
        return self.folder / "simulator.json"

    def check_free(self) -> None:
        """See that nothing listens where the demo will.

        Raises:
            Misconfigured: a sentence for each that is taken, with the variable to change.
        """
        wanted = (
            ("HDH_BROKER_URL", self.broker, f"mqtt://127.0.0.1:{self.broker.port + 1000}"),
            ("HDH_INGEST_LISTEN", self.ingest, f"127.0.0.1:{self.ingest.port + 1000}"),
            ("HDH_API_LISTEN", self.api, f"127.0.0.1:{self.api.port + 1000}"),
            ("HDH_DASHBOARD_LISTEN", self.dashboard, f"127.0.0.1:{self.dashboard.port + 1000}"),
        )
        taken = [
            f"{address} is taken; set {name} to another one: {name}={other} make demo"
            for name, address, other in wanted
            if not _is_free(address)
        ]
        if taken:
            raise Misconfigured("\n".join(taken))

    def environment(self) -> dict[str, str]:
        """The variables of the services."""
        bin_folder = str(Path(sys.executable).parent)
        return os.environ | {
            "PATH": os.pathsep.join((bin_folder, os.environ.get("PATH", ""))),
            "PYTHONPATH": str(ROOT),
            "PYTHONUNBUFFERED": "1",
            "HDH_DEMO_DIR": str(self.folder),
            # The embedded broker keeps a session only for a client that has a name and a password.
            "HDH_BROKER_URL": f"mqtt://demo@{self.broker}",
            "HDH_BROKER_PASSWORD": "demo",
            "HDH_STORE_URL": f"sqlite:///{self.folder}/store.db",
            "HDH_SITE_FILE": str(ROOT / "infra" / "demo" / "site.yaml"),
            "HDH_JOURNAL_DIR": str(self.folder / "journal"),
            "HDH_INGEST_LISTEN": str(self.ingest),
            "HDH_INGEST_URLS": f"http://{self.ingest}",
            "HDH_API_LISTEN": str(self.api),
            "HDH_API_DATA_DIR": str(self.folder / "api"),
            "HDH_API_URL": f"http://{self.api}",
            "HDH_DASHBOARD_LISTEN": str(self.dashboard),
            "HDH_SIMULATOR_BACKFILL": os.environ.get("HDH_SIMULATOR_BACKFILL") or "7d",
            "HDH_SIMULATOR_STATE_FILE": str(self.state),
        }


def _listen(name: str, default: str) -> Address:
    text = os.environ.get(name) or default
    try:
        return parse_address(text)
    except ValueError as error:
        raise Misconfigured(f"{name}={text}: {error}.") from error


def _is_free(address: Address) -> bool:
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind((address.host, address.port))
        except OSError:
            return False
    return True
