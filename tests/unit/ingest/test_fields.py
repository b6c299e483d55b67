"""Names and values of payloads: what becomes a field, and what a fault."""

from typing import Any

import pytest

from ingest.decoders.fields import LONGEST_TEXT, field_of, read_fields
from ingest.message import Fault, Reason


def read(**items: Any) -> tuple[dict[str, float | str], list[Fault]]:
    """The fields and faults of an object, twice, as the second time takes the short way."""
    first, again = [], []  # type: list[Fault], list[Fault]
    fields = read_fields(items, first)
    assert read_fields(items, again) == fields
    assert again == first
    return fields, first


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("temperature", "temperature"),
        ("Temp C", "temperature"),
        ("PM2.5", "pm2_5"),
        ("fooBar", "foo_bar"),
        ("foo-bar.baz qux", "foo_bar_baz_qux"),
        ("höyry", "höyry"),
        ("_private", "_private"),
        ("x" * 64, "x" * 64),
    ],
)
def test_names_become_fields(name: str, field: str) -> None:
    """Known ones by the catalogue, others in snake_case."""
    assert read(**{name: 1}) == ({field: 1.0}, [])


@pytest.mark.parametrize(
    "name", ["", "a,b", "a\nb,", "1st", "a=b", 'a"b', "a/b", "x" * 65, "€", "TIME", "a\x00b", "\u2028"]
)
def test_names_that_cannot_be_fields_are_faults(name: str) -> None:
    """The sentence shows the name, shortened, and the rule."""
    fields, faults = read(**{name: 1, "temperature": 2})
    assert fields == {"temperature": 2.0}
    assert [fault.reason for fault in faults] == [Reason.FIELD]
    assert len(faults[0].detail) < 200


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (21, 21.0),
        (21.5, 21.5),
        (True, 1.0),
        (False, 0.0),
        ("21.5", 21.5),
        (" 7 ", 7.0),
        ("-1e2", -100.0),
        (2**53 + 1, 2.0**53),
    ],
)
def test_numbers_become_floats(value: object, expected: float) -> None:
    """Also booleans, numbers written as text, and whole numbers beyond what a float holds exactly."""
    fields, faults = read(temperature=value)
    assert (fields, faults) == ({"temperature": expected}, [])
    assert type(fields["temperature"]) is float


@pytest.mark.parametrize(
    "value",
    [
        "warm",
        "",
        "21,5",
        "21.5 °C",
        "1_000",
        "٢١",
        "nan",
        "Infinity",
        "-inf",
        "1e999",
        10**400,
        float("nan"),
        float("inf"),
        {"a": 1},
        [1],
        [],
        {},
    ],
)
def test_what_is_no_number_is_a_fault(value: object) -> None:
    """For a quantity that is one; the sentence names field, value and remedy."""
    fields, (fault,) = read(temperature=value)
    assert fields == {}
    assert fault.reason is Reason.TYPE
    assert fault.detail.startswith("field 'temperature': ")
    assert "end" in fault.detail


@pytest.mark.parametrize(
    ("name", "word", "expected"),
    [
        ("switch", "ON", 1.0),
        ("switch", " off ", 0.0),
        ("online", "Offline", 0.0),
        ("opening", "open", 1.0),
        ("opening", "closed", 0.0),
        ("contact", "open", 0.0),
        ("contact", "closed", 1.0),
        ("contact", "on", 1.0),
        ("motion", "1", 1.0),
    ],
)
def test_words_of_states_become_numbers(name: str, word: str, expected: float) -> None:
    """1 is what the quantity's name says: a closed contact, an open window."""
    assert read(**{name: word}) == ({name: expected}, [])


def test_text_has_fields_of_its_own() -> None:
    """A field never changes its type, so text never stands where a number may come."""
    fields, faults = read(mode="auto", switch="heating", note_text="x", firmware="1.0")
    assert fields == {"mode_text": "auto", "switch_text": "heating", "note_text": "x", "firmware_text": "1.0"}
    assert faults == []


def test_a_number_in_a_field_of_text_is_a_fault() -> None:
    """A name in _text is for text."""
    fields, (fault,) = read(note_text=5)
    assert (fields, fault.reason) == ({}, Reason.TYPE)


def test_text_has_a_limit() -> None:
    """Stores have one, too; nothing is cut."""
    assert read(note="x" * LONGEST_TEXT) == ({"note_text": "x" * LONGEST_TEXT}, [])
    fields, (fault,) = read(note="x" * (LONGEST_TEXT + 1))
    assert (fields, fault.reason) == ({}, Reason.TYPE)
    assert len(fault.detail) < 200


@pytest.mark.parametrize("name", ["temp,p", "temp\np", "temperature\n", "a\tb", "", "1st", "a=b", "x" * 65])
def test_a_name_that_cannot_be_a_field_is_a_fault(name: str) -> None:
    """Spaces, dots and dashes part words, nothing else does; the name is shown."""
    fields, (fault,) = read(**{name: 1})
    assert (fields, fault.reason) == ({}, Reason.FIELD)
    assert "cannot be a field's name" in fault.detail


def test_null_is_no_reading() -> None:
    """Not even under a name that cannot be a field."""
    assert read(temperature=None, **{"a,b": None}) == ({}, [])


def test_two_names_of_one_quantity_must_agree() -> None:
    """The same value twice is well, another one is a fault that shows both."""
    assert read(temperature=21, tempC=21.0) == ({"temperature": 21.0}, [])
    fields, (fault,) = read(temperature=21, tempC=22)
    assert fields == {"temperature": 21.0}
    assert fault == Fault(
        Reason.FIELD,
        "field 'tempC': it means 'temperature', which is in the message already with another value, 21.0 and 22.0. "
        "Send one of them.",
    )


def test_endless_new_names_take_no_memory() -> None:
    """The cache of names is bounded, and answers stay right when it was emptied."""
    for n in range(9000):
        assert field_of(f"name_{n}").name == f"name_{n}"
    assert field_of("tempC").name == "temperature"
