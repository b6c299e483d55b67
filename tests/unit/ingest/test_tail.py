"""What was written, by position: exactly what the store got, once, from any cursor, never what it refused."""

import pytest

from hdh.errors import Invalid, Retryable
from hdh.model import Point
from ingest.cursor import Cursor, identity, parse
from ingest.message import Message, Messages
from ingest.tail import Tail
from tests.unit.ingest.world import A, B, World


def _values(points: list[tuple[str, Point]]) -> list[tuple[str, object]]:
    return [(project, point.fields["temperature"]) for project, point in points]


def _read(tail: Tail) -> list[tuple[str, object]]:
    return [value for written in tail.read() for value in _values(written.points)]


def test_what_is_written_comes_once(world: World) -> None:
    """Nothing of before it began, nothing that is pending, and nothing twice."""
    world.receive(A)
    world.settle()
    tail = Tail(world.journal, None)
    world.receive(A, B, "nowhere")
    assert _read(tail) == [], "it is not written yet"
    world.settle()
    assert _read(tail) == [("a", 2.0), ("b", 3.0)]
    assert _read(tail) == []
    tail.close()


def test_a_project_that_waits_does_not_hold_up_the_others(world: World) -> None:
    """It comes when it is written, from its own position; a cursor from in between goes on alike."""
    tail = Tail(world.journal, None)
    world.store.failing["b"] = Retryable("away")
    world.receive(A, B)
    world.settle()
    world.receive(B, A)
    world.settle()
    assert _read(tail) == [("a", 1.0), ("a", 4.0)]
    between = parse(str(tail.cursor), "after")
    del world.store.failing["b"]
    world.clock.now += 100
    world.receive(A)
    world.settle()
    later = Tail(world.journal, between)
    assert sorted(_read(tail)) == sorted(_read(later)) == [("a", 5.0), ("b", 2.0), ("b", 3.0)]
    assert str(tail.cursor) == str(later.cursor)
    tail.close()
    later.close()


def test_what_was_rejected_never_comes(world: World) -> None:
    """Neither what the decoder found wrong nor what the store refused; good parts of the former do."""
    tail = Tail(world.journal, None)
    world.store.refusing.add(7.0)
    world.receive("a/h/r/d", payload=b'{"temperature": 7}')
    world.receive("a/h/r/d", payload=b'[{"temperature": 8}, {"temperature": "warm"}]')
    world.receive("a/h/r/d", payload=b"{")
    world.receive(A, payload=b"9")
    world.settle()
    assert _read(tail) == [("a", 8.0), ("a", 9.0)]
    tail.close()


def test_an_old_cursor_gives_the_same_points(world: World) -> None:
    """Also the times that ingest gave to readings without one, which keep those of one moment apart."""
    tail = Tail(world.journal, None)
    begin = tail.cursor
    same = [
        Message("a/h/r/d/temperature", b"1", 1_700_000_000_000),
        Message("a/h/r/d", b'{"temperature": 2}', 1_700_000_000_000),
    ]
    for _ in range(3):
        world.journal.append(Messages.of(same), world.sites.site.version, world.sites.site.text)
        world.settle()
    half = list(tail.read())
    points = [point for written in half for _, point in written.points]
    again = Tail(world.journal, half[0].cursor)
    rest = [point for written in again.read() for _, point in written.points]
    whole = Tail(world.journal, begin, tail.cursor)
    assert [point for written in whole.read() for _, point in written.points] == points
    assert whole.ended
    assert points[len(points) - len(rest) :] == rest
    assert [(p.time, p.fields) for p in points] == [
        (time, fields) for (_, time), fields in world.store.written["a"].items()
    ]
    for one in (tail, again, whole):
        one.close()


def test_positions_that_are_gone_are_told(world: World) -> None:
    """A pruned segment, a journal begun anew and a cursor from the future are missed; what follows comes."""
    begin = Tail(world.journal, None)
    cursor = begin.cursor
    for _ in range(3):
        world.receive(A)
        world.settle()
    world.journal.prune(1 << 60)
    parts = list(Tail(world.journal, cursor).read())
    assert [bool(part.missed) for part in parts if part.missed] == [True]
    assert _values(parts[-1].points)[-1] == ("a", 3.0)
    for strange in (Cursor("other", cursor.positions), Cursor(cursor.journal, {"": 99})):
        tail = Tail(world.journal, strange)
        assert tail.first().missed
        assert _read(tail) == []
        tail.close()
    begin.close()


def test_what_a_power_cut_took_back_is_told_again(world: World) -> None:
    """A cursor may be ahead of how far the lanes are known to be, but not of what was received: nothing is missed."""
    world.receive(A)
    tail = Tail(world.journal, Cursor(identity(world.journal), {"": world.journal.last}))
    assert not tail.first().missed
    world.settle()
    assert _read(tail) == [("a", 1.0)]
    tail.close()


@pytest.mark.parametrize(
    "text", ["", "x", "[]", '["a",{}]', '["a",{"":-1}]', '["a",{"":1.5}]', '["a",{"":9223372036854775808}]']
)
def test_a_cursor_that_is_none_is_told(text: str) -> None:
    """With the parameter's name."""
    with pytest.raises(Invalid, match="after"):
        parse(text, "after")


def test_a_cursor_is_read_as_it_was_written() -> None:
    """Lanes that go with all others are left out, and stand there all the same."""
    cursor = Cursor("a1", {"": 5, "a": 5, "b": 3})

    again = parse(str(cursor), "after")

    assert str(cursor) == '["a1",{"":5,"b":3}]'
    assert [again.of(lane) for lane in ("", "a", "b", "new")] == [5, 5, 3, 5]
