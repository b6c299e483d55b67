"""The names of units: what is understood, and what is not."""

import pytest

from hdh.ucum import COMMON, parse, units_of


@pytest.mark.parametrize("code", COMMON)
def test_common_units_are_understood(code: str) -> None:
    """Each of the units that an error names can be asked for."""
    assert parse(code) is not None


@pytest.mark.parametrize("text", ["", " ", "/s", "W..h", "10", "m3.", "[", "[x]", "'; DROP", "{", "m" * 64, "1" * 64])
def test_what_is_no_unit(text: str) -> None:
    """Nothing is guessed."""
    assert units_of(text) == []
