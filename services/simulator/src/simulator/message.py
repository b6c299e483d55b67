"""What a gateway publishes. Data only."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Message:
    """One MQTT publish.

    Attributes:
        time: when it was measured, epoch ms.
        topic: where it goes.
        payload: as published.
        timed: whether the payload carries its time; one that does not can only be published as it happens.
        retain: whether the broker keeps it for who comes later.
    """

    time: int
    topic: str
    payload: bytes
    timed: bool = True
    retain: bool = False
