"""The times of journal entries."""

from ingest.clock import EntryClock
from ingest.message import Message


class _Time:
    def __init__(self, now: int) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now


def test_a_topic_never_gets_a_time_twice() -> None:
    """In one millisecond each further message of a topic is 1 ms later; other topics get the same time."""
    clock = EntryClock(clock=_Time(1_000))
    assert clock.stamp("aaa") == [1_000, 1_001, 1_002]
    assert clock.stamp("b") == [1_000]


def test_times_are_not_given_again_after_a_restart() -> None:
    """The journal's newest entries are known."""
    clock = EntryClock([Message("a", b"", 1_005), Message("a", b"", 1_003)], _Time(1_000))
    assert clock.stamp("a") == [1_006]


def test_a_clock_set_back_a_little_is_waited_for() -> None:
    """The times go on in steps of 1 ms until the clock has caught up."""
    time = _Time(10_000)
    clock = EntryClock(clock=time)
    clock.stamp("a")
    time.now = 6_000
    assert clock.stamp("aa") == [10_001, 10_002]


def test_a_clock_set_back_far_is_followed() -> None:
    """An entry never runs ahead of the clock by more than 5 s."""
    time = _Time(10_000)
    clock = EntryClock(clock=time)
    clock.stamp("a")
    time.now = 4_000
    assert clock.stamp("aa") == [4_000, 4_001]


def test_memory_is_bounded() -> None:
    """Topics without end do not pile up, and those of this very millisecond stay known as long as there is room."""
    time = _Time(1_000)
    clock = EntryClock(clock=time)
    for n in range(70_000):
        time.now = 1_000 + n // 10_000
        clock.stamp([f"t{n}"])
    assert len(clock._last) <= 65_536  # noqa: SLF001 (what is asserted is its size)
    assert clock.stamp(["t69999"]) == [1_007]
