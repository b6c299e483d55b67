"""How far somebody has taken what was written: the journal, and a position for each lane."""

from collections.abc import Mapping
from dataclasses import dataclass
from secrets import token_hex

import msgspec

from hdh.errors import Invalid
from ingest.journal import Journal, Lane

EVERYTHING_ELSE = ""
"""The lane of what has none of its own."""
_NOTE = "journal_id"
_decoder = msgspec.json.Decoder(tuple[str, dict[str, int]])


@dataclass(frozen=True, slots=True)
class Cursor:
    """Positions in one journal by lane; one that is not named stands where the lane "" stands."""

    journal: str
    positions: Mapping[str, int]

    def of(self, lane: str) -> int:
        """The position of a lane."""
        return self.positions.get(lane, self.positions[EVERYTHING_ELSE])

    def __str__(self) -> str:
        """As `parse` reads it: lanes that go with all others are left out."""
        rest = self.positions[EVERYTHING_ELSE]
        apart = {lane: at for lane, at in self.positions.items() if at != rest}
        return msgspec.json.encode((self.journal, {EVERYTHING_ELSE: rest, **apart})).decode()


def parse(text: str, parameter: str) -> Cursor:
    """Read a cursor.

    Raises:
        Invalid: it is none.
    """
    try:
        journal, positions = _decoder.decode(text)
    except msgspec.MsgspecError:
        positions = {}
    if EVERYTHING_ELSE not in positions or any(not 0 <= at < 1 << 63 for at in positions.values()):
        remedy = "Take one that an answer held, or none to begin now."
        raise Invalid("is no cursor.", parameter=parameter, value=text, remedy=remedy)
    return Cursor(journal, positions)


def identity(journal: Journal) -> str:
    """What tells this journal from one that is begun anew in its place; made on first use."""
    found = journal.note(_NOTE)
    if found is None:
        found = token_hex(4)
        journal.set_note(_NOTE, found)
    return found


def here(journal_id: str, lanes: Mapping[str, Lane]) -> Cursor:
    """Where the lanes stand."""
    return Cursor(journal_id, {name: lane.position for name, lane in lanes.items()})
