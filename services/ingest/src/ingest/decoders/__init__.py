"""The decoders, one file each, registered here and nowhere else."""

from ingest.decoders import native, tasmota, value, zigbee2mqtt
from ingest.decoders.decoded import Address, Decoded, Decoder, Record

DECODERS: dict[str, Decoder] = {
    "native": native.DECODER,
    "value": value.DECODER,
    "zigbee2mqtt": zigbee2mqtt.DECODER,
    "tasmota": tasmota.DECODER,
}

__all__ = ["DECODERS", "Address", "Decoded", "Decoder", "Record"]
