"""Raw reading: exactly what was written, bit for bit, of exactly what was asked for."""

import math
import struct

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hdh.errors import Misconfigured
from hdh.model import ALL_TIME, Span
from hdh.store.interface import Selection
from tests.common.servers import unique
from tests.contract.conftest import Store
from tests.contract.readings import BEDROOM, ELSEWHERE, KITCHEN, START, climate, places, read, rows, series_of


def bits(value: float) -> bytes:
    """A float as it lies in memory; a negative zero as zero, which a store may make of it."""
    return struct.pack("<d", value + 0.0)


def test_the_range_is_half_open(store: Store) -> None:
    """The start belongs to the range, the stop does not."""
    project = store.create()
    store.writer.write(project, [climate(START + n, temperature=float(n)) for n in range(10)])
    span = Span(START + 3, START + 6)
    assert read(store.reader, project, span) == {
        series_of(project, "temperature"): [(START + 3, 3.0), (START + 4, 4.0), (START + 5, 5.0)]
    }


@pytest.mark.parametrize("span", [Span(START, START), Span(START + 5, START + 2), Span(START + 10, START + 99)])
def test_a_range_without_readings_is_empty(store: Store, span: Span) -> None:
    """An empty range, one that ends before it begins, and one beside the readings have no chunks."""
    project = store.create()
    store.writer.write(project, [climate(START + n, temperature=float(n)) for n in range(10)])
    assert list(store.reader.read(Selection(project), span)) == []


def test_a_project_without_readings_is_empty(store: Store) -> None:
    """A project that exists and holds nothing is no error."""
    assert list(store.reader.read(Selection(store.create()), ALL_TIME)) == []


def test_a_selection_takes_every_combination_of_its_names(store: Store) -> None:
    """Names of one kind are alternatives; the kinds must all match."""
    project = store.create()
    for n, place in enumerate((KITCHEN, BEDROOM, ELSEWHERE)):
        store.writer.write(project, [climate(START, place, temperature=float(n), humidity=50.0 + n)])

    def selected(**names: tuple[str, ...]) -> dict:
        return rows(store.reader.read(Selection(project, **names), ALL_TIME))

    bedroom = {
        series_of(project, "humidity", BEDROOM): [(START, 51.0)],
        series_of(project, "temperature", BEDROOM): [(START, 1.0)],
    }
    kitchen_temperature = {series_of(project, "temperature"): [(START, 0.0)]}
    elsewhere_temperature = {series_of(project, "temperature", ELSEWHERE): [(START, 2.0)]}
    assert selected(rooms=("bedroom",)) == bedroom
    assert selected(devices=("sensor-2", "nowhere")) == bedroom
    assert selected(houses=("house-1",), rooms=("kitchen",), quantities=("temperature",)) == kitchen_temperature
    both = kitchen_temperature | elsewhere_temperature
    assert list(selected(rooms=("kitchen",), quantities=("temperature",)).items()) == list(both.items())
    assert selected(houses=("house-2",), rooms=("bedroom",)) == {}
    assert rows(store.reader.read(places(project, BEDROOM), ALL_TIME)) == bedroom


def test_names_are_compared_whole(store: Store) -> None:
    """Neither a part of a name, nor other capitals, nor a pattern selects it."""
    project = store.create()
    store.writer.write(project, [climate(START, temperature=1.0)])
    for name in ("kitche", "KITCHEN", "kitchen.*", "%", "k_tchen", "*", ".*", "/.*/", ""):
        assert list(store.reader.read(Selection(project, rooms=(name,)), ALL_TIME)) == []


def test_a_selection_may_name_very_many(store: Store) -> None:
    """A thousand names are no more than a long list."""
    project = store.create()
    store.writer.write(project, [climate(START, temperature=1.0)])
    devices = (*(f"device-{n}" for n in range(1_000)), "sensor-1")
    assert rows(store.reader.read(Selection(project, devices=devices), ALL_TIME)) == {
        series_of(project, "temperature"): [(START, 1.0)]
    }


def test_a_long_series_comes_whole(store: Store) -> None:
    """A series of 150,000 readings may take several chunks; nothing is cut, nothing comes twice."""
    project = store.create()
    for begin in range(0, 150_000, 25_000):
        store.writer.write(
            project, [climate(START + n * 1000, temperature=n / 10) for n in range(begin, begin + 25_000)]
        )
    assert read(store.reader, project) == {
        series_of(project, "temperature"): [(START + n * 1000, n / 10) for n in range(150_000)]
    }


def test_a_reader_that_stops_half_way_holds_nothing_up(store: Store) -> None:
    """While a read is open, and after it was given up, the writer writes and others read."""
    project = store.create()
    store.writer.write(project, [climate(START + n, temperature=float(n), humidity=1.0) for n in range(1000)])
    chunks = store.reader.read(Selection(project), ALL_TIME)
    next(chunks)
    store.writer.write(project, [climate(START + 1000, temperature=1000.0)])
    assert len(read(store.reader, project)[series_of(project, "temperature")]) == 1001
    getattr(chunks, "close", lambda: None)()
    store.writer.write(project, [climate(START + 1001, temperature=1001.0)])
    assert len(read(store.reader, project)[series_of(project, "temperature")]) == 1002


def test_an_unknown_project_is_an_error(store: Store) -> None:
    """Never an empty answer: it would look like a project without readings."""
    unknown = unique("unknown")
    with pytest.raises(Misconfigured, match=unknown):
        list(store.reader.read(Selection(unknown), ALL_TIME))


NUMBERS = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([0.0, -0.0, 5e-324, -5e-324, 2.2250738585072014e-308, 1.7976931348623157e308, 0.1, 1 / 3]),
    st.integers(-(2**53), 2**53).map(float),
)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=st.lists(NUMBERS, min_size=1, max_size=200))
def test_numbers_come_back_bit_for_bit(store: Store, values: list[float]) -> None:
    """Every finite float comes back as it was, down to its last bit."""
    project = store.create()
    assert store.writer.write(project, [climate(START + n, temperature=value) for n, value in enumerate(values)]) == []
    readings = read(store.reader, project)[series_of(project, "temperature")]
    assert [time for time, _ in readings] == [START + n for n in range(len(values))]
    found = [value for _, value in readings]
    assert all(isinstance(value, float) and math.isfinite(value) for value in found)
    assert [bits(value) for value in found if isinstance(value, float)] == [bits(value) for value in values]


@pytest.mark.parametrize("time", [0, 1, -1, 999, 1_000, 1_700_000_000_001, 4_102_444_800_000, -2_000_000_000_000])
def test_times_come_back_to_the_millisecond(store: Store, time: int) -> None:
    """Also those of 1970, of 2100 and before 1970."""
    project = store.create()
    assert store.writer.write(project, [climate(time, temperature=1.0)]) == []
    assert read(store.reader, project) == {series_of(project, "temperature"): [(time, 1.0)]}
