"""The real dashboard as a process."""

import os
import sys
from pathlib import Path

from tests.common.api import CLIENT
from tests.common.servers import Server, free_port

_DASHBOARD = str(Path(sys.executable).with_name("dashboard"))


class Dashboard(Server):
    """`dashboard run` on a free port of loopback.

    Args:
        folder: for its log.
        api_url: HDH_API_URL.
    """

    def __init__(self, folder: Path, api_url: str) -> None:
        self.port = free_port()
        folder.mkdir(parents=True, exist_ok=True)
        clean = {name: value for name, value in os.environ.items() if not name.startswith("HDH_")}
        env = clean | {"HDH_API_URL": api_url, "HDH_DASHBOARD_LISTEN": f"127.0.0.1:{self.port}"}
        super().__init__([_DASHBOARD, "run"], folder / "dashboard.log", env)

    @property
    def url(self) -> str:
        """Its first page."""
        return f"http://127.0.0.1:{self.port}"

    def ready(self) -> bool:
        """It answers; whether the API does is another question."""
        return CLIENT.get(f"{self.url}/health/live", timeout=2).status_code == 200
