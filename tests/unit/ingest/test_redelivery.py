"""Redeliveries are told from new messages."""

from ingest.journal.segment import digest
from ingest.redelivery import WINDOW, Window


def test_only_the_same_id_topic_and_payload_is_the_same() -> None:
    """Anything else is a new message."""
    window = Window()
    window.add(7, "a", b"1")
    assert window.holds(7, "a", b"1")
    assert not window.holds(8, "a", b"1")
    assert not window.holds(7, "b", b"1")
    assert not window.holds(7, "a", b"2")


def test_topic_and_payload_are_told_apart() -> None:
    """A byte that moves from one to the other is another message."""
    assert digest("ab", b"c") != digest("a", b"bc")


def test_an_id_used_again_is_its_newest_message() -> None:
    """The older one was acknowledged before its id could come again."""
    window = Window()
    window.add(7, "a", b"1")
    window.add(7, "a", b"2")
    assert not window.holds(7, "a", b"1")
    assert window.holds(7, "a", b"2")


def test_it_is_rebuilt_from_the_journal() -> None:
    """After a restart it knows what it knew before."""
    assert Window([(7, digest("a", b"1")), (7, digest("a", b"2"))]).holds(7, "a", b"2")


def test_old_entries_are_forgotten() -> None:
    """A broker that numbers one after the other cannot come back to an id within the window."""
    window = Window()
    for packet_id in range(1, WINDOW + 2):
        window.add(packet_id, "a", b"1")
    assert not window.holds(1, "a", b"1")
    assert window.holds(2, "a", b"1")
    assert window.holds(WINDOW + 1, "a", b"1")


def test_qos_0_is_never_a_redelivery() -> None:
    """It has no packet id."""
    window = Window()
    window.add(0, "a", b"1")
    assert not window.holds(0, "a", b"1")
