"""The real api as a process."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from api.app import create_app
from api.services import Services
from api.serving import open_services
from api.settings import ApiSettings
from tests.common.served import served
from tests.common.servers import Server, free_port

_API = str(Path(sys.executable).with_name("api"))
# One for all, as each new one reads the system's certificates again.
CLIENT = httpx.Client(timeout=60, trust_env=False)


class Api(Server):
    """`api run` on a free port of loopback.

    Args:
        folder: for its log and its data.
        store_url: HDH_STORE_URL.
        settings: more variables, such as HDH_SITE_FILE.
    """

    def __init__(self, folder: Path, store_url: str, **settings: str) -> None:
        self.port = free_port()
        folder.mkdir(parents=True, exist_ok=True)
        clean = {name: value for name, value in os.environ.items() if not name.startswith("HDH_")}
        env = clean | {
            "HDH_STORE_URL": store_url,
            "HDH_API_LISTEN": f"127.0.0.1:{self.port}",
            "HDH_API_DATA_DIR": str(folder / "api"),
            **settings,
        }
        super().__init__([_API, "run"], folder / "api.log", env)

    @property
    def url(self) -> str:
        """As HDH_API_URL."""
        return f"http://127.0.0.1:{self.port}"

    def ready(self) -> bool:
        """It answers; whether its store does is another question."""
        return CLIENT.get(f"{self.url}/health/live", timeout=2).status_code == 200

    def key(self, name: str, *projects: str) -> str:
        """Make a key for these projects, or for all where none is named."""
        scope = [word for project in projects for word in ("--project", project)] or ["--all"]
        done = subprocess.run([_API, "key", "add", name, *scope], env=self.env, check=True, capture_output=True)
        return done.stdout.decode().strip()

    def get(self, path: str, *, key: str | None = None, **parameters: Any) -> httpx.Response:
        """Ask for a path of version 1, such as `series`."""
        headers = {} if key is None else {"Authorization": f"Bearer {key}"}
        # Values may be lists, which repeats the parameter.
        return CLIENT.get(f"{self.url}/v1/{path}", params=parameters, headers=headers)


@contextmanager
def serving(settings: ApiSettings, change: Callable[[Services], Services] = lambda same: same) -> Iterator[str]:
    """The api in a thread of this process, over services that a test may change; its address."""
    services = change(open_services(settings))
    try:
        with served(create_app(services), settings.listen, services.hub.close) as url:
            yield url
    finally:
        services.close()
