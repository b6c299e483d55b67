"""A broker of the tests' own with the stack's configuration file, and the credentials that set-up makes for it."""

import signal
from pathlib import Path

from tests.common.servers import Mosquitto, find, free_port

CONFIG = Path(__file__).parents[2] / "infra" / "mosquitto" / "mosquitto.conf"


class StackBroker(Mosquitto):
    """Mosquitto as the stack runs it; only folders and ports are the test's own.

    Args:
        folder: for its log and what it saves.
        credentials: the folder that `operate setup --broker` prepares.

    Attributes:
        tls_port: for gateways; `port` is for services.
    """

    def __init__(self, folder: Path, credentials: Path) -> None:
        super().__init__(folder)
        self.tls_port = free_port()
        text = CONFIG.read_text()
        for old, new in (
            ("/credentials/", f"{credentials}/broker/"),
            ("persistence_location /data/", f"persistence_location {folder}/\nuser root"),
            ("listener 1883", f"listener {self.port} 127.0.0.1"),
            ("listener 8883", f"listener {self.tls_port} 127.0.0.1"),
        ):
            assert old in text
            text = text.replace(old, new)
        config = folder / "stack.conf"
        config.write_text(text)
        program = find("mosquitto")
        assert program
        self.command = [program, "-c", str(config)]

    def reload(self) -> None:
        """Have it read users and rights again."""
        assert self.process is not None
        self.process.send_signal(signal.SIGHUP)
