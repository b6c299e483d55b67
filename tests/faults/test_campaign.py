"""Random faults under load, from a fixed seed; `make test-faults` is the long form."""

from pathlib import Path

import pytest

from tests.faults.campaign.campaign import Plan, run

pytestmark = [pytest.mark.mosquitto]


@pytest.mark.influxdb1
@pytest.mark.timeout(600)
def test_twelve_faults_lose_and_double_nothing(tmp_path: Path) -> None:
    """Alone and two at once; every acknowledged message is in the store, rejected or ignored, each once."""
    found = run(Plan(seed=9, faults=12, messages=25_000, gateways=2, rate=1_000), tmp_path)
    assert found.is_clean, (found.failure, found.outcome)
    assert found.faults == 12
    assert found.checks == 2 + len(found.recoveries)
    assert found.outcome.acknowledged >= 25_000
