"""How the API is reached: address, key, time-outs, and what the network's errors mean."""

from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Protocol

import httpx
from pydantic import Field, SecretStr

from hdh.client.errors import BrokenOff, Unreachable
from hdh.errors import Misconfigured
from hdh.settings import Settings, load

READ_SECONDS = 120.0
"""How long the API may be silent: some questions are much work for a store."""
SILENT_SECONDS = 15.0
"""How long live may be silent: there is a heartbeat every five seconds."""
_CONNECT_SECONDS = 10.0


class ClientSettings(Settings):
    """What the environment tells the client."""

    api_url: str = Field(default="http://127.0.0.1:8000", description="Where the API answers.")
    api_key: SecretStr | None = Field(default=None, description="A key of `api key add`; without it, as the public.")


def options(url: str | None, key: str | None) -> dict[str, Any]:
    """What an HTTP client of either kind is made with.

    Raises:
        Misconfigured: the address is none.
    """
    told = load(ClientSettings)
    secret = key if key is not None else told.api_key.get_secret_value() if told.api_key else None
    address = (url or told.api_url).rstrip("/")
    parts = httpx.URL(address)
    if parts.scheme not in {"http", "https"} or not parts.host:
        raise Misconfigured(f"HDH_API_URL={address} is no address; write http://127.0.0.1:8000.")
    headers = {} if secret is None else {"Authorization": f"Bearer {secret}"}
    if _is_loopback(parts.host):
        # Within one machine packing costs more than it saves.
        headers["Accept-Encoding"] = "identity"
    return {
        "base_url": f"{address}/v1/",
        "headers": headers,
        "timeout": httpx.Timeout(READ_SECONDS, connect=_CONNECT_SECONDS),
        # A proxy of the environment is for the world outside.
        "trust_env": not _is_loopback(parts.host),
    }


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class Sink(Protocol):
    """Where the pieces of an answer go."""

    received: int

    def begin(self) -> None:
        """Forget what came: the answer begins, perhaps again."""

    def add(self, piece: bytes) -> None:
        """Take a piece."""


class Memory:
    """Keeps an answer in memory."""

    def __init__(self) -> None:
        self.received = 0
        self._pieces: list[bytes] = []

    def begin(self) -> None:
        """Forget what came."""
        self.received, self._pieces = 0, []

    def add(self, piece: bytes) -> None:
        """Take a piece."""
        self.received += len(piece)
        self._pieces.append(piece)

    @property
    def body(self) -> bytes:
        """All of it."""
        return b"".join(self._pieces)


class File:
    """Writes an answer to a file, which gets its name only when it is whole.

    Args:
        path: the name.
    """

    def __init__(self, path: Path) -> None:
        self.received = 0
        self._path = path
        self._part = path.with_name(f"{path.name}.part")
        self._file = self._part.open("wb")

    def begin(self) -> None:
        """Forget what came."""
        self.received = 0
        self._file.seek(0)
        self._file.truncate()

    def add(self, piece: bytes) -> None:
        """Take a piece."""
        self.received += len(piece)
        self._file.write(piece)

    def keep(self) -> None:
        """It is whole."""
        self._file.close()
        self._part.replace(self._path)

    def close(self) -> None:
        """Remove what is not kept."""
        self._file.close()
        self._part.unlink(missing_ok=True)


@contextmanager
def told(sink: Sink | None = None) -> Iterator[None]:
    """Turn the network's errors into ours.

    Raises:
        BrokenOff: something had come already.
        Unreachable: nothing had.
    """
    try:
        yield
    except httpx.TransportError as error:
        words = f"{type(error).__name__}: {error}".rstrip(": ")
        if sink is not None and sink.received:
            raise BrokenOff(f"The answer broke off after {sink.received} bytes ({words}). Ask again.") from error
        address = error.request.url.copy_with(query=None)
        raise Unreachable(f"{address} does not answer ({words}). Is the API there? See HDH_API_URL.") from error
    except httpx.DecodingError as error:
        raise BrokenOff(f"The answer cannot be unpacked: {error}. Ask again.") from error
