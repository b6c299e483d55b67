"""`make demo` as a newcomer meets it: at a terminal, ended by Ctrl-C, started a second time."""

import json
import os
import re
import select
import shlex
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from infra.make import web
from tests.common.eventually import eventually
from tests.common.servers import free_port

ROOT = Path(__file__).parents[2]
_IN_A_TERMINAL = """
import os, sys
os.setsid()
terminal = os.open(sys.argv[1], os.O_RDWR)
for number in range(3):
    os.dup2(terminal, number)
os.execvp("make", ["make", "demo"])
"""


_CURL = """
import sys, urllib.request
request = urllib.request.Request(sys.argv[-1])
if sys.argv[1] == "-H":
    request.add_header(*sys.argv[2].split(": ", 1))
sys.stdout.write(urllib.request.urlopen(request).read().decode())
"""


class Terminal:
    """`make demo` in a terminal of its own, as one sits before it."""

    def __init__(self, folder: Path, **variables: str) -> None:
        self.folder = folder
        self.said = ""
        self.broker, self.ingest, self.api, self.dashboard = (free_port() for _ in range(4))
        environment = os.environ | {
            "UV_PROJECT_ENVIRONMENT": str(Path(sys.executable).parents[1]),
            "HDH_DEMO_DIR": str(folder),
            "HDH_BROKER_URL": f"mqtt://127.0.0.1:{self.broker}",
            "HDH_INGEST_LISTEN": f"127.0.0.1:{self.ingest}",
            "HDH_API_LISTEN": f"127.0.0.1:{self.api}",
            "HDH_DASHBOARD_LISTEN": f"127.0.0.1:{self.dashboard}",
            **variables,
        }
        self._ours, self._theirs = os.openpty()
        command = [sys.executable, "-c", _IN_A_TERMINAL, os.ttyname(self._theirs)]
        self.process = subprocess.Popen(command, env=environment, cwd=ROOT)

    def reads(self, text: str, seconds: float = 240) -> None:
        """Wait until a text has appeared."""
        deadline = time.monotonic() + seconds
        while text not in self.said:
            assert time.monotonic() < deadline, f"no {text!r} in {self.said!r}"
            assert self.process.poll() is None, self.said
            self.drain()

    def drain(self) -> None:
        """Read what has appeared."""
        while select.select([self._ours], [], [], 0.2)[0]:
            self.said += os.read(self._ours, 65536).decode().replace("\r\n", "\n")

    def interrupt(self) -> int:
        """Press Ctrl-C; the exit code."""
        os.write(self._ours, b"\x03")
        try:
            return self.process.wait(90)
        finally:
            self.drain()

    def close(self) -> None:
        """Leave nothing behind, whatever happened."""
        for process in self.left():
            process.kill()
        self.process.kill()
        self.process.wait()
        os.close(self._ours)
        os.close(self._theirs)

    def left(self) -> list[psutil.Process]:
        """Processes of this demo that still run."""
        found = []
        for process in psutil.process_iter():
            try:
                if process.environ().get("HDH_DEMO_DIR") == str(self.folder):
                    found.append(process)
            except psutil.Error:
                continue
        return [process for process in found if process.is_running() and process.status() != psutil.STATUS_ZOMBIE]

    def printed(self, name: str) -> str:
        """The command that it tells one to type."""
        found = re.search(rf"^{name} +(.*?)(?:   \(.*)?$", self.said, re.MULTILINE)
        assert found, self.said
        return found[1]

    def as_by_default(self) -> str:
        """What was said, with the ports, folders and seconds of the README."""
        said = self.said[self.said.index("Starting") :].strip()
        named = {
            self.broker: 1883,
            self.api: 8000,
            self.dashboard: 8080,
            self.folder: ".demo",
            Path(sys.prefix): ".venv",
        }
        for ours, theirs in named.items():
            shown = ours.relative_to(ROOT) if isinstance(ours, Path) and ours.is_relative_to(ROOT) else ours
            said = said.replace(str(shown), str(theirs))
        return re.sub(r"after \d+ s", "after 9 s", said)

    def ask(self, path: str, **parameters: str) -> Any:
        """The API's answer."""
        return httpx.get(f"http://127.0.0.1:{self.api}{path}", params=parameters).raise_for_status().json()


def typed(command: str) -> str:
    """What a printed command answers; a machine without curl gets one that knows -H."""
    curl = "" if shutil.which("curl") else f'curl() {{ {shlex.quote(sys.executable)} -c {shlex.quote(_CURL)} "$@"; }}; '
    done = subprocess.run(
        ["sh", "-c", curl + command], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout


@pytest.fixture(
    params=[pytest.param("", marks=pytest.mark.mosquitto, id="mosquitto"), pytest.param("amqtt", id="amqtt")]
)
def variables(request: pytest.FixtureRequest) -> dict[str, str]:
    """Either broker, and a short past."""
    return {"HDH_DEMO_BROKER": request.param, "HDH_SIMULATOR_BACKFILL": "6h"}


def newest(demo: Terminal) -> int:
    """The time of the newest reading that the public sees."""
    found = demo.ask("/v1/latest", project="healthy-digital-house")["latest"]
    return max(reading["time"] for reading in found)


def mine(demo: Terminal) -> float:
    """The value of the device that the printed command publishes."""
    found = demo.ask("/v1/latest", project="healthy-digital-house", device="mine")["latest"]
    return float(found[0]["value"])


@pytest.mark.timeout(900)
def test_demo_from_start_to_end(tmp_path: Path, variables: dict[str, str]) -> None:
    """What it tells to try works; Ctrl-C ends all with 0; a second start goes on with the data."""
    demo = Terminal(tmp_path / "demo", **variables)
    try:
        demo.reads("The past is complete; the houses are live now.")
        if not variables["HDH_DEMO_BROKER"] and web.missing() is None:
            assert demo.as_by_default() in (ROOT / "README.md").read_text(encoding="utf-8")
        assert f"http://127.0.0.1:{demo.api}/docs" == demo.printed("Docs")
        assert httpx.get(demo.printed("Docs")).is_success
        if web.missing() is None:
            assert f"http://127.0.0.1:{demo.dashboard}" == demo.printed("Open")
            assert httpx.get(demo.printed("Open")).is_success
        asked = json.loads(typed(demo.printed("Ask")))["latest"]
        assert {"house-a", "house-b"} <= {reading["house"] for reading in asked}
        assert typed(demo.printed("Private")).startswith("time,project,house,room,device,quantity,value,unit\n")
        typed(demo.printed("Publish"))
        eventually(
            lambda: demo.ask("/v1/latest", project="healthy-digital-house", device="mine")["latest"][0]["value"] == 21.4
        )
        assert json.loads(typed(demo.printed("Check")))["counters"]["reconciles"]
        before = newest(demo)
        assert demo.interrupt() == 0
        assert "Traceback" not in demo.said
        assert demo.left() == []
    finally:
        demo.close()
    again = Terminal(tmp_path / "demo", **variables)
    try:
        again.reads("The first reading came from the API")
        assert newest(again) >= before
        assert mine(again) == 21.4
        again.reads("The past is complete")
        assert again.interrupt() == 0
        assert again.left() == []
    finally:
        again.close()


def test_a_taken_port_is_named_with_its_variable(tmp_path: Path) -> None:
    """One sentence says what to change."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        demo = Terminal(tmp_path / "demo", HDH_API_LISTEN=f"127.0.0.1:{port}")
        try:
            assert demo.process.wait(90) == 2
            demo.drain()
            assert f"127.0.0.1:{port} is taken; set HDH_API_LISTEN to another one" in demo.said
        finally:
            demo.close()
