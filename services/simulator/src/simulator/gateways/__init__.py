"""The gateways: from values to topics and payloads, a file for each convention."""

from simulator.gateways import native, tasmota, value, zigbee2mqtt
from simulator.gateways.reading import Reading, Speak
from simulator.house import Speech

SPEAK: dict[Speech, Speak] = {
    Speech.OBJECT: native.speak_object,
    Speech.ARRAY: native.speak_array,
    Speech.VALUE: value.speak,
    Speech.ZIGBEE2MQTT: zigbee2mqtt.speak,
    Speech.TASMOTA: tasmota.speak,
}

__all__ = ["SPEAK", "Reading", "Speak"]
