"""Server-sent events, line by line."""

import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Event:
    """One event.

    Attributes:
        kind: `readings`, `heartbeat` or `missed`.
        data: its JSON.
    """

    kind: str
    data: dict[str, Any]


class Parser:
    """Puts lines together to events.

    Attributes:
        last: the id to come back with, empty before the first event.
        retry_seconds: how long to wait before coming back.
    """

    def __init__(self) -> None:
        self.last = ""
        self.retry_seconds = 2.0
        self._fields: dict[str, str] = {}

    def feed(self, line: str) -> Event | None:
        """Take a line; the event that it ends, if it does."""
        if line:
            name, _, value = line.partition(":")
            self._fields[name] = value.removeprefix(" ")
            return None
        fields, self._fields = self._fields, {}
        if fields.get("retry", "").isdigit():
            self.retry_seconds = int(fields["retry"]) / 1000
        if "data" not in fields:
            return None
        event = Event(fields.get("event", "message"), json.loads(fields["data"]))
        # Only now: an id without its data was not heard.
        self.last = fields.get("id", self.last)
        return event

    def again(self) -> None:
        """A new connection: what was begun on the one before is gone."""
        self._fields = {}
