"""Which version of MQTT the broker speaks, found out by trying."""

import structlog
from paho.mqtt.enums import MQTTProtocolVersion
from paho.mqtt.reasoncodes import ReasonCode

_UNSUPPORTED = 0x84
_TRIES = 2

_log = structlog.get_logger()


class Protocol:
    """MQTT 5, or 3.1.1 with a broker that refuses it, or that twice closes the connection without a word; and back.

    Attributes:
        version: what the next connection speaks.
    """

    def __init__(self) -> None:
        self.version = MQTTProtocolVersion.MQTTv5
        self._refused = 0

    def taken(self) -> None:
        """The broker took us."""
        self._refused = 0

    def refused(self, reason: ReasonCode) -> None:
        """The broker said why it does not take us."""
        # Where it tells of anything else it speaks our version: do not try the other one.
        self._refused = _TRIES if reason.value == _UNSUPPORTED else -1

    def ended(self) -> None:
        """A connection ended before the broker took us."""
        self._refused += 1
        if self._refused < _TRIES:
            return
        self._refused = 0
        five = self.version == MQTTProtocolVersion.MQTTv5
        self.version = MQTTProtocolVersion.MQTTv311 if five else MQTTProtocolVersion.MQTTv5
        _log.info("broker_protocol_changed", protocol=self.version.name)
