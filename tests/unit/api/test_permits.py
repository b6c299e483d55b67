"""Permits: so many at a time, given back once."""

import pytest

from api.permits import Permits
from api.problems import Problem


def test_one_more_than_there_are_is_refused() -> None:
    """With the time to come again; one that is given back can be taken."""
    permits = Permits(1, wait_seconds=0.01)
    first, second = permits.permit(), permits.permit()
    first.take()

    with pytest.raises(Problem) as raised:
        second.take()
    first.give_back()
    second.take()

    assert (raised.value.status, raised.value.headers) == (503, {"Retry-After": "10"})


def test_a_permit_counts_once() -> None:
    """Taken twice and given back twice, it is one; one never taken gives nothing back."""
    permits = Permits(1, wait_seconds=0.01)
    permit = permits.permit()

    permits.permit().give_back()
    permit.take()
    permit.take()
    permit.give_back()
    permit.give_back()

    permits.permit().take()
