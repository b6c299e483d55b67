"""Lanes: who goes on, who waits, and that nothing is lost, doubled or put out of order by it.

The journal is a real one; the store is a small one in memory that fails as it is told.
"""

from collections.abc import Callable, Sequence
from threading import Event, Lock

import pytest

from hdh.errors import Misconfigured, Retryable
from hdh.model import Point
from hdh.store.interface import Refusal
from ingest.journal import Batch
from ingest.message import Message, Messages, Placed
from ingest.place import Placer
from ingest.short_way import ShortWay
from tests.unit.ingest.world import SITE, A, B, World


def test_messages_come_to_their_ends(world: World) -> None:
    """Written, rejected (here for its topic, its project and its payload), ignored; all counted."""
    world.receive(A, "nowhere", "c/h/r/d")
    world.receive("a/h/r/d", payload=b"{")
    world.receive("a/h/r/d", payload=b"")
    world.settle()
    assert world.counts == (1, 3, 1, 0)
    assert world.journal.totals().rejected == {("", "project"): 1, ("", "topic"): 1, ("a", "payload"): 1}
    assert [topic for topic, _ in world.reports.take(9)] == ["nowhere/error", "c/h/r/d/error", "a/h/r/d/error"]


@pytest.mark.parametrize("error", [Retryable("away"), Misconfigured("no right"), ZeroDivisionError("a bug")])
def test_a_project_that_cannot_be_written_waits_alone(world: World, error: Exception) -> None:
    """Others go on; later it catches up in its order, and the lanes go on as one again."""
    world.store.failing["b"] = error
    for _ in range(5):
        world.receive(A, B, "nowhere")
        world.settle()
    assert world.counts == (5, 5, 0, 5)
    assert world.positions() == {"": 15, "a": 15, "b": 0}
    assert len(world.pipeline.problems()) == 1
    assert "Project b: " in world.pipeline.problems()[0]
    del world.store.failing["b"]
    world.settle()
    assert world.counts == (5, 5, 0, 5), "it is not tried before it is due"
    world.clock.now += 100
    world.receive(A, B)
    world.settle()
    assert world.positions() == {"": 17, "a": 17, "b": 17}
    assert world.counts == (12, 5, 0, 0)
    assert world.store.values == {"a": [1, 4, 7, 10, 13, 16], "b": [2, 5, 8, 11, 14, 17]}
    assert world.pipeline.problems() == []


def test_a_lane_that_lags_keeps_the_site_file_of_its_messages(world: World) -> None:
    """Batches that came under an old version are placed by it, also after a restart."""
    world.store.failing["b"] = Retryable("away")
    world.receive(B)
    world.settle()
    device = "devices: [{id: d, assignments: [{house: h2, room: r2}]}]"
    world.file.write_text(
        SITE.format(more="").replace(
            "id: b, title: B, timezone: UTC",
            f"""id: b, title: B, timezone: UTC,
     houses: [{{id: h2, rooms: [{{id: r2}}]}}], {device}""",
        )
    )
    world.sites.reload()
    assert world.sites.problem == ""
    world.receive(B)
    world.pipeline = world.fresh()
    del world.store.failing["b"]
    world.settle()
    assert {place.house for place, _ in world.store.written["b"]} == {"h", "h2"}  # type: ignore[attr-defined]


def test_a_project_listed_later_begins_with_its_listing(world: World) -> None:
    """What came before was rejected, what comes after is written."""
    world.receive("c/h/r/d/temperature")
    world.settle()
    world.file.write_text(SITE.format(more="  - {id: c, title: C, timezone: UTC}\n"))
    world.sites.check()
    world.receive("c/h/r/d/temperature")
    world.settle()
    assert world.counts == (1, 1, 0, 0)
    assert world.store.values == {"c": [2.0]}


def test_times_that_were_given_out_are_the_same_when_it_is_done_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Written, but not marked as done (kill -9 in between): the same points once more, none beside them."""
    for n in range(3):
        world.journal.append(
            Messages.of(Message(f"a/h/r/d/{name}", b"1", 5_000) for name in ("temperature", "tempC")), *_of(world)
        )
        if n == 0:
            world.settle()
    marked = world.journal.mark
    monkeypatch.setattr(world.journal, "mark", _raising(Retryable("disk full")))
    with pytest.raises(Retryable):
        world.pipeline.step()
    once = {project: dict(points) for project, points in world.store.written.items()}
    monkeypatch.setattr(world.journal, "mark", marked)
    world.pipeline = world.fresh()
    world.settle()
    assert once == world.store.written
    assert len(once["a"]) == 6
    assert world.counts == (6, 0, 0, 0)


def test_a_message_that_breaks_a_decoder_is_rejected(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bug of ours neither stops the rest nor comes back for ever."""
    whole = Placer.place

    def broken(self: Placer, message: Message) -> Placed:
        if message.payload == b"2":
            raise ZeroDivisionError("oh")
        return whole(self, message)

    def unusable(*_: object) -> None:
        raise ZeroDivisionError("oh")

    monkeypatch.setattr(Placer, "place", broken)
    monkeypatch.setattr(ShortWay, "points", unusable)
    world.receive(A, A, A)
    world.settle()
    assert world.counts == (2, 1, 0, 0)
    kept = world.journal.rejected(project="a", reason=None, before=None, limit=9)
    assert "ZeroDivisionError: oh" in kept[0].detail


def test_refused_points_reject_their_message(world: World) -> None:
    """With the store's words; the others of the batch are written."""
    world.store.refusing.add(2.0)
    world.receive(A, A, A)
    world.settle()
    assert world.counts == (2, 1, 0, 0)
    kept = world.journal.rejected(project="a", reason="store", before=None, limit=9)
    assert [(message.detail, message.payload) for message in kept] == [("no", b"2")]


@pytest.mark.parametrize("error", [Retryable("away"), None])
def test_pieces_of_a_pass_are_written_in_their_order(world: World, error: Exception | None) -> None:
    """Many messages are written piece by piece; where one fails, all come again; a refused one is told."""
    world.store.refusing.add(5_003.0)
    write, calls = world.store.write, []

    def failing(project: str, points: Sequence[Point]) -> list[Refusal]:
        calls.append(len(points))
        if error is not None and len(calls) == 2:
            raise error
        return write(project, points)

    world.store.write = failing  # type: ignore[method-assign]
    world.receive(*[f"a/h/r/d{n % 7}/temperature" for n in range(9_000)])
    world.pipeline.step()
    if error is not None:
        assert world.counts == (0, 0, 0, 9_000)
        world.clock.now += 60
        world.store.values.clear()
    world.settle()
    assert world.counts == (8_999, 1, 0, 0)
    assert world.store.values["a"] == [float(n) for n in range(1, 9_001) if n != 5_003]
    assert [kept.payload for kept in world.journal.rejected(project=None, reason=None, before=None, limit=9)] == [
        b"5003"
    ]
    assert max(calls) == 4_000


def test_projects_are_written_one_after_the_other(world: World) -> None:
    """A store is for one thread: while a piece of one project is written, another's waits."""
    write, busy = world.store.write, Lock()

    def slow(project: str, points: Sequence[Point]) -> list[Refusal]:
        assert busy.acquire(blocking=False), "two at once"
        try:
            Event().wait(0.02)
            return write(project, points)
        finally:
            busy.release()

    world.store.write = slow  # type: ignore[method-assign]
    world.receive(A, *[B] * 4_000)
    world.settle()
    assert world.counts == (4_001, 0, 0, 0)


def test_damaged_batches_are_passed_and_counted(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The messages around them are written."""
    world.receive(A, A)
    world.receive(A)
    whole = world.journal.read(0, until=9, messages=99, size=99)
    damaged = [Batch(1, 2, "", Messages(), "bad"), *whole[1:]]
    monkeypatch.setattr(world.journal, "read", lambda *_, **__: damaged)
    world.settle()
    assert world.counts == (1, 2, 0, 0)
    assert world.journal.totals().rejected == {("", "damaged"): 2}


def test_a_removed_project_is_finished(world: World) -> None:
    """What came while it was listed is still written, then its lane moves on with the others."""
    world.store.failing["b"] = Retryable("away")
    world.receive(B)
    world.settle()
    world.file.write_text("projects:\n  - {id: a, title: A, timezone: UTC}\n")
    world.sites.reload()
    world.receive(A, B)
    world.settle()
    del world.store.failing["b"]
    world.clock.now += 100
    world.settle()
    assert world.store.values == {"a": [2.0], "b": [1.0]}
    assert world.journal.totals().rejected == {("", "project"): 1}
    assert world.positions() == {"": 3, "a": 3, "b": 3}


def test_a_bad_site_file_changes_nothing(world: World) -> None:
    """It is told, and the one before stays in force until there is a good one."""
    version = world.sites.site.version
    world.file.write_text("projects: [")
    world.sites.check()
    assert "the one before it stays in force" in world.sites.problem
    assert version == world.sites.site.version
    world.file.write_text(SITE.format(more="\n"))
    world.sites.check()
    assert world.sites.problem == ""
    assert version != world.sites.site.version


def _of(world: World) -> tuple[str, str]:
    return world.sites.site.version, world.sites.site.text


def _raising(error: Exception) -> Callable[..., None]:
    def mark(*_: object) -> None:
        raise error

    return mark
