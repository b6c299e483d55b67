"""A stack of the tests' own on a real engine: its name, volumes, networks and ports are nobody else's."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import docker
import httpx
from docker.models.containers import Container
from docker.types import Mount

from tests.common.eventually import eventually
from tests.common.servers import free_port

ROOT = Path(__file__).parents[2]
ALWAYS = {"influxdb", "broker", "ingest", "api", "dashboard"}
"""The services that run for good."""

PERIOD = {"start": "2000-01-01T00:00:00Z", "stop": "2100-01-01T00:00:00Z"}


class Stack:
    """What an operator does with a stack, and what is looked at meanwhile.

    Args:
        project: the Compose project's name.
    """

    def __init__(self, project: str) -> None:
        self.project = project
        self.client = docker.from_env()
        self.broker_port, self.api_port, self.dashboard_port = free_port(), free_port(), free_port()
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("HDH_", "MAKE", "MFLAGS"))}
        self.env = kept | {
            "COMPOSE_PROJECT_NAME": project,
            "STORE": "influxdb1",
            "IMAGES": "base",
            "SITE_FILE": str(Path(__file__).with_name("site.yaml")),
            "BROKER_PORT": str(self.broker_port),
            "API_PORT": str(self.api_port),
            "DASHBOARD_PORT": str(self.dashboard_port),
            "HDH_VERSION": "test",
            "HDH_REVISION": "test",
            "HDH_OPERATE_PROJECT": project,
            "HDH_OPERATE_IMAGE": "hdh/operate:test",
        }
        # One client for all, as each new one reads the system's certificates again.
        self._http = httpx.Client(base_url=f"http://127.0.0.1:{self.api_port}", timeout=60, trust_env=False)

    def close(self) -> None:
        """Let go of engine and API."""
        self._http.close()
        self.client.close()

    def make(self, target: str, **variables: str) -> str:
        """Run a target of make; what it printed, and it must end well."""
        return self.run("make", "-C", str(ROOT), target, **variables)

    def operate(self, *arguments: str) -> str:
        """Run `operate` on the host."""
        return self.run(str(Path(sys.executable).with_name("operate")), *arguments)

    def run(self, *command: str, **variables: str) -> str:
        """Run a command in this stack's environment; what it printed."""
        done = subprocess.run(command, env=self.env | variables, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def containers(self) -> dict[str, Container]:
        """All containers of this stack by service, also those that ended."""
        label = f"com.docker.compose.project={self.project}"
        found = self.client.containers.list(all=True, filters={"label": label})
        return {container.labels["com.docker.compose.service"]: container for container in found}

    def container(self, service: str) -> Container:
        """The container of a service."""
        return self.containers()[service]

    def inside(self, service: str, *command: str) -> str:
        """Run a command in a running container; what it printed, without its errors, and it must end well."""
        # Told apart, as the two come in either order.
        code, output = self.container(service).exec_run(list(command), demux=True)
        assert isinstance(output, tuple)
        said, errors = output
        assert code == 0, (said, errors)
        return (said or b"").decode()

    def beside(self, service: str, *command: str) -> str:
        """Run a command in a container of its own that sees and reaches what that service does at the store."""
        output: bytes = self.client.containers.run(
            "hdh/operate:test",
            list(command),
            network=f"{self.project}_data",
            mounts=[Mount("/credentials", f"{self.project}_credentials", read_only=True, subpath=service)],
            remove=True,
        )
        return output.decode()

    def credentials(self, command: str) -> str:
        """Run a shell's command in a container of its own that sees all credentials; what it printed."""
        mounts = [f"{self.project}_credentials:/credentials"]
        words = ["sh", "-c", f"cd /credentials && {command}"]
        output: bytes = self.client.containers.run("hdh/operate:test", words, remove=True, volumes=mounts)
        return output.decode()

    def healthy(self, service: str) -> bool:
        """Whether the engine finds it so."""
        return bool(self.container(service).attrs["State"]["Health"]["Status"] == "healthy")

    def kill(self, service: str) -> None:
        """End it as a power cut would; a container that is killed through the engine is not started again."""
        self.container(service).kill("SIGKILL")

    def start(self, service: str, *, wait: bool = True) -> None:
        """Start a killed one again."""
        self.container(service).start()
        if wait:
            eventually(lambda: self.healthy(service), seconds=60, every=0.2)

    def key(self) -> str:
        """The first API key, which may read every project."""
        return self.inside("api", "cat", "/credentials/first.key").strip()

    def get(self, path: str, key: str | None = None, **parameters: Any) -> httpx.Response:
        """Ask the API."""
        headers = {"Authorization": f"Bearer {key or self.key()}"}
        return self._http.get(path, params=parameters, headers=headers)

    def counters(self) -> dict[str, Any]:
        """Ingest's counters, as the API passes them on; they must reconcile."""
        status = self.get("/v1/status").json()
        counters: dict[str, Any] = status["counters"]
        assert counters["reconciles"], status
        return counters

    def wait_written(self, received: int = 0, *, seconds: float = 60) -> dict[str, Any]:
        """Wait until ingest has received so many messages and has nothing pending; the counters."""

        def done() -> dict[str, Any] | None:
            counters = self.counters()
            return counters if counters["received"] >= received and counters["pending"] == 0 else None

        counters = eventually(done, seconds=seconds, every=0.2)
        assert counters is not None
        return counters

    def readings(self, project: str) -> str:
        """All readings of a project as CSV."""
        answer = self.get("/v1/readings", project=project, format="csv", **PERIOD)
        assert answer.status_code == 200, answer.text
        return answer.text

    def checksum(self, project: str) -> str:
        """SHA-256 of all readings of a project."""
        return hashlib.sha256(self.readings(project).encode()).hexdigest()

    def card(self, name: str, project: str, house: str) -> dict[str, Any]:
        """Let a gateway in; what its owner is given."""
        card: dict[str, Any] = json.loads(
            self.operate("gateway", "add", name, "--project", project, "--house", house, "--json")
        )
        return card
