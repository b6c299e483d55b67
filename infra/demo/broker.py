"""The demo's broker: mosquitto where it is installed, else (or by HDH_DEMO_BROKER=amqtt) the embedded amqtt."""

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

from amqtt.adapters import ReaderAdapter, StreamReaderAdapter, StreamWriterAdapter
from amqtt.broker import Broker
from amqtt.plugins.base import BaseAuthPlugin
from amqtt.session import Session

from infra.demo.places import Places

_HEAD = 10  # the first bytes of a CONNECT, of at most 127 bytes, up to the protocol's level; longer ones have more
_FIVE = b"\x00\x04MQTT\x05"
_UNACCEPTABLE = b"\x20\x02\x00\x01"  # CONNACK of MQTT 3.1.1: unacceptable protocol version


def mosquitto() -> str | None:
    """The program, also from the folder that a plain user's PATH lacks; None where amqtt is to be used."""
    if os.environ.get("HDH_DEMO_BROKER") == "amqtt":
        return None
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


class _Resumed(ReaderAdapter):
    """A reader whose first bytes were read already."""

    def __init__(self, head: bytes, reader: asyncio.StreamReader) -> None:
        self._head = head
        self._rest = StreamReaderAdapter(reader)

    async def read(self, n: int = -1) -> bytes:
        if not self._head or n == 0:
            return await self._rest.read(n)
        if n < 0:
            n = len(self._head)
        piece, self._head = self._head[:n], self._head[n:]
        return piece if len(piece) == n else piece + await self._rest.read(n - len(piece))

    def feed_eof(self) -> None:
        self._rest.feed_eof()


class OldBroker(Broker):
    """amqtt, saying at once to clients of MQTT 5 that it speaks 3.1.1; by itself it would leave them waiting."""

    async def stream_connected(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, listener_name: str
    ) -> None:
        """A client has connected."""
        try:
            head = await reader.readexactly(_HEAD)
        except (asyncio.IncompleteReadError, OSError):
            writer.close()
            return
        if _FIVE in head:
            writer.write(_UNACCEPTABLE)
            writer.close()
            return
        await self.external_connected(_Resumed(head, reader), StreamWriterAdapter(writer), listener_name)


async def embedded(places: Places) -> None:
    """Run amqtt until SIGTERM or SIGINT."""
    config = {
        "listeners": {"default": {"type": "tcp", "bind": str(places.broker)}},
        "plugins": {f"{__name__}.{Everyone.__name__}": {}},
    }
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    broker = OldBroker(config)
    await broker.start()
    await stop.wait()
    await broker.shutdown()


def become(program: str, places: Places) -> None:
    """Become mosquitto, with the demo's configuration."""
    template = Template(Path(__file__).with_name("mosquitto.conf").read_text(encoding="utf-8"))
    config = places.folder / "mosquitto.conf"
    # Started by root, it would become a user of its own, who may not write here.
    user = pwd.getpwuid(os.geteuid()).pw_name
    values = {"host": places.broker.host, "port": places.broker.port, "user": user, "folder": places.folder}
    config.write_text(template.substitute(values), encoding="utf-8")
    os.execv(program, [program, "-c", str(config)])  # noqa: S606 (its path was just looked up)


def main() -> None:
    """Become mosquitto, or run the embedded broker."""
    places = Places.read()
    if program := mosquitto():
        become(program, places)
    logging.basicConfig(level=logging.WARNING)
    asyncio.run(embedded(places))


if __name__ == "__main__":
    # Under its own name, as the broker imports its plugin from it.
    from infra.demo.broker import main as run

    run()
