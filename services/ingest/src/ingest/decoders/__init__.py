"""The decoders, one file each, registered here and nowhere else."""

from ingest.decoders import native, value
from ingest.decoders.decoded import Address, Decoded, Decoder, Record

DECODERS: dict[str, Decoder] = {
    "native": native.DECODER,
    "value": value.DECODER,
}

__all__ = ["DECODERS", "Address", "Decoded", "Decoder", "Record"]
