"""Redeliveries are told from new messages."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.journal import SqliteJournal
from ingest.message import Message, Messages
from ingest.redelivery import WINDOW, Window


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[SqliteJournal]:
    """An empty journal."""
    made = SqliteJournal(tmp_path)
    yield made
    made.close()


def _append(journal: SqliteJournal, *messages: tuple[int, str, bytes]) -> None:
    given = [Message(topic, payload, 1, packet_id) for packet_id, topic, payload in messages]
    journal.append(Messages.of(given), "v", "text")


def test_only_the_same_id_topic_and_payload_is_the_same(journal: SqliteJournal) -> None:
    """Anything else is a new message."""
    window = Window(journal)
    assert not window.holds(7, "a", b"1")
    _append(journal, (7, "a", b"1"), (8, "ab", b"c"))
    assert window.holds(7, "a", b"1")
    assert not window.holds(9, "a", b"1")
    assert not window.holds(7, "b", b"1")
    assert not window.holds(7, "a", b"2")
    assert not window.holds(8, "a", b"bc")


def test_an_id_used_again_is_its_newest_message(journal: SqliteJournal) -> None:
    """The older one was acknowledged before its id could come again, in another batch or in the same one."""
    window = Window(journal)
    _append(journal, (7, "a", b"1"))
    assert window.holds(7, "a", b"1")
    _append(journal, (7, "a", b"2"), (8, "a", b"1"), (8, "a", b"2"))
    for packet_id in (7, 8):
        assert not window.holds(packet_id, "a", b"1")
        assert window.holds(packet_id, "a", b"2")


def test_what_was_journaled_before_a_restart_is_known(tmp_path: Path) -> None:
    """All that it knows is in the journal."""
    first = SqliteJournal(tmp_path)
    _append(first, (7, "a", b"1"), (7, "a", b"2"))
    first.close()
    again = SqliteJournal(tmp_path)
    assert Window(again).holds(7, "a", b"2")
    again.close()


def test_old_entries_are_forgotten(journal: SqliteJournal) -> None:
    """A broker that numbers one after the other cannot come back to an id within the window."""
    for begin in range(1, WINDOW + 2, 4_096):
        _append(journal, *((packet_id, "a", b"1") for packet_id in range(begin, min(begin + 4_096, WINDOW + 2))))
    window = Window(journal)
    assert not window.holds(1, "a", b"1")
    assert window.holds(2, "a", b"1")
    assert window.holds(WINDOW + 1, "a", b"1")


def test_qos_0_is_never_a_redelivery(journal: SqliteJournal) -> None:
    """It has no packet id."""
    _append(journal, (0, "a", b"1"))
    assert not Window(journal).holds(0, "a", b"1")


def test_a_rest_forgets_nothing(journal: SqliteJournal) -> None:
    """What is held open is given back, and opened again when it is needed."""
    window = Window(journal)
    _append(journal, (7, "a", b"1"))
    assert window.holds(7, "a", b"1")
    window.rest()
    _append(journal, (8, "a", b"1"))
    assert window.holds(7, "a", b"1")
    assert window.holds(8, "a", b"1")
