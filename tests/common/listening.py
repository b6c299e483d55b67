"""One who listens to `/v1/live`, in a thread of its own."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import Any

import httpx

from tests.common.eventually import eventually

_CLIENT = httpx.Client(timeout=20, trust_env=False, limits=httpx.Limits(max_connections=None))


@dataclass
class Listening:
    """What was heard so far.

    Attributes:
        events: kind and data of each event.
        last: the id of the last one.
        ended: set when the stream has ended or broke.
    """

    events: list[tuple[str, Any]] = field(default_factory=list)
    last: str = ""
    ended: Event = field(default_factory=Event)

    def of(self, kind: str) -> list[Any]:
        """The data of the events of this kind."""
        return [data for name, data in list(self.events) if name == kind]

    @property
    def readings(self) -> list[dict[str, Any]]:
        """All readings, in order."""
        return [reading for data in self.of("readings") for reading in data["readings"]]

    @property
    def values(self) -> list[Any]:
        """Their values."""
        return [reading["value"] for reading in self.readings]

    def take(self, lines: Iterator[str]) -> None:
        """Take all lines of a stream."""
        kind, last = "", ""
        try:
            for line in lines:
                name, _, value = line.partition(": ")
                if name == "event":
                    kind = value
                elif name == "id":
                    last = value
                elif name == "data":
                    self.last = last
                    self.events.append((kind, json.loads(value)))
        except (httpx.HTTPError, httpx.StreamError):
            pass
        finally:
            self.ended.set()


@contextmanager
def listening(url: str, *, key: str | None = None, after: str = "", **parameters: Any) -> Iterator[Listening]:
    """Listen for as long as the context lasts; it begins once the api hears all of ingest."""
    headers = ({"Authorization": f"Bearer {key}"} if key else {}) | ({"Last-Event-ID": after} if after else {})
    heard = Listening()
    with _CLIENT.stream("GET", f"{url}/v1/live", headers=headers, params=parameters) as answer:
        assert answer.status_code == 200, answer.read()
        assert answer.headers["content-type"].startswith("text/event-stream")
        # Another thread may not close what this one reads: the socket's end wakes it.
        thread = Thread(target=heard.take, args=(answer.iter_lines(),), daemon=True)
        thread.start()
        eventually(lambda: any(beat["complete"] for beat in heard.of("heartbeat")))
        try:
            yield heard
        finally:
            with suppress(OSError):  # it has ended already
                answer.extensions["network_stream"].get_extra_info("socket").shutdown(socket.SHUT_RDWR)
            thread.join(10)
