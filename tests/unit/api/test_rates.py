"""A bucket for each asker, filled by time."""

import pytest

from api import rates
from api.rates import Rates


def test_a_bucket_fills_with_time() -> None:
    """As many at once as a minute has; then one each time that one has come."""
    now = [100.0]
    limited = Rates(60, lambda: now[0])

    assert [limited.take("a") for _ in range(61)] == [float(59 - n) for n in range(60)] + [-1.0]
    now[0] += 0.5
    assert limited.take("a") == -0.5
    now[0] += 0.5
    assert limited.take("a") == 0.0
    now[0] += 1000
    assert limited.take("a") == 59.0


def test_each_asker_has_a_bucket() -> None:
    """One that asks too much takes nothing from others."""
    limited = Rates(1, lambda: 0.0)

    assert [limited.take("a"), limited.take("a"), limited.take("b")] == [0.0, -1.0, 0.0]


def test_so_many_askers_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory is bounded; the one that asked longest ago is forgotten first."""
    monkeypatch.setattr(rates, "_MOST_KNOWN", 2)
    limited = Rates(1, lambda: 0.0)

    assert [limited.take(asker) for asker in "abacab"] == [0.0, 0.0, -1.0, 0.0, -1.0, 0.0]


@pytest.mark.parametrize(("left", "expected"), [(-0.5, 1), (-1.0, 1), (0.0, 0)])
def test_waiting_is_told_in_whole_seconds(left: float, expected: int) -> None:
    """Rounded up: who comes then is answered."""
    assert Rates(60).seconds_until(0.0, left) == expected
