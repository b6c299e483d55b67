"""A running ingest as a process of its own, with the environment it would have in production."""

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from tests.common.eventually import eventually
from tests.common.servers import Server, free_port, unique


class Ingest(Server):
    """`ingest run` on a broker and a store; its journal lies in `folder / "journal"` unless `variables` say otherwise.

    Args:
        folder: where its journal and its log are.
        broker: HDH_BROKER_URL.
        store: HDH_STORE_URL.
        variables: more of its environment, such as HDH_SITE_FILE.
    """

    def __init__(self, folder: Path, broker: str, store: str, **variables: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self.journal = Path(variables.get("HDH_JOURNAL_DIR", folder / "journal"))
        env = {name: value for name, value in os.environ.items() if not name.startswith("HDH_")} | {
            "HDH_BROKER_URL": broker,
            "HDH_STORE_URL": store,
            "HDH_JOURNAL_DIR": str(self.journal),
            "HDH_INGEST_LISTEN": f"127.0.0.1:{self.port}",
            "HDH_INGEST_CLIENT_ID": unique("ingest"),
            **variables,
        }
        self.client_id = env["HDH_INGEST_CLIENT_ID"]
        program = Path(sys.executable).with_name("ingest")
        super().__init__([str(program), "run"], folder / "ingest.log", env)

    @property
    def url(self) -> str:
        """As one of HDH_INGEST_URLS."""
        return f"http://127.0.0.1:{self.port}"

    def get(self, path: str) -> Any:
        """The JSON that a path answers, also with an error's status."""
        try:
            with urllib.request.urlopen(f"{self.url}{path}", timeout=10) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                return json.load(error)

    def status(self) -> dict[str, Any]:
        """Its counters; they must reconcile at any moment."""
        return reconciled(self.get("/status"))

    def metrics(self) -> dict[str, float]:
        """Its metrics, by name with labels."""
        with urllib.request.urlopen(f"{self.url}/metrics", timeout=10) as answer:
            lines = answer.read().decode().splitlines()
        return {name: float(value) for name, _, value in (s.rpartition(" ") for s in lines if not s.startswith("#"))}

    def ready(self) -> bool:
        """It is connected and subscribed, and nothing is wrong with its store."""
        return bool(self.get("/health/ready")["status"] == "ready")

    def start_anyhow(self, *, seconds: float = 90) -> None:
        """Start it and wait until it answers, whatever it says."""
        self.start_and_leave()
        eventually(lambda: self.get("/health/live"), seconds=seconds)

    def wait_done(self, received: int, *, seconds: float = 60) -> dict[str, Any]:
        """Wait until so many messages were received and none is pending; the counters."""

        def done() -> dict[str, Any]:
            status = self.status()
            return status if status["received"] >= received and status["pending"] == 0 else {}

        return eventually(done, seconds=seconds)

    def run_command(self, *arguments: str) -> str:
        """Run another command of `ingest` in its environment; what it printed, and it must end well."""
        process = subprocess.Popen(
            [self.command[0], *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=self.env
        )
        output, _ = process.communicate(timeout=60)
        assert process.returncode == 0, output
        return output.decode()

    def memory(self) -> int:
        """The most resident memory it ever had, in bytes."""
        assert self.process is not None
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024


def reconciled(status: dict[str, Any]) -> dict[str, Any]:
    """The counters, which must add up."""
    ends = status["written"] + status["rejected"] + status["ignored"] + status["pending"]
    assert status["received"] == ends, status
    assert status["pending"] >= 0, status
    return status
