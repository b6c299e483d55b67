"""Wait for a broker's acknowledgement; paho's own way of waiting says nothing when the time is over."""

import paho.mqtt.client as mqtt

_SECONDS = 60


def acknowledged(sent: mqtt.MQTTMessageInfo) -> None:
    """Wait until the broker has what was published."""
    sent.wait_for_publish(_SECONDS)
    assert sent.is_published(), f"no acknowledgement within {_SECONDS} s"
