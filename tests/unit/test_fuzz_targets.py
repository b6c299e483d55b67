"""The fuzzer's targets take what they read every day, so that they stay right where no fuzzer runs."""

import pytest

from ingest.decoders import DECODERS
from tests.fuzz.targets import TARGETS, seeds


@pytest.mark.parametrize("name", TARGETS)
def test_a_target_takes_its_seeds(name: str) -> None:
    """There are some, each ends well, and so does each that is cut."""
    assert seeds(name)
    for seed in seeds(name):
        for data in (seed, seed[: len(seed) // 2], seed + b"\xff"):
            TARGETS[name](data)


def test_every_decoder_is_a_target() -> None:
    """Whoever adds a decoder gets it fuzzed."""
    assert {f"decoder-{name}" for name in DECODERS} <= set(TARGETS)
