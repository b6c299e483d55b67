"""Line protocol: what is written is what is read, whatever the names hold."""

import math
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hdh.line_protocol import decode, encode, encode_point, field_to_stored, from_stored, to_stored
from hdh.model import Place, Point

# Names of nothing but what line protocol treats in its own way, beside those of any characters.
_hostile = st.text(st.sampled_from(list(' ,="\\\n\r\t\0#%_$/0A5Cé😀\x7f\x85\u2028\ud800')), max_size=8)
names = st.one_of(_hostile, st.text(max_size=12))
_valid = names.filter(lambda name: name and not re.search("[\ud800-\udfff]", name))
_numbers = st.floats(allow_nan=False, allow_infinity=False)
_texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
_fields = st.one_of(
    st.tuples(_valid.filter(lambda name: not name.endswith("_text")), _numbers),
    st.tuples(_valid.map(lambda name: f"{name}_text"), _texts),
)
points = st.builds(
    Point,
    measurement=_valid,
    place=st.builds(Place, house=_valid, room=_valid, device=_valid),
    time=st.integers(-(2**53), 2**53),
    fields=st.lists(_fields, min_size=1, max_size=4).map(dict),
)
_KITCHEN = Place("house-1", "kitchen", "sensor-1")


@given(st.lists(points, max_size=4))
@example([Point("time", Place("\\", "%0A", "a\\,b"), 0, {"time": 1.0, "%74ime": 2.0, "a b_text": '\\"\n,x=1 5'})])
def test_round_trip(written: list[Point]) -> None:
    """Points of any names, numbers and texts are read back as they were."""
    assert decode(encode(written)) == written


@given(st.lists(names, min_size=2, max_size=2, unique=True))
def test_no_two_names_are_stored_alike(two: list[str]) -> None:
    """Stored names differ as the names do."""
    assert to_stored(two[0]) != to_stored(two[1])
    assert field_to_stored(two[0]) != field_to_stored(two[1])


@given(names)
def test_stored_name_fits_the_store(name: str) -> None:
    """A stored name has no control character, does not end in a backslash, and leads back to the name."""
    stored = to_stored(name)
    assert not stored.endswith("\\")
    assert not any(ord(character) < 32 or ord(character) == 127 for character in stored)
    assert from_stored(stored) == name


def test_plain_line() -> None:
    """Names that the store can carry stand as they are; tags are sorted; times are milliseconds."""
    point = Point("climate", _KITCHEN, 1700000000123, {"temperature": 21.4, "state_text": "on"})
    expected = 'climate,device=sensor-1,house=house-1,room=kitchen temperature=21.4,state_text="on" 1700000000123'
    assert expected.encode() == encode_point(point)


@pytest.mark.parametrize(
    ("name", "stored"),
    [
        ("a b,c=d", r"a\ b\,c\=d"),
        ("a\nb", "a%0Ab"),
        ("a\\", "a%5C"),
        ("a\\b", "a\\b"),
        ("a\\,b", r"a%5C\,b"),
        ("100%", "100%"),
        ("%0A", "%250A"),
        ("Küche 😀", r"Küche\ 😀"),
        ("#1", "#1"),
        ('say "hi"', r'say\ "hi"'),
    ],
)
def test_stored_names(name: str, stored: str) -> None:
    """Only what the store cannot carry is percent-encoded."""
    point = Point("climate", Place("h", "r", name), 1, {"v": 1.0})
    assert encode_point(point) == f"climate,device={stored},house=h,room=r v=1.0 1".encode()


@pytest.mark.parametrize("name", ["", "\ud800"])
@pytest.mark.parametrize("tag", ["house", "room", "device"])
def test_a_place_has_whole_names(tag: str, name: str) -> None:
    """A tag without a name, or with half a character in it, is an error that names the tag."""
    place = Place(**({"house": "h", "room": "r", "device": "d"} | {tag: name}))
    with pytest.raises(ValueError, match=f"the {tag}"):
        encode_point(Point("climate", place, 1, {"v": 1.0}))


def test_a_series_that_lacks_a_tag_is_read() -> None:
    """A stranger may have left a tag out: its name is empty."""
    assert decode("climate,room=r v=1.0 1\n") == [Point("climate", Place("", "r", ""), 1, {"v": 1.0})]


def test_whole_numbers_are_written_as_floats() -> None:
    """A field cannot change its type, so an int is a float."""
    assert encode_point(Point("climate", _KITCHEN, 1, {"v": 21})).endswith(b" v=21.0 1")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "no fields"),
        ({"": 1.0}, "has no name"),
        ({"": "x"}, "has no name"),
        ({"temperature": "warm"}, "'temperature' holds 'warm': text"),
        ({"state_text": 1.0}, "'state_text' holds 1.0: text"),
        ({"temperature": math.nan}, "'temperature' is not finite: nan"),
        ({"temperature": -math.inf}, "not finite: -inf"),
        ({"temperature": True}, "'temperature' is of type bool"),
        ({"temperature": None}, "'temperature' is of type NoneType"),
        ({"temperature": 10**400}, "'temperature' is too large"),
        ({"state_text": "\ud800"}, "'state_text' is no valid Unicode"),
        ({"a\ud800": 1.0}, "has a name that is no valid Unicode"),
        ({"a\ud800_text": "x"}, "has a name that is no valid Unicode"),
    ],
)
def test_what_cannot_be_written_is_named(fields: dict, words: str) -> None:
    """The error names the point, the field and what is wrong with it."""
    with pytest.raises(ValueError, match="climate of house-1/kitchen/sensor-1 at 5") as caught:
        encode([Point("climate", _KITCHEN, 5, fields)])
    assert words in str(caught.value)


def test_measurement_and_time_are_needed() -> None:
    """A point without measurement, or whose time is no integer, is an error."""
    with pytest.raises(ValueError, match="measurement has no name"):
        encode_point(Point("", _KITCHEN, 5, {"v": 1.0}))
    with pytest.raises(ValueError, match=r"time 5\.0 is no integer"):
        encode_point(Point("climate", _KITCHEN, 5.0, {"v": 1.0}))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "line", ["climate v=1", "climate v= 1", "climate,x=1 v=1 1", "v", "climate v=1i 1", "climate v=nan 1", "m v=1 1 1"]
)
def test_a_line_that_is_not_ours_is_refused(line: str) -> None:
    """Lines with other tags, other types or without a time are errors."""
    with pytest.raises(ValueError):
        decode(line)


def test_a_strangers_percent_signs_stay() -> None:
    """A name with percent signs that are no UTF-8 is read as it is."""
    assert from_stored("%E4%FF") == "%E4%FF"
