"""Real servers as local processes: a broker and a store, each on a free port with a folder of its own."""

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import Self

from tests.common.eventually import eventually

_PORTS = range(20_000, 32_000)
"""Below those that the kernel gives to connections: one of these might take a server's port while that is down."""


def free_port() -> int:
    """A port that nothing listens on right now."""
    while True:
        port = secrets.choice(_PORTS)  # not `random`, which hypothesis gives each process the same seed
        with socket.socket() as sock, suppress(OSError):
            sock.bind(("127.0.0.1", port))
            return port


def find(program: str) -> str | None:
    """The program's path, also from the sbin folders that a plain user's PATH lacks."""
    return shutil.which(program, path=os.environ.get("PATH", "") + os.pathsep + "/usr/sbin:/usr/local/sbin")


class Server:
    """A process that can be started, stopped, killed, frozen and started again with the same port and folder."""

    def __init__(self, command: list[str], log: Path, env: dict[str, str] | None = None) -> None:
        self.command = command
        self.log = log
        self.env = env
        self.process: subprocess.Popen[bytes] | None = None

    def ready(self) -> bool:
        """Whether it serves; a subclass asks it."""
        return True

    def start(self, *, seconds: float = 90) -> None:
        """Start it and wait until it serves."""
        self.start_and_leave()
        eventually(self._serves, seconds=seconds)

    def start_and_leave(self) -> None:
        """Start it and wait for nothing."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(self.command, stdout=log, stderr=log, env=self.env)

    def start_anyhow(self, *, seconds: float = 90) -> None:
        """Start it and wait until it serves, whatever its neighbours do."""
        self.start(seconds=seconds)

    def _serves(self) -> bool:
        assert self.process is not None
        if self.process.poll() is not None:
            raise RuntimeError(f"ended with {self.process.returncode}: {self.log.read_text()[-2000:]}")
        return self.ready()

    def stop(self, sig: signal.Signals = signal.SIGTERM, *, seconds: float = 30) -> int:
        """Send a signal and wait for the end; the exit code."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(sig)
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(10)
            raise

    def kill(self) -> None:
        """End it as a power cut would (SIGKILL)."""
        self.stop(signal.SIGKILL)

    def freeze(self) -> None:
        """Stop it from running: it keeps its connections and never answers."""
        assert self.process is not None
        if self.process.poll() is not None:
            return  # killed before: nothing answers anyhow
        self.process.send_signal(signal.SIGSTOP)
        # One of its threads may still answer until all have met the signal.
        os.waitid(os.P_PID, self.process.pid, os.WSTOPPED | os.WNOWAIT)

    def thaw(self) -> None:
        """Let it run on."""
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.stop()


class Mosquitto(Server):
    """A Mosquitto with wide queues, without passwords, on loopback; it saves what waits when it ends.

    Args:
        folder: for its configuration, log and saved state.
        port: a free one where none is given.
        extra: more lines of its configuration.
        saving: those that say when it saves.
    """

    def __init__(
        self,
        folder: Path,
        port: int | None = None,
        extra: str = "",
        saving: str = "persistence true\nautosave_interval 1800",
    ) -> None:
        self.port = port or free_port()
        folder.mkdir(parents=True, exist_ok=True)
        config = folder / "mosquitto.conf"
        config.write_text(
            f"listener {self.port} 127.0.0.1\nallow_anonymous true\n{saving}\n"
            f"persistence_location {folder}/\nmax_inflight_messages 2000\n"
            f"max_queued_messages 0\nmax_queued_bytes 2000000000\nset_tcp_nodelay true\n"
            # Started by root it would become its own user, who may not write here.
            f"user {'root' if os.geteuid() == 0 else os.environ.get('USER', 'nobody')}\n{extra}\n"
        )
        program = find("mosquitto")
        assert program, "mosquitto is not installed"
        super().__init__([program, "-c", str(config)], folder / "mosquitto.log")

    @property
    def url(self) -> str:
        """As HDH_BROKER_URL."""
        return f"mqtt://127.0.0.1:{self.port}"

    @property
    def version(self) -> tuple[int, ...]:
        """Such as (2, 0, 21)."""
        told = subprocess.run([self.command[0], "-h"], capture_output=True, text=True, check=False).stdout
        return tuple(int(part) for part in told.split()[2].split("."))

    def ready(self) -> bool:
        """It accepts connections."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=1):
            return True


class Influxd(Server):
    """A real InfluxDB 1.x. `settings` are its own variables, such as INFLUXDB_HTTP_AUTH_ENABLED=true."""

    def __init__(self, folder: Path, port: int | None = None, **settings: str) -> None:
        self.port = port or free_port()
        folder.mkdir(parents=True, exist_ok=True)
        env = os.environ | {
            "INFLUXDB_REPORTING_DISABLED": "true",
            "INFLUXDB_BIND_ADDRESS": f"127.0.0.1:{free_port()}",
            "INFLUXDB_HTTP_BIND_ADDRESS": f"127.0.0.1:{self.port}",
            "INFLUXDB_HTTP_LOG_ENABLED": "false",
            "INFLUXDB_META_DIR": str(folder / "meta"),
            "INFLUXDB_DATA_DIR": str(folder / "data"),
            "INFLUXDB_DATA_WAL_DIR": str(folder / "wal"),
            "INFLUXDB_DATA_QUERY_LOG_ENABLED": "false",
            "INFLUXDB_MONITOR_STORE_ENABLED": "false",
            **settings,
        }
        program = find("influxd")
        assert program, "influxdb is not installed"
        # Debian's influxd without a configuration file takes its defaults and the variables above.
        super().__init__([program, "run", "-config", os.devnull], folder / "influxd.log", env)

    @property
    def url(self) -> str:
        """As HDH_STORE_URL."""
        return f"influxdb://127.0.0.1:{self.port}?generation=1"

    def ready(self) -> bool:
        """It answers a ping."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/ping", timeout=2) as answer:
                return answer.status == 204
        except urllib.error.URLError:
            return False


class Influxd2(Server):
    """A real InfluxDB 2.x, the binary named by INFLUXD2, set up with an organisation and an administrator's token."""

    org = "hdh"
    token = "token-of-the-administrator"

    def __init__(self, folder: Path, port: int | None = None, **settings: str) -> None:
        self.port = port or free_port()
        folder.mkdir(parents=True, exist_ok=True)
        env = os.environ | {
            "INFLUXD_REPORTING_DISABLED": "true",
            "INFLUXD_HTTP_BIND_ADDRESS": f"127.0.0.1:{self.port}",
            "INFLUXD_BOLT_PATH": str(folder / "influxd.bolt"),
            "INFLUXD_SQLITE_PATH": str(folder / "influxd.sqlite"),
            "INFLUXD_ENGINE_PATH": str(folder / "engine"),
            "INFLUXD_LOG_LEVEL": "warn",
            **settings,
        }
        super().__init__([os.environ["INFLUXD2"]], folder / "influxd.log", env)

    @property
    def url(self) -> str:
        """As HDH_STORE_URL."""
        return f"influxdb://127.0.0.1:{self.port}?generation=2&org={self.org}"

    def ready(self) -> bool:
        """It is up, and set up: a second set-up is refused with 422."""
        first = {
            "username": "admin",
            "password": "password-of-admin",
            "org": self.org,
            "bucket": "first",
            "token": self.token,
        }
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/api/v2/setup",
            json.dumps(first).encode(),
            {"Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status == 201
        except urllib.error.HTTPError as error:
            return error.code == 422
        except urllib.error.URLError:
            return False


def unique(prefix: str) -> str:
    """A name that no other test uses."""
    return f"{prefix}-{time.time_ns():x}-{os.getpid()}"
