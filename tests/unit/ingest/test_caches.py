"""What ingest remembers to be fast takes a bounded amount of memory, however long the names that come in are."""

import gc
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import msgspec
import pytest

from hdh.site import parse_site
from ingest.clock import EntryClock
from ingest.message import Message, Placed
from ingest.place import Placer

_SITE = "projects:\n  - {id: toe, title: T, timezone: UTC}\n"
_NOW = 1_768_000_000_000
_MOST_BYTES = 2_000_000
_HOUSE = "toe/house"


@contextmanager
def _bounded() -> Iterator[None]:
    """What stays allocated at the end is little."""
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        yield
        gc.collect()
        assert tracemalloc.get_traced_memory()[0] - before < _MOST_BYTES
    finally:
        tracemalloc.stop()


def _place_all(topic: Callable[[int], str], payload: Callable[[int], object]) -> None:
    placer = Placer(parse_site(_SITE, "site.yaml"))
    with _bounded():
        for n in range(300):
            assert isinstance(
                placer.place(Message(topic(n), msgspec.json.encode(payload(n)), _NOW + n * 1_000)), Placed
            )
        placer.ahead("toe")


@pytest.mark.parametrize(
    "topic", [f"{_HOUSE}/room/{{}}", f"{_HOUSE}/{{}}/device", "nope/house/room/{}", "{}", f"{_HOUSE}/tele/{{}}/SENSOR"]
)
def test_long_topics_are_not_remembered(topic: str) -> None:
    """Whatever becomes of their messages."""
    _place_all(lambda n: topic.format(f"{n:060000}"), lambda _: {"temperature": 1})


def test_long_names_are_not_remembered() -> None:
    """Neither of fields, nor of components."""
    _place_all(lambda _: f"{_HOUSE}/room/device", lambda n: {f"{n:060000}": 1})
    _place_all(lambda _: f"{_HOUSE}/zigbee2mqtt/device", lambda n: {f"{n:060000}_l1": 1})
    _place_all(lambda _: f"{_HOUSE}/tele/device/SENSOR", lambda n: {f"{n:060000}": {"Temperature": 1}})


def test_wide_objects_are_not_remembered() -> None:
    """Objects of hundreds of fields, each of other ones."""
    _place_all(lambda _: f"{_HOUSE}/room/device", lambda n: {f"n{n}_{i}": 1 for i in range(900)})


def test_the_clock_knows_long_topics_by_a_digest() -> None:
    """They still never get a time twice, also not after a restart."""
    topics = [f"{n:060000}" for n in range(300)]
    with _bounded():
        clock = EntryClock([Message(topics[0], b"", _NOW + 5)], lambda: _NOW)
        assert [_NOW + 6, *[_NOW] * 299] == clock.stamp(topics)
        assert [_NOW + 7, *[_NOW + 1] * 299] == clock.stamp(topics)
