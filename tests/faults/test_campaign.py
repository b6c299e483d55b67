"""Random faults under load, from a fixed seed; `make test-faults` is the long form."""

from pathlib import Path

import pytest

from tests.faults.campaign.campaign import Plan, run

pytestmark = [pytest.mark.mosquitto]


@pytest.mark.influxdb1
@pytest.mark.timeout(600)
def test_thirty_faults_lose_and_double_nothing(tmp_path: Path) -> None:
    """Alone and two at once; every acknowledged message is in the store, rejected or ignored, each once."""
    found = run(Plan(seed=9, events=30, gateways=2, rate=1_000, hold=(0.2, 2.0), pause=(0.1, 1.0)), tmp_path)
    assert found.outcome.is_clean, found.outcome
    assert found.outcome.acknowledged > 10_000
    assert sum(found.events.values()) == 30
