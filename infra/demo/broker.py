"""The demo's broker: mosquitto where it is installed, else the embedded amqtt (MQTT 3.1.1)."""

from __future__ import annotations

import asyncio
import logging
import os
import pwd
import shutil
import signal
from dataclasses import dataclass
from pathlib import Path
from string import Template

from amqtt.broker import Broker
from amqtt.plugins.base import BaseAuthPlugin
from amqtt.session import Session

from infra.demo.places import Places


def mosquitto() -> str | None:
    """The program, also from the folder that a plain user's PATH lacks."""
    return shutil.which("mosquitto", path=os.environ.get("PATH", "") + os.pathsep + "/usr/sbin:/usr/local/sbin")


class Everyone(BaseAuthPlugin):
    """Lets everyone in; who gives a name is known by it and so keeps a session."""

    async def authenticate(self, *, session: Session) -> bool:
        """Whether this client may connect."""
        session.is_anonymous = not session.username
        return True

    @dataclass
    class Config:
        """It has no options."""


async def embedded(places: Places) -> None:
    """Run amqtt until SIGTERM or SIGINT."""
    config = {
        "listeners": {"default": {"type": "tcp", "bind": str(places.broker)}},
        "plugins": {f"{__name__}.{Everyone.__name__}": {}},
    }
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    broker = Broker(config)
    await broker.start()
    await stop.wait()
    await broker.shutdown()


def main() -> None:
    """Become mosquitto, or run the embedded broker."""
    places = Places.read()
    program = mosquitto()
    if program is None:
        logging.basicConfig(level=logging.WARNING)
        asyncio.run(embedded(places))
        return
    template = Template(Path(__file__).with_name("mosquitto.conf").read_text(encoding="utf-8"))
    config = places.folder / "mosquitto.conf"
    # Started by root, it would become a user of its own, who may not write here.
    user = pwd.getpwuid(os.geteuid()).pw_name
    values = {"host": places.broker.host, "port": places.broker.port, "user": user, "folder": places.folder}
    config.write_text(template.substitute(values), encoding="utf-8")
    os.execv(program, [program, "-c", str(config)])  # noqa: S606 (its path was just looked up)


if __name__ == "__main__":
    # Under its own name, as the broker imports its plugin from it.
    from infra.demo.broker import main as run

    run()
