"""One who listens: a bounded queue, and an opaque word for what was heard."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.live.cursors import Cursors, parse, spell
from api.live.listener import MOST_POINTS, Listener
from api.live.slots import Written, WrittenPoint
from hdh.errors import Invalid


def _written(cursor: str, points: int = 1, slot: int = 0) -> Written:
    return Written(cursor, [WrittenPoint("toe", "h", "r", "d", n, {"co2": 1.0}) for n in range(points)], "", slot)


def _taken(listener: Listener) -> list[Written]:
    async def take() -> list[Written]:
        found = []
        while (written := await listener.take(0.001)) is not None:
            found.append(written)
        return found

    return asyncio.run(take())


def test_what_is_offered_is_taken_in_order() -> None:
    """And no more once the api ends."""
    listener = Listener([None])
    offered = [_written("1"), _written("2"), _written("3")]
    for written in offered:
        listener.offer(written)

    assert _taken(listener) == offered
    listener.offer(_written("4"))
    listener.end()
    assert _taken(listener) == []


def test_too_much_becomes_missed_of_each_slot() -> None:
    """All that waits goes, with the newest cursor of each ingest; what comes afterwards is kept again."""
    listener = Listener([None, None])
    listener.offer(_written("a1", MOST_POINTS - 1))
    listener.offer(_written("b1", 1, slot=1))
    listener.offer(_written("a2", 1))
    listener.offer(_written("b2", 1, slot=1))

    found = [(written.slot, written.cursor, bool(written.missed), len(written.points)) for written in _taken(listener)]
    assert found == [(0, "a2", True, 0), (1, "b1", True, 0), (1, "b2", False, 1)]


@given(st.lists(st.none() | st.text(max_size=40), max_size=5))
def test_cursors_are_read_as_they_were_written(cursors: Cursors) -> None:
    """In letters that a header and a URL take."""
    word = spell(cursors)

    assert parse(word) == cursors
    assert word.replace("-", "").replace("_", "").isalnum()


@pytest.mark.parametrize("text", ["x", "e30", "WzFd", "ä", "WyJhIl0é", " "])
def test_a_strange_id_is_told(text: str) -> None:
    """With the remedy."""
    with pytest.raises(Invalid, match="last_event_id"):
        parse(text)
