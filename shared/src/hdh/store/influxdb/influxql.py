"""InfluxQL: identifiers are quoted by one function, values are bound parameters and never part of the text."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from hdh.line_protocol import to_stored
from hdh.model import Span
from hdh.store.interface import Selection

_NS = 1_000_000
_EARLIEST = -9_223_372_036_854
_LATEST = 9_223_372_036_854
"""The times that the store knows, epoch ms."""


def identifier(name: str) -> str:
    """A name as an identifier: of a database, a measurement, a field or a user, as stored."""
    escaped = name.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def text(value: str) -> str:
    """A literal, for the few statements that take no bound parameter (passwords)."""
    escaped = value.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n")
    return f"'{escaped}'"


def clamp(span: Span) -> Span:
    """The part of a span that the store can hold."""
    return Span(min(max(span.start, _EARLIEST), _LATEST), max(min(span.stop, _LATEST + 1), _EARLIEST))


@dataclass(slots=True)
class Parameters:
    """Collects the values of a request; the same value has one name."""

    values: dict[str, str | int] = field(default_factory=dict)
    _names: dict[str | int, str] = field(default_factory=dict)

    def bind(self, value: str | int) -> str:
        """The value's parameter, `$p0`."""
        name = self._names.setdefault(value, f"p{len(self._names)}")
        self.values[name] = value
        return f"${name}"

    def time(self, span: Span) -> str:
        """The condition that a time is in the span."""
        part = clamp(span)
        return f"time >= {self.bind(part.start * _NS)} AND time < {self.bind(min(part.stop * _NS, 2**63 - 1))}"

    def before(self, time: int) -> str:
        """The condition that a time is before another."""
        return f"time < {self.bind(clamp(Span(time, time)).start * _NS)}"

    def selection(self, selection: Selection) -> list[str]:
        """The conditions on tags that a selection makes; none where it selects all."""
        tags = (("house", selection.houses), ("room", selection.rooms), ("device", selection.devices))
        return [self._one_of(key, values) for key, values in tags if values]

    def _one_of(self, key: str, values: Sequence[str]) -> str:
        return "(" + " OR ".join(f'"{key}" = {self.bind(to_stored(value))}' for value in values) + ")"


def where(conditions: Sequence[str]) -> str:
    """The clause of these conditions, with a space before it; empty where there are none."""
    return f" WHERE {' AND '.join(conditions)}" if conditions else ""
