"""Packets of MQTT that cannot be: told as they are, without a word about who would send them."""

import pytest

from hdh.mqtt import packets


def test_a_long_topic_is_told_by_its_bytes() -> None:
    """Letters of two bytes count twice."""
    with pytest.raises(packets.TooLong) as error:
        packets.publish("ä" * 40_000, b"1", 1)
    assert str(error.value) == f"'{'ä' * 50}'… has 80,000 bytes; MQTT takes 65,535."


def test_a_long_client_id_is_told_in_the_same_way() -> None:
    """It stands in the first packet of a session."""
    with pytest.raises(packets.TooLong, match=r"^'xx+'… has 70,000 bytes; MQTT takes 65,535\.$"):
        packets.connect("x" * 70_000)


def test_a_message_beyond_the_longest_is_told() -> None:
    """256 MiB are what a length of four bytes can spell."""
    with pytest.raises(packets.TooLong, match=r"^A message has 268,435,460 bytes; MQTT takes 268,435,455\.$"):
        packets.publish("a", bytes(268_435_455), 1)
