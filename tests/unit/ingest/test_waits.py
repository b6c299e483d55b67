"""Backoff and waiting times."""

from random import Random

from hdh.errors import Misconfigured, Retryable
from ingest.backoff import Backoff
from ingest.waits import Waits


class _Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_waits_double_up_to_the_most_with_jitter() -> None:
    """Each wait lies between half of its full length and all of it; after a success they are short again."""
    backoff = Backoff(1.0, 8.0, Random(1))
    waits = [backoff.next() for _ in range(40)]
    for wait, full in zip(waits, [1, 2, 4, 8, *[8] * 36], strict=True):
        assert full / 2 <= wait <= full
    assert len(set(waits)) > 30
    backoff.reset()
    assert backoff.next() <= 1.0


def test_what_the_other_side_asks_for_is_kept() -> None:
    """Retry-After is the least to wait."""
    assert Backoff(1.0, 8.0, Random(1)).next(60.0) == 60.0


def test_one_name_waits_and_others_do_not() -> None:
    """Until it is due; its problem is told until it succeeded."""
    clock = _Clock()
    waits = Waits(clock, Random(1))
    waits.failed("a", Retryable("away", retry_after=7.0))
    assert (waits.is_due("a"), waits.is_due("b")) == (False, True)
    assert waits.problems() == {"a": "away"}
    assert waits.next_due(60.0) == 7.0
    clock.now += 7.0
    assert waits.is_due("a")
    assert 0 < waits.next_due(60.0) < 0.1
    assert waits.problems() == {"a": "away"}
    waits.succeeded("a")
    assert waits.problems() == {}
    assert waits.failures == {"a": 1}


def test_what_only_an_operator_can_mend_waits_longer() -> None:
    """Do not hammer."""
    waits = Waits(_Clock(), Random(1))
    assert waits.failed("a", Misconfigured("no right")) >= 2.5
    assert waits.failed("b", Retryable("away")) <= 0.5


def test_a_bug_is_named_with_its_type() -> None:
    """The sentence says where to look."""
    waits = Waits(_Clock(), Random(1))
    waits.failed("a", KeyError("x"))
    assert waits.problems() == {"a": "Unexpected KeyError: 'x'. See the log."}
