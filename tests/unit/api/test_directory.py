"""How often the store lists a project's series."""

from collections.abc import Iterator

import pytest

from api.access import View
from api.directory import MISS_SECONDS, Directories
from hdh.model import Place
from hdh.site import parse_site
from hdh.store import open_reader
from hdh.store.interface import Latest, Reader, Selection
from tests.common.clock import Clock
from tests.common.stores import points, put

SITE = parse_site("projects:\n  - {id: toe, timezone: Europe/Helsinki}\n", "site.yaml")


class Slow:
    """A real reader whose listing takes a while by a clock that the test sets."""

    def __init__(self, reader: Reader, clock: Clock, seconds: float) -> None:
        self._reader, self._clock, self._seconds = reader, clock, seconds
        self.listings = 0

    def latest(self, selection: Selection) -> list[Latest]:
        """As the reader's."""
        self._clock.now += self._seconds
        self.listings += 1
        return self._reader.latest(selection)

    def __getattr__(self, name: str) -> object:
        return getattr(self._reader, name)


@pytest.fixture
def reader(sqlite_url: str) -> Iterator[Reader]:
    """A store with one series."""
    put(sqlite_url, {"toe": points(Place("h", "r", "d"), "temperature", {1_000: 1.0})})
    opened = open_reader(sqlite_url)
    yield opened
    opened.close()


@pytest.mark.parametrize(("seconds", "late"), [(0.0, 5.0), (3.0, 30.0)])
def test_what_takes_long_to_list_is_listed_less_often(reader: Reader, seconds: float, late: float) -> None:
    """Five seconds, or ten times as long as it took; what is not found is looked up after a second all the same."""
    clock = Clock()
    slow = Slow(reader, clock, seconds)
    directories = Directories(slow, b"secret", clock)  # type: ignore[arg-type]  # it passes on what it does not change
    began = clock.now
    assert directories.directory("toe", View.FULL, SITE).quantities == {"temperature"}
    clock.now = began + 0.6 * late
    directories.directory("toe", View.FULL, SITE)
    assert slow.listings == 1
    directories.directory("toe", View.FULL, SITE, age=MISS_SECONDS)
    assert slow.listings == 2
    clock.now += late + 1
    directories.directory("toe", View.FULL, SITE)
    assert slow.listings == 3
